using System.Net;
using DirMail.Ldap.Client;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>Settings of the directory that is followed.</summary>
public sealed record DirectorySettings
{
    /// <summary>Its servers in order of preference, one at least: each "ldap://host:port" or "ldaps://host:port". The first that serves is used.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>All of them, for people.</summary>
    public string Url => string.Join(", ", Urls);

    /// <summary>Upgrade a plain connection by StartTLS before the bind.</summary>
    public bool StartTls { get; init; }

    /// <summary>PEM file of the authorities that may sign the directory's certificate; empty: the system's.</summary>
    public string CaFile { get; init; } = "";

    /// <summary>
    /// "sha256:" and the hash of a SubjectPublicKeyInfo, base64 or hexadecimal: when there are any, a server's certificate must match one, and then neither its
    /// authority nor its names nor its dates matter.
    /// </summary>
    public IReadOnlyList<string> Pins { get; init; } = [];

    /// <summary>Service account that reads everything but userPassword.</summary>
    public string BindDn { get; init; } = "uid=dirmail,ou=Services,o=hosting";

    public string BindPassword { get; init; } = "";

    /// <summary>File with the password, one line, mode 0600; used when <see cref="BindPassword"/> is empty.</summary>
    public string BindPasswordFile { get; init; } = "";

    public string BaseDn { get; init; } = "o=hosting";

    /// <summary>Root of a Schema 1 tree of domain components, which is followed too where it lies outside <see cref="BaseDn"/>; empty: there is none (SCHEMA 3.1).</summary>
    public string Schema1Suffix { get; init; } = "";

    /// <summary>Name of the host's own domain: its mail leaves unbound. Empty: none.</summary>
    public string HostDomain { get; init; } = "";

    /// <summary>Name of this host, for greetings and EHLO where no virtual host name applies.</summary>
    public string HostName { get; init; } = "localhost";

    /// <summary>Names of mail hosts that are this server: mailHost must be one of them (or missing) for local delivery. Empty: every mailHost is this server.</summary>
    public IReadOnlyList<string> MailHosts { get; init; } = [];

    /// <summary>Other mail hosts, to which mail for entries with that mailHost is handed: host names that the setting <c>routes</c> gives a way to.</summary>
    public IReadOnlyList<string> RelayHosts { get; init; } = [];

    /// <summary>Partitions of the message store that mailMessageStore may name.</summary>
    public IReadOnlyCollection<string> Partitions { get; init; } = [];

    /// <summary>Quota of users whose entry names none, or the system's default (-2), in octets; null: none.</summary>
    public long? QuotaOctets { get; init; }

    /// <summary>Who gets mail to postmaster of a domain without its own; also "&lt;postmaster&gt;" alone.</summary>
    public string SitePostmaster { get; init; } = "";

    /// <summary>Signs and knows the return addresses of what is forwarded; null: it leaves with its sender, and no return address is known.</summary>
    public Srs? ReturnAddresses { get; init; }

    /// <summary>Connections for password binds: as many logins are checked at once.</summary>
    public int BindConnections { get; init; } = 8;

    /// <summary>For one server to answer a bind; then it is left for the next.</summary>
    public TimeSpan BindTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>When a refused login is answered, counted from its start: longer than a bind usually takes, so that time tells nothing. Zero: at once (tests).</summary>
    public TimeSpan LoginFailureTime { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Longest wait after many wrong passwords from one client address or for one account; it doubles up to this. Zero: none.</summary>
    public TimeSpan LongestLoginDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a successful login is good for while the directory does not answer. Zero: never.</summary>
    public TimeSpan RememberLogins { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a directory without content synchronisation is asked what changed. Its timestamps are whole seconds, so asking more often promises little.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often such a directory is swept for what is gone; less often where a sweep takes long.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a directory that pushes changes may send nothing before it is asked whether it lives, and then take to answer.</summary>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Where entries and cookie are kept for the next start; made with mode 0700. Empty: nowhere.</summary>
    public string CacheFolder { get; init; } = "";

    /// <summary>A table that old brings an alarm.</summary>
    public TimeSpan SoftLimit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A table that old is not served; null: it is served however old.</summary>
    public TimeSpan? HardLimit { get; init; }

    /// <summary>Whether an address can be bound on this host: of several that an entry lists, mail leaves from the first that is here.</summary>
    public Func<IPAddress, bool> IsHere { get; init; } = static _ => true;

    /// <summary>Domains with a virtual host name and no address have those of the name's DNS records that are on this host (SCHEMA 4.4).</summary>
    public bool ResolveVirtualHostName { get; init; }

    /// <summary>The directory's names for classes and attributes.</summary>
    public AttributeNames Attributes { get; init; } = new();

    public static bool IsName(string text) => Ldap.Dn.TryParse(text, out _);

    public static bool IsUrl(string text) => LdapServer.TryParse(text, out _);

    public static bool IsPin(string text) => CertificatePin.TryParse(text, out _);
}
