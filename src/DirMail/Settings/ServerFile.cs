using System.Collections;
using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DirMail.Channels.Smtp;
using DirMail.Routing;
using DirMail.Servers;
using DirMail.Servers.Smtp.Checks;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Wire;

namespace DirMail.Settings;

/// <summary>All settings of the server: one JSON file, each overridable by environment. Every default stands here once, with docs/settings.md saying why.</summary>
internal sealed record ServerFile
{
    /// <summary>Where the file was read from; null: defaults.</summary>
    public string? Path { get; init; }
    public required string DataFolder { get; init; }
    public required ListenSettings Listen { get; init; }

    /// <summary>Null when an outside directory is followed.</summary>
    public IPEndPoint? EmbeddedDirectory { get; init; }
    public required DirectorySettings Directory { get; init; }
    public required StoreSettings Store { get; init; }
    public required ServerSettings Servers { get; init; }
    public required TransferSettings Transfer { get; init; }
    public required SmtpChannelSettings Smtp { get; init; }
    public required Routes Routes { get; init; }
    public required DnsSettings Dns { get; init; }
    public required CheckSettings Checks { get; init; }

    /// <summary>Domains that sign, by their names in lower case and A-labels.</summary>
    public required IReadOnlyDictionary<string, SigningKeyFile> Dkim { get; init; }
    public required LogSettings Log { get; init; }
    public required TimeSpan DrainTime { get; init; }

    /// <summary>Start although the kernel binds sockets to addresses that are not on this host.</summary>
    public bool AllowNonlocalBind { get; init; }

    /// <summary>Folders of PEM files, absolute.</summary>
    public required IReadOnlyList<string> CertificateFolders { get; init; }

