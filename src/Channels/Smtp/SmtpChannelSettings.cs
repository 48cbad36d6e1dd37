using System.Net;
using System.Security.Cryptography.X509Certificates;
using DirMail.Routing;

namespace DirMail.Channels.Smtp;

/// <summary>Settings of outgoing SMTP.</summary>
public sealed record SmtpChannelSettings
{
    /// <summary>Fixed hosts for some domains; the rest goes by MX.</summary>
    public Routes Routes { get; init; } = new([]);

    /// <summary>Domains that sign, by their names in lower case and A-labels.</summary>
    public IReadOnlyDictionary<string, SigningKey> SigningKeys { get; init; } = new Dictionary<string, SigningKey>();

    /// <summary>Port of hosts found by MX; another one only for tests.</summary>
    public int Port { get; init; } = 25;

    /// <summary>The name that this host goes by: a server of that name is ourselves.</summary>
    public string HostName { get; init; } = "";

    /// <summary>Where the host's own mail leaves from; null: the kernel chooses, and a virtual address it may choose is refused.</summary>
    public IPAddress? HostAddress { get; init; }

    /// <summary>Who may sign the certificates of servers whose domain asks for verified TLS (MTA-STS), and of the hosts that policies come from; null: the system's.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>Where MTA-STS policies come from; null: the web hosts of their domains. Another one only for tests.</summary>
    internal IStsSource? StsSource { get; init; }

    /// <summary>For connecting, over all addresses of a destination: a delivery slot waits no longer (DESIGN, Queue and channels).</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Addresses tried in one attempt.</summary>
    public int MaxAddresses { get; init; } = 8;

    /// <summary>For the greeting and the replies to EHLO, MAIL and RCPT (RFC 5321 4.5.3.2.1 to 4.5.3.2.3).</summary>
    public TimeSpan Reply { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For the reply to DATA (RFC 5321 4.5.3.2.4).</summary>
    public TimeSpan DataReply { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For the reply to the dot (RFC 5321 4.5.3.2.6): giving up early makes duplicates.</summary>
    public TimeSpan DotReply { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a connection is kept for the next message.</summary>
    public TimeSpan KeepIdle { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Connections kept in all; zero: none.</summary>
    public int MaxKept { get; init; } = 100;

    /// <summary>Connections to one address and port, those that are kept included; as many deliveries may be under way there (setting <c>queue.perDestination</c>).</summary>
    public int MaxPerHost { get; init; } = 20;

    /// <summary>Messages over one connection; receivers dislike endless ones.</summary>
    public int MaxPerConnection { get; init; } = 100;
}
