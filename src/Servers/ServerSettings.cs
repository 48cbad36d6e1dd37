using System.Net;

namespace DirMail.Servers;

/// <summary>Settings that the protocol servers share.</summary>
public sealed record ServerSettings
{
    /// <summary>Whether AUTH and LOGIN are offered without TLS.</summary>
    public PlainLogin PlainLogin { get; init; } = PlainLogin.Loopback;

    public long MaxMessageOctets { get; init; } = 50 * 1024 * 1024;

    /// <summary>RFC 5321 4.5.3.1.8 asks for 100 at least.</summary>
    public int MaxRecipients { get; init; } = 1000;

    /// <summary>RFC 5321 4.5.3.2.7: five minutes at least.</summary>
    public TimeSpan SmtpIdle { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>RFC 9051 5.4: 30 minutes at least.</summary>
    public TimeSpan ImapIdle { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>RFC 1939 3: ten minutes at least.</summary>
    public TimeSpan Pop3Idle { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Clients from there relay by SMTP without a login.</summary>
    public IReadOnlyList<IPNetwork> Trusted { get; init; } = [];

    /// <summary>Least time between two POP3 logins of one user (RFC 2449 6.5); zero: none.</summary>
    public TimeSpan Pop3LoginDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Errors after which a session is closed.</summary>
    public int MaxErrors { get; init; } = 10;

    /// <summary>The longest that a reply waits after many errors and refused recipients; zero: none waits.</summary>
    public TimeSpan Tarpit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Taken within an hour from one client address (IPv6: /64) that is not logged in; zero: no limit.</summary>
    public int MessagesPerClient { get; init; }
    public int RecipientsPerClient { get; init; }

    /// <summary>Taken within an hour from one login; zero: no limit.</summary>
    public int MessagesPerLogin { get; init; }
    public int RecipientsPerLogin { get; init; }
}
