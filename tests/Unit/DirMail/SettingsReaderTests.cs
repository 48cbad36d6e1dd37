using System.Net;
using DirMail.Servers;
using DirMail.Settings;
using DirMail.Unit.Wire;

namespace DirMail.Unit.Executable;

public sealed class SettingsReaderTests
{
    private const string Way = "a host and port, e.g. 127.0.0.1:2526 or relay.example:25, or mx; after a host and port tls or smtps, login=NAME and password=FILE (both or neither)";

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("5m", 300)]
    [InlineData("4h", 14_400)]
    [InlineData("5d", 432_000)]
    [InlineData("49d", 4_233_600)]
    [InlineData("0s", 0)]
    public void Durations(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Sound(text).Duration("key", TimeSpan.MaxValue));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1000", 1000)]
    [InlineData("64K", 65_536)]
    [InlineData("64k", 65_536)]
    [InlineData("50M", 52_428_800)]
    [InlineData("2G", 2_147_483_648)]
    public void Sizes(string text, long octets) => Assert.Equal(octets, Sound(text).Size("key", -1));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("25", 25)]
    [InlineData("65535", 65535)]
    public void Ports(string text, int port) => Assert.Equal(port, Sound(text).Port("key", 1));

    [Theory]
    [InlineData("never", PlainLogin.Never)]
    [InlineData("LoopBack", PlainLogin.Loopback)]
    public void Choices(string text, PlainLogin choice) => Assert.Equal(choice, Sound(text).Choice("key", (PlainLogin)99));

    [Theory]
    [InlineData("[]", "")]
    [InlineData("\"\"", "")]
    [InlineData("\"one\"", "one")]
    [InlineData("\"one, two\"", "one|two")]
    [InlineData("[\"one\", \"two\"]", "one|two")]
    public async Task Lists(string json, string expected)
    {
        (SettingsReader reader, _) = await FileAsync($$"""{ "key": {{json}} }""");
        Assert.Equal(expected, string.Join('|', reader.List("key", ["fallback"])));
        Assert.Empty(reader.Problems);
    }

    [Fact]
    public async Task Lists_of_durations_repeat_nothing_and_skip_nothing()
    {
        (SettingsReader reader, _) = await FileAsync("""{ "key": ["1m", "5m", "1h"] }""");
        Assert.Equal([TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(1)], reader.Durations("key", []));
    }

    [Fact]
    public async Task Maps_keep_the_site_s_own_names()
    {
        (SettingsReader reader, _) = await FileAsync("""{ "routes": { "example.test": "127.0.0.1:2526", ".example.test": "[::1]:25", "*": "relay.example:25" } }""");
        ServerFile settings = ServerFile.Read(reader, null);
        reader.Finish();
        Assert.Empty(reader.Problems);
        Assert.Equal(["example.test smtp 127.0.0.1 2526", ".example.test smtp ::1 25", "* smtp relay.example 25"],
            settings.Routes.Entries.Select(route => $"{route.Pattern} {route.Channel} {route.Host} {route.Port}"));
    }

    [Fact]
    public async Task Routes_can_be_one_domains_and_say_how_to_log_in()
    {
        (SettingsReader reader, _) = await FileAsync("""{ "routes": { "BCD.com > *": "relay.example:587 tls login=bcd password=relay.password", "abc.com>.xyz.test": "mx", "*": "relay.example:465 smtps" } }""");
        string folder = Directory.CreateTempSubdirectory("dirmail-routes-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "relay.password"), "s3cret\n");
        ServerFile settings = ServerFile.Read(reader, Path.Combine(folder, "dirmail.json"));
        Directory.Delete(folder, recursive: true);
        Assert.Empty(reader.Problems);
        Assert.Equal([$"bcd.com > * relay.example:587 True bcd {Path.Combine(folder, "relay.password")}", "abc.com > .xyz.test :0 False  ", " > * relay.example:465 True  "],
            settings.Routes.Entries.Select(static route => $"{route.Sender} > {route.Pattern} {route.Host}:{route.Port} {route.RequiresTls} {route.Login?.Name} {route.Login?.PasswordFile}"));
        Assert.Equal([false, false, true], settings.Routes.Entries.Select(static route => route.IsTlsFirst));
        // only everybody's way to one host makes that host one that entries may name
        Assert.Empty(settings.Directory.RelayHosts);
    }

    [Fact]
    public async Task Partitions_are_named_folders_each_its_own()
    {
        (SettingsReader reader, _) = await FileAsync("""{ "store": { "partitions": { "Big": "big", "other": "/srv/other", "twice": "big", "none": "" } } }""");
        ServerFile settings = ServerFile.Read(reader, "/etc/dirmail/dirmail.json");
        reader.Finish();
        Assert.Equal(2, reader.Problems.Count);
        Assert.Equal(["Big /etc/dirmail/big", "other /srv/other"], settings.Store.Partitions.Select(static partition => $"{partition.Key} {partition.Value}"));
        Assert.Equal(["Big", "other"], settings.Directory.Partitions);
    }

    /// <summary>Who writes the password itself where its file belongs does not find it in the log.</summary>
    [Theory]
    [InlineData("relay.example:587 login=bcd password=s3cret")]
    [InlineData("relay.example:587 password=s3cret")]
    public void A_password_that_stands_in_the_settings_is_not_shown(string value)
    {
        SettingsReader reader = SettingsReader.Open(null, [new("DIRMAIL__routes__*", value)]);
        ServerFile.Read(reader, null);
        Assert.Contains("routes.* is 'relay.example:587 ...': give ", Assert.Single(reader.Problems), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", reader.Problems[0], StringComparison.Ordinal);
    }

    /// <summary>One line: where it was said, the setting, the value, what it accepts.</summary>
    [Theory]
    [InlineData("listen.smtp", "70000", "a port number, 0 to 65535 (0: any free port), or off")]
    [InlineData("listen.imap", "-1", "a port number, 0 to 65535 (0: any free port), or off")]
    [InlineData("listen.pop3", "pop", "a port number, 0 to 65535 (0: any free port), or off")]
    [InlineData("listen.submission", "", "a port number, 0 to 65535 (0: any free port), or off")]
    [InlineData("listen.lmtp", "mail.abc.com:2024", "a port, address:port or a list of those with one port, or off")]
    [InlineData("listen.lmtp", "127.0.0.1:1, [::1]:2", "a port, address:port or a list of those with one port, or off")]
    [InlineData("relay.trusted", "mail.abc.com", "IP addresses or networks, e.g. [\"192.0.2.7\", \"2001:db8::/32\"]")]
    [InlineData("listen.proxyFrom", "192.0.2.1/33", "IP addresses or networks, e.g. [\"192.0.2.7\", \"2001:db8::/32\"]")]
    [InlineData("listen.lmtpSocketMode", "rw", "permissions in octal, like 0660")]
    [InlineData("tls.certificates", "/no/such/folder", "a folder of PEM files, or a list of folders, that exist")]
    [InlineData("listen.addresses", "127.0.0.1, here, there", "loopback, any, or a list of IP addresses")]
    [InlineData("embeddedDirectory.enabled", "yes", "true or false")]
    [InlineData("embeddedDirectory.listen", "ldap", "an IP address and port, e.g. 127.0.0.1:2389")]
    [InlineData("directory.url", "http://127.0.0.1", "ldap://host:port or ldaps://host:port, or a list of them in order of preference")]
    [InlineData("directory.url", "ldap://one, two", "ldap://host:port or ldaps://host:port, or a list of them in order of preference")]
    [InlineData("directory.url", "", "ldap://host:port or ldaps://host:port, or a list of them in order of preference")]
    [InlineData("directory.pins", "sha256:00", "sha256:HASH, or a list of them, each hash of a public key (SubjectPublicKeyInfo) in base64 or hexadecimal")]
    [InlineData("directory.startTls", "1", "true or false")]
    [InlineData("store.inlineSize", "64 KB", "a size in octets, or with K, M or G")]
    [InlineData("store.readers", "0", "a whole number, 1 to 64")]
    [InlineData("limits.messageSize", "9223372036854775807G", "a size in octets, or with K, M or G")]
    [InlineData("limits.recipients", "1e3", "a whole number, 1 to 100000")]
    [InlineData("limits.smtpIdle", "5", "a time with its unit, at most 49d: 500ms, 30s, 5m, 4h or 5d")]
    [InlineData("limits.imapIdle", "30M", "a time with its unit, at most 49d: 500ms, 30s, 5m, 4h or 5d")]
    [InlineData("limits.pop3Idle", "-5m", "a time with its unit, at most 49d: 500ms, 30s, 5m, 4h or 5d")]
    [InlineData("queue.expiry", "2147483647d", "a time with its unit, at most 49d: 500ms, 30s, 5m, 4h or 5d")]
    [InlineData("queue.expiry", "50d", "a time with its unit, at most 49d: 500ms, 30s, 5m, 4h or 5d")]
    [InlineData("queue.retry", "0s", "a list of times with units, e.g. [\"1m\", \"5m\", \"1h\"]")]
    [InlineData("queue.retry", "1m, soon", "a list of times with units, e.g. [\"1m\", \"5m\", \"1h\"]")]
    [InlineData("queue.retry", "", "a list of times with units, e.g. [\"1m\", \"5m\", \"1h\"]")]
    [InlineData("plainLogin", "always", "one of never, loopback")]
    [InlineData("plainLogin", "1", "one of never, loopback")]
    [InlineData("log.level", "loud", "one of debug, information, warning, error")]
    [InlineData("hostAddress", "mail.abc.com", "an IP address of this host, or nothing")]
    [InlineData("routes.example.test", "127.0.0.1", Way)]
    [InlineData("routes.example.test", "127.0.0.1:0", Way)]
    [InlineData("routes.example.test", "relay.example:25 starttls", Way)]
    [InlineData("routes.example.test", "relay.example:25 login=bcd", Way)]
    [InlineData("routes.example.test", "mx tls", Way)]
    [InlineData("dns.servers", "resolver", "system (/etc/resolv.conf), none, or a list of IP addresses, each with :port if not 53")]
    public void A_malformed_value_is_told_in_one_line(string key, string value, string accepts)
    {
        string variable = "DIRMAIL__" + key.Replace(".", "__", StringComparison.Ordinal);
        SettingsReader reader = SettingsReader.Open(null, [new(variable, value)]);
        string known = key.StartsWith("routes.", StringComparison.Ordinal) ? "routes.example.test" : key;
        ServerFile.Read(reader, null);
        reader.Finish();
        Assert.Equal([$"{variable}: {known} is '{value}': give {accepts}"], reader.Problems);
    }

    [Theory]
    [InlineData("lisen.smtp", "listen.smtp")]
    [InlineData("smtp", "listen.smtp")]
    [InlineData("drain", "drainTime")]
    [InlineData("limits.expiry", "queue.expiry")]
    public async Task A_misspelt_name_is_told_with_the_right_one(string written, string meant)
    {
        (SettingsReader reader, string file) = await FileAsync($$"""{ "{{written}}": "1" }""");
        ServerFile.Read(reader, null);
        reader.Finish();
        Assert.Equal([$"{file}: no setting is named '{written}' (did you mean '{meant}'?); docs/settings.md lists them"], reader.Problems);
    }

    [Fact]
    public void A_strange_name_is_told_without_a_guess()
    {
        SettingsReader reader = SettingsReader.Open(null, [new("DIRMAIL__Colour", "blue"), new("HOME", "/root"), new("DIRMAIL_PASSWORD", "secret")]);
        ServerFile.Read(reader, null);
        reader.Finish();
        Assert.Equal(["DIRMAIL__Colour: no setting is named 'Colour'; docs/settings.md lists them"], reader.Problems);
    }

    [Fact]
    public async Task The_environment_overrides_the_file()
    {
        (SettingsReader reader, _) = await FileAsync(
            """{ "listen": { "smtp": 2600, "Imap": 2601, "addresses": ["any"] }, "drainTime": "1m" }""", new("DIRMAIL__Listen__Smtp", "25"), new("dirmail__listen__ADDRESSES", "192.0.2.1,::1"));
        ServerFile settings = ServerFile.Read(reader, null);
        Assert.Empty(reader.Problems);
        Assert.Equal((25, 2601, 2587, TimeSpan.FromMinutes(1)), (settings.Listen.Smtp, settings.Listen.Imap, settings.Listen.Submission, settings.DrainTime));
        Assert.Equal([IPAddress.Parse("192.0.2.1"), IPAddress.IPv6Loopback], settings.Listen.Addresses);
    }

    [Fact]
    public async Task Broken_JSON_names_file_and_line()
    {
        (SettingsReader reader, string file) = await FileAsync("{\n  // a comment\n  \"listen\": {\n    \"smtp\" 25\n  }\n}\n");
        Assert.StartsWith($"{file}: line 4: not JSON: ", Assert.Single(reader.Problems));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var failure = Assert.Throws<SettingsException>(() => ServerFile.Load("/nowhere/dirmail.json"));
        Assert.StartsWith("/nowhere/dirmail.json: cannot be read: ", failure.Message);
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once()
    {
        await using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "dirmail.json");
        await File.WriteAllTextAsync(file, """{ "listen": { "smtp": "x", "imapp": 1 }, "log": { "format": "xml" } }""");
        string[] lines = Assert.Throws<SettingsException>(() => ServerFile.Load(file)).Message.Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.StartsWith(file + ": ", line));
    }

    /// <summary>Relative paths count from the settings file's folder.</summary>
    [Fact]
    public async Task Paths_count_from_the_file()
    {
        await using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "dirmail.json");
        await File.WriteAllTextAsync(file, """{ "dataFolder": "mail", "directory": { "bindPasswordFile": "ldap.secret" } }""");
        ServerFile settings = ServerFile.Load(file);
        Assert.Equal((Path.Combine(folder.Path, "mail"), Path.Combine(folder.Path, "ldap.secret")), (settings.DataFolder, settings.Directory.BindPasswordFile));
    }

    private static SettingsReader Sound(string value)
    {
        SettingsReader reader = SettingsReader.Open(null, [new("DIRMAIL__Key", value)]);
        Assert.Empty(reader.Problems);
        return reader;
    }

    private static async Task<(SettingsReader Reader, string File)> FileAsync(string json, params KeyValuePair<string, string>[] environment)
    {
        await using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "dirmail.json");
        await File.WriteAllTextAsync(file, json);
        return (SettingsReader.Open(file, environment), file);
    }
}
