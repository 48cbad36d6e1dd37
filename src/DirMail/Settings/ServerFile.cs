using System.Collections;
using System.Net;
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

    public IEnumerable<string> SigningKeyFiles => Dkim.Select(domain => domain.Value.PathIn(DataFolder, domain.Key));

    internal static ServerFile Read(SettingsReader reader, string? file)
    {
        string folder = file is null ? Environment.CurrentDirectory : System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!;
        string data = System.IO.Path.GetFullPath(reader.Text("dataFolder", "data"), folder);
        IPEndPoint? embedded = DirectoryFile.Embedded(reader);
        Routes routes = RouteFile.Read(reader, folder);
        IReadOnlyDictionary<string, string> partitions = ReadPartitions(reader, folder);
        TimeSpan drain = reader.Duration("drainTime", TimeSpan.FromSeconds(10));
        TransferSettings transfer = ReadTransfer(reader) with { Routes = routes, Drain = drain };
        return new()
        {
            Path = file,
            DataFolder = data,
            Listen = ListenFile.Read(reader, folder),
            EmbeddedDirectory = embedded,
            Directory = DirectoryFile.Read(reader, embedded, folder) with
            {
                RelayHosts = [.. routes.Entries.Where(r => r.IsOneHost).Select(r => r.Pattern).Distinct()],
                Partitions = [.. partitions.Keys],
            },
            Store = new()
            {
                Folder = System.IO.Path.Combine(data, "store"),
                Partitions = partitions,
                InlineOctets = (int)Math.Min(reader.Size("store.inlineSize", 64 * 1024), 1 << 20),
                Readers = reader.Count("store.readers", 4, 1, 64),
                MaxGroup = reader.Count("store.maxGroup", 64, 1, 1000),
            },
            Servers = ReadServers(reader),
            Transfer = transfer,
            Smtp = SmtpChannelFile.Read(reader, folder) with { Routes = routes, MaxPerHost = transfer.PerDestination },
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

    /// <summary>The map "store.partitions": name to folder. That they are there is seen when the store is opened.</summary>
    private static IReadOnlyDictionary<string, string> ReadPartitions(SettingsReader reader, string folder)
    {
        var partitions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string text) in reader.Map("store.partitions"))
        {
            string path = text.Length == 0 ? "" : System.IO.Path.GetFullPath(text, folder);
            if (path.Length == 0 || partitions.ContainsValue(path))
                reader.Refuse($"store.partitions.{name}", "a folder, each its own");
            else
                partitions[name] = path;
        }
        return partitions;
    }

    private static IReadOnlyList<string> ReadCertificates(SettingsReader reader, string folder)
    {
        string[] folders = [.. reader.List("tls.certificates", []).Select(name => System.IO.Path.GetFullPath(name, folder))];
        if (!folders.All(System.IO.Directory.Exists))
            reader.Refuse("tls.certificates", "a folder of PEM files, or a list of folders, that exist");
        return folders;
    }

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
