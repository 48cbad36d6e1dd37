using System.Net;
using DirMail.Routing;

namespace DirMail.Settings;

/// <summary>The sections "embeddedDirectory", "directory" and "host".</summary>
internal static class DirectoryFile
{
    /// <summary>Where the embedded directory listens; null: an outside one is followed.</summary>
    public static IPEndPoint? Embedded(SettingsReader reader)
    {
        bool enabled = reader.Switch("embeddedDirectory.enabled", true);
        if (IPEndPoint.TryParse(reader.Text("embeddedDirectory.listen", "127.0.0.1:2389"), out IPEndPoint? endpoint))
            return enabled ? endpoint : null;
        reader.Refuse("embeddedDirectory.listen", "an IP address and port, e.g. 127.0.0.1:2389");
        return null;
    }

    public static DirectorySettings Read(SettingsReader reader, IPEndPoint? embedded, string folder)
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
            CaFile = caFile.Length == 0 ? "" : Path.GetFullPath(caFile, folder),
            Pins = embedded is null ? pins : [],
            SoftLimit = reader.Duration("directory.softLimit", TimeSpan.FromHours(1)),
            HardLimit = reader.Duration("directory.hardLimit", TimeSpan.Zero) is { Ticks: > 0 } hard ? hard : null,
            BindDn = reader.Text("directory.bindDn", "uid=dirmail,ou=Services,o=hosting"),
            BindPassword = reader.Text("directory.bindPassword", ""),
            BindPasswordFile = passwordFile.Length == 0 ? "" : Path.GetFullPath(passwordFile, folder),
            BaseDn = baseDn,
            Schema1Suffix = Schema1(reader),
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

    private static string Schema1(SettingsReader reader)
    {
        string suffix = reader.Text("directory.schema1Suffix", "");
        if (!DirectorySettings.IsName(suffix))
            reader.Refuse("directory.schema1Suffix", "the name of an entry");
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

    private static string ThisHost() => Dns.GetHostName();
}
