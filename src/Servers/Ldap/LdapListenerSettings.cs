namespace DirMail.Servers.Ldap;

/// <summary>Bounds of the embedded directory's listener.</summary>
public sealed record LdapListenerSettings
{
    public int MaxConnections { get; init; } = 1000;
    public int MaxConnectionsPerClient { get; init; } = 200;

    /// <summary>Octets of one message from a client that has not bound with a name.</summary>
    public int MaxOctetsBeforeBind { get; init; } = 1024 * 1024;

    /// <summary>Octets of one message after that.</summary>
    public int MaxOctets { get; init; } = 16 * 1024 * 1024;

    /// <summary>Operations of one connection at once; more are answered busy.</summary>
    public int MaxOperations { get; init; } = 64;

    /// <summary>Entries one search returns, to others than the mail server; a paged search: a page.</summary>
    public int MaxEntries { get; init; } = 10_000;

    /// <summary>How long a client may be silent that has neither bound nor anything under way; and how long any client may take to send one message.</summary>
    public TimeSpan IdleBeforeBind { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Whether a password may be sent without TLS.</summary>
    public PlainLogin PlainLogin { get; init; } = PlainLogin.Loopback;
}