    /// <summary>--settings, else DIRMAIL_SETTINGS, else ./dirmail.json, else /etc/dirmail/dirmail.json, else defaults.</summary>
    /// <exception cref="SettingsException">One line for each thing that is wrong.</exception>
    public static ServerFile Load(string? file)
    {
        file ??= Environment.GetEnvironmentVariable("DIRMAIL_SETTINGS") is { Length: > 0 } named ? named : FirstExisting("dirmail.json", "/etc/dirmail/dirmail.json");
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => KeyValuePair.Create((string)e.Key, (string?)e.Value ?? ""));
        SettingsReader reader = SettingsReader.Open(file, environment);
        ServerFile settings = Read(reader, file);
        reader.Finish();
        return reader.Problems.Count == 0 ? settings : throw new SettingsException(string.Join('\n', reader.Problems));
    }

    public ServerFile WithDataFolder(string folder) => this with { DataFolder = folder, Store = Store with { Folder = System.IO.Path.Combine(folder, "store") } };

    /// <summary>What ldif/example.ldif takes for granted, where the settings say nothing else.</summary>
    public ServerFile ForExample() => this with
    {
        Directory = Directory with
        {
            HostDomain = Directory.HostDomain.Length > 0 ? Directory.HostDomain : "abc.com",
            HostName = Directory.HostDomain.Length > 0 ? Directory.HostName : "mail.abc.com",
            MailHosts = Directory.MailHosts.Count > 0 ? Directory.MailHosts : ["mail.abc.com"],
            SitePostmaster = Directory.SitePostmaster.Length > 0 ? Directory.SitePostmaster : "postmaster@abc.com",
        },
    };

    /// <exception cref="IOException">A key cannot be used: whoever asked for signatures must not send without.</exception>
    public IReadOnlyDictionary<string, SigningKey> LoadSigningKeys() => Dkim.ToDictionary(static domain => domain.Key, domain => SigningKey.Load(domain.Value.Selector, domain.Value.PathIn(DataFolder, domain.Key)));

    internal static ServerFile Read(SettingsReader reader, string? file)
    {
        string folder = file is null ? Environment.CurrentDirectory : System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!;
        string data = System.IO.Path.GetFullPath(reader.Text("dataFolder", "data"), folder);
        IPEndPoint? embedded = Embedded(reader);
        Routes routes = ReadRoutes(reader);
        TimeSpan drain = reader.Duration("drainTime", TimeSpan.FromSeconds(10));
        return new()
        {
            Path = file,
            DataFolder = data,
            Listen = ReadListen(reader, folder),
            EmbeddedDirectory = embedded,
            Directory = ReadDirectory(reader, embedded, folder) with { RelayHosts = [.. routes.Entries.Where(r => r.IsOneHost).Select(r => r.Pattern).Distinct()] },
            Store = new()
            {
                Folder = System.IO.Path.Combine(data, "store"),
                InlineOctets = (int)Math.Min(reader.Size("store.inlineSize", 64 * 1024), 1 << 20),
                Readers = reader.Count("store.readers", 4, 1, 64),
                MaxGroup = reader.Count("store.maxGroup", 64, 1, 1000),
            },
            Servers = ReadServers(reader),
            Transfer = ReadTransfer(reader) with { Routes = routes, Drain = drain },
            Smtp = ReadSmtpChannel(reader, folder) with { Routes = routes },
            Routes = routes,
            Dns = ReadDns(reader),
            Checks = CheckFile.Read(reader, folder),
            Dkim = SigningKeyFile.Read(reader, folder),
            Log = new(reader.Choice("log.level", LogLevelName.Information), reader.Choice("log.format", LogFormat.Text)),
            DrainTime = drain,
            AllowNonlocalBind = reader.Switch("allowNonlocalBind", false),
            CertificateFolders = ReadCertificates(reader, folder),
        };
    }

    private static string? FirstExisting(params string[] files) => files.FirstOrDefault(File.Exists);

    private static ListenSettings ReadListen(SettingsReader reader, string folder)
    {
        var limits = new ConnectionLimits();
        IReadOnlyList<string> words = reader.List("listen.addresses", ["loopback"]);
        var addresses = new List<IPAddress>();
        ListenMode mode = words is ["loopback"] ? ListenMode.Loopback : words is ["any"] ? ListenMode.Any : ListenMode.List;
        foreach (string word in mode == ListenMode.List ? words : [])
            if (IPAddress.TryParse(word, out IPAddress? address))
                addresses.Add(address);
            else
                reader.Refuse("listen.addresses", "loopback, any, or a list of IP addresses");
        return new()
        {
            Mode = mode,
            Addresses = addresses,
            Smtp = reader.Port("listen.smtp", 2525),
            Submission = reader.Port("listen.submission", 2587),
            Submissions = reader.Port("listen.submissions", 2465),
            Pop3 = reader.Port("listen.pop3", 2110),
            Pop3s = reader.Port("listen.pop3s", 2995),
            Imap = reader.Port("listen.imap", 2143),
            Imaps = reader.Port("listen.imaps", 2993),
            Lmtp = ReadLmtp(reader, folder),
            Sendmail = reader.Text("listen.sendmail", "submit.sock"),
            ProxyFrom = reader.Networks("listen.proxyFrom"),
            MaxConnections = reader.Count("limits.connections", limits.Max, 1, 1_000_000),
            MaxConnectionsPerClient = reader.Count("limits.connectionsPerClient", limits.MaxPerClient, 1, 1_000_000),
            MaxConnectionsPerDomain = reader.Count("limits.connectionsPerDomain", limits.MaxPerDomain, 1, 1_000_000),
        };
    }

    private static LmtpListenSettings ReadLmtp(SettingsReader reader, string folder)
    {
        if (!LmtpListenSettings.TryPlaces(reader.List("listen.lmtp", ["off"]), out int? port, out IReadOnlyList<IPAddress> addresses))
            reader.Refuse("listen.lmtp", "a port, address:port or a list of those with one port, or off");
        string socket = reader.Text("listen.lmtpSocket", "");
        return new()
        {
            Port = port,
            Addresses = addresses,
            Socket = socket.Length == 0 ? null : System.IO.Path.GetFullPath(socket, folder),
            SocketMode = reader.Mode("listen.lmtpSocketMode", "0660"),
        };
    }

    private static IReadOnlyList<string> ReadCertificates(SettingsReader reader, string folder)
    {
        string[] folders = [.. reader.List("tls.certificates", []).Select(name => System.IO.Path.GetFullPath(name, folder))];
        if (!folders.All(System.IO.Directory.Exists))
            reader.Refuse("tls.certificates", "a folder of PEM files, or a list of folders, that exist");
        return folders;
    }

    private static IPEndPoint? Embedded(SettingsReader reader)
    {
        bool enabled = reader.Switch("embeddedDirectory.enabled", true);
        if (IPEndPoint.TryParse(reader.Text("embeddedDirectory.listen", "127.0.0.1:2389"), out IPEndPoint? endpoint))
            return enabled ? endpoint : null;
        reader.Refuse("embeddedDirectory.listen", "an IP address and port, e.g. 127.0.0.1:2389");
        return null;
    }

    private static DirectorySettings ReadDirectory(SettingsReader reader, IPEndPoint? embedded, string folder)
    {
        string passwordFile = reader.Text("directory.bindPasswordFile", "");
        string baseDn = reader.Text("directory.baseDn", "o=hosting");
        string caFile = reader.Text("directory.caFile", "");
        bool startTls = reader.Switch("directory.startTls", false);
        IReadOnlyList<string> urls = reader.List("directory.url", ["ldap://127.0.0.1:389"]), pins = reader.List("directory.pins", []);
        if (urls.Count == 0 || !urls.All(DirectorySettings.IsUrl))
            reader.Refuse("directory.url", "ldap://host:port or ldaps://host:port, or a list of them in order of preference");
        if (!pins.All(DirectorySettings.IsPin))
            reader.Refuse("directory.pins", "sha256:HASH, or a list of them, each hash of a public key (SubjectPublicKeyInfo) in base64 or hexadecimal");
        else if (pins.Count > 0 && embedded is null && !startTls && !urls.All(url => url.StartsWith("ldaps:", StringComparison.OrdinalIgnoreCase)))
            reader.Refuse("directory.pins", "pins only with ldaps:// URLs or directory.startTls: without TLS no certificate is shown");
        TimeSpan poll = reader.Duration("directory.pollInterval", TimeSpan.FromSeconds(1));
        if (poll < TimeSpan.FromMilliseconds(100))
            reader.Refuse("directory.pollInterval", "at least 100ms: each poll is a search that the directory has to answer");
        return new()
        {
            Urls = embedded is null ? urls : [$"ldap://{embedded}"],
            StartTls = embedded is null && startTls,
            CaFile = caFile.Length == 0 ? "" : System.IO.Path.GetFullPath(caFile, folder),
            Pins = embedded is null ? pins : [],
            SoftLimit = reader.Duration("directory.softLimit", TimeSpan.FromHours(1)),
            HardLimit = reader.Duration("directory.hardLimit", TimeSpan.Zero) is { Ticks: > 0 } hard ? hard : null,
            BindDn = reader.Text("directory.bindDn", "uid=dirmail,ou=Services,o=hosting"),
            BindPassword = reader.Text("directory.bindPassword", ""),
            BindPasswordFile = passwordFile.Length == 0 ? "" : System.IO.Path.GetFullPath(passwordFile, folder),
            BaseDn = baseDn,
            Schema1Suffix = Schema1(reader, baseDn),
            ResolveVirtualHostName = reader.Switch("directory.resolveVirtualHostName", false),
            Attributes = ReadAttributes(reader),
            QuotaOctets = ReadQuota(reader),
            PollInterval = poll,
            HostDomain = reader.Text("host.domain", ""),
            HostName = reader.Text("host.name", ThisHost()),
            MailHosts = reader.List("host.mailHosts", []),
            SitePostmaster = reader.Text("host.postmaster", ""),
            LongestLoginDelay = reader.Duration("limits.loginDelay", TimeSpan.FromSeconds(10)),
        };
    }

    private static string Schema1(SettingsReader reader, string baseDn)
    {
        string suffix = reader.Text("directory.schema1Suffix", "");
        if (!DirectorySettings.IsSchema1Suffix(suffix, baseDn))
            reader.Refuse("directory.schema1Suffix", $"the name of an entry at or below directory.baseDn ({baseDn})");
        return suffix;
    }

    private static AttributeNames ReadAttributes(SettingsReader reader)
    {
        var names = new AttributeNames();
        foreach ((string standard, string theirs) in reader.Map("directory.attributes"))
            if (theirs.Trim().Length > 0 && names.Renamed(standard, theirs.Trim()) is { } renamed)
                names = renamed;
            else
                reader.Refuse($"directory.attributes.{standard}", $"the directory's name for one of {string.Join(", ", AttributeNames.Standard)}");
        return names;
    }

    private static long? ReadQuota(SettingsReader reader)
    {
        string text = reader.Text("limits.quota", "");
        if (text.Length == 0)
            return null;
        if (Units.TrySize(text, out long octets))
            return octets;
        reader.Refuse("limits.quota", "a size in octets, or with K, M or G, or nothing");
        return null;
    }

    private static string ThisHost() => System.Net.Dns.GetHostName();

    private static ServerSettings ReadServers(SettingsReader reader)
    {
        var standard = new ServerSettings();
        return new()
        {
            PlainLogin = reader.Choice("plainLogin", standard.PlainLogin),
            MaxMessageOctets = reader.Size("limits.messageSize", standard.MaxMessageOctets),
            MaxRecipients = reader.Count("limits.recipients", standard.MaxRecipients, 1, 100_000),
            Trusted = reader.Networks("relay.trusted"),
            MaxErrors = reader.Count("limits.errors", standard.MaxErrors, 1, 1000),
            Tarpit = reader.Duration("limits.tarpit", standard.Tarpit),
            MessagesPerClient = reader.Count("limits.messagesPerClient", standard.MessagesPerClient, 0, int.MaxValue),
            RecipientsPerClient = reader.Count("limits.recipientsPerClient", standard.RecipientsPerClient, 0, int.MaxValue),
            MessagesPerLogin = reader.Count("limits.messagesPerLogin", standard.MessagesPerLogin, 0, int.MaxValue),
            RecipientsPerLogin = reader.Count("limits.recipientsPerLogin", standard.RecipientsPerLogin, 0, int.MaxValue),
            SmtpIdle = reader.Duration("limits.smtpIdle", standard.SmtpIdle),
            ImapIdle = reader.Duration("limits.imapIdle", standard.ImapIdle),
            Pop3Idle = reader.Duration("limits.pop3Idle", standard.Pop3Idle),
            Pop3LoginDelay = reader.Duration("limits.pop3LoginDelay", standard.Pop3LoginDelay),
        };
    }

    private static TransferSettings ReadTransfer(SettingsReader reader)
    {
        var standard = new TransferSettings();
        return new()
        {
            Retry = reader.Durations("queue.retry", standard.Retry),
            Expiry = reader.Duration("queue.expiry", standard.Expiry),
            DelayWarning = reader.Duration("queue.delayWarning", standard.DelayWarning),
            Grace = reader.Duration("store.grace", standard.Grace),
            Slots = reader.Count("queue.slots", standard.Slots, 2, 10_000),
            Channels = ChannelScheduleFile.Read(reader),
            PerDestination = reader.Count("queue.perDestination", standard.PerDestination, 1, 1000),
        };
    }

    private static SmtpChannelSettings ReadSmtpChannel(SettingsReader reader, string folder)
    {
        var standard = new SmtpChannelSettings();
        string host = reader.Text("hostAddress", "");
        IPAddress? address = null;
        if (host.Length > 0 && !IPAddress.TryParse(host, out address))
            reader.Refuse("hostAddress", "an IP address of this host, or nothing");
        return standard with
        {
            Port = reader.Count("channels.smtp.port", standard.Port, 1, 65535),
            Connect = reader.Duration("channels.smtp.connectTimeout", standard.Connect),
            HostAddress = address,
            Authorities = ReadAuthorities(reader, folder),
        };
    }

    private static X509Certificate2Collection? ReadAuthorities(SettingsReader reader, string folder)
    {
        string file = reader.Text("channels.smtp.caFile", "");
        if (file.Length == 0)
            return null;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(System.IO.Path.GetFullPath(file, folder));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            reader.Refuse("channels.smtp.caFile", $"a PEM file of certificates ({unreadable.Message})");
        }
        return authorities;
    }

    private static Routes ReadRoutes(SettingsReader reader)
    {
        var routes = ImmutableArray.CreateBuilder<Route>();
        foreach ((string pattern, string target) in reader.Map("routes"))
            if (TryTarget(target, out string host, out int port))
                routes.Add(new(pattern.ToLowerInvariant(), "smtp", host, port));
            else
                reader.Refuse($"routes.{pattern}", "a host and port, e.g. 127.0.0.1:2526 or relay.example:25");
        return new(routes.ToImmutable());
    }

    private static bool TryTarget(string target, out string host, out int port)
    {
        int colon = target.LastIndexOf(':');
        host = colon > 0 ? target[..colon].Trim('[', ']') : "";
        return int.TryParse(target.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out port) && host.Length > 0 && port is > 0 and < 65536;
    }

    private static DnsSettings ReadDns(SettingsReader reader)
    {
        var servers = new List<IPEndPoint>();
        IReadOnlyList<string> words = reader.List("dns.servers", ["system"]);
        foreach (string word in words is ["system"] or ["none"] ? [] : words)
            if (IPEndPoint.TryParse(word, out IPEndPoint? server))
                servers.Add(server.Port == 0 ? new(server.Address, 53) : server);
            else
                reader.Refuse("dns.servers", "system (/etc/resolv.conf), none, or a list of IP addresses, each with :port if not 53");
        return new() { Servers = words is ["system"] ? DnsSettings.SystemServers() : [.. servers], Timeout = reader.Duration("dns.timeout", TimeSpan.FromSeconds(2)) };
    }
}

internal sealed record LogSettings(LogLevelName Level, LogFormat Format);

internal enum LogLevelName
{
    Debug,
    Information,
    Warning,
    Error,
}

internal enum LogFormat
{
    /// <summary>One line for a person.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}

/// <summary>The settings cannot be used; the message has a line for each reason.</summary>
internal sealed class SettingsException(string message) : Exception(message);
