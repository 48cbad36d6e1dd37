using System.Globalization;
using System.Text.Json;
using Xunit;

namespace DirMail.Interop;

/// <summary>`dirmail domain check` of the running server, with a real name server on loopback that publishes what it says is to be published.</summary>
public sealed class DomainCheckTests : IAsyncLifetime
{
    private Nsd _nsd = null!;
    private RunningServer _server = null!;
    private CommandLine _cli = null!;

    public async Task InitializeAsync()
    {
        var setup = new ServerSetup();
        _nsd = await Nsd.StartAsync(new Dictionary<string, string>
        {
            ["bcd.com"] = "mail IN A 127.0.70.1\n@ IN MX 10 mail\n@ IN TXT \"v=spf1 a:mail.bcd.com\" \" -all\"\n",
            ["bcd.net"] = "@ IN MX 10 mail.bcd.com.\n@ IN TXT \"v=spf1 include:bcd.com -all\"\n",
            ["cde.com"] = "mail IN A 127.0.70.99\n@ IN MX 0 .\n@ IN TXT \"v=spf1 -all\"\n",
            ["0.0.127.in-addr.arpa"] = "1 IN PTR mail.abc.com.\n",
            ["70.0.127.in-addr.arpa"] = "1 IN PTR mail.bcd.com.\n2 IN PTR host2.provider.example.\n",
            ["abc.com"] = "mail IN A 127.0.0.1\n@ IN A 127.0.0.1\n@ IN TXT \"v=spf1 a -all\"\n",
        });
        string settings = await File.ReadAllTextAsync(setup.SettingsFile);
        await File.WriteAllTextAsync(setup.SettingsFile, settings.Replace("\"dns\": { \"servers\": [\"none\"] }",
            string.Create(CultureInfo.InvariantCulture, $"\"dns\": {{ \"servers\": [\"127.0.0.1:{_nsd.Port}\"] }}, \"host\": {{ \"name\": \"mail.abc.com\", \"domain\": \"abc.com\" }}, \"tls\": {{ \"certificates\": [\"certificates\"] }}"), StringComparison.Ordinal));
        Directory.CreateDirectory(Path.Combine(setup.Folder, "certificates"));
        _server = new(setup);
        _cli = new(_server);
        await _server.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _nsd.DisposeAsync();
    }

    [Fact]
    public async Task What_is_published_is_seen()
    {
        (int exit, Dictionary<string, string> verdicts, string[] publish) = await CheckAsync("bcd.com");
        // only the self-made certificate is there, and it is the host's: that alone is wrong
        Assert.Equal(1, exit);
        Assert.Equal(new Dictionary<string, string>
        {
            ["address 127.0.70.1"] = "unknown",
            ["name mail.bcd.com"] = "ok",
            ["reverse 127.0.70.1"] = "ok",
            ["MX bcd.com"] = "ok",
            ["MX bcd.net"] = "ok",
            ["SPF bcd.com from 127.0.70.1"] = "ok",
            ["SPF bcd.net from 127.0.70.1"] = "ok",
            ["certificate mail.bcd.com at 127.0.70.1"] = "wrong",
        }, verdicts);
        Assert.Contains("1.70.0.127.in-addr.arpa. IN PTR mail.bcd.com.", publish);
    }

    [Fact]
    public async Task What_is_wrong_is_told_with_what_to_do()
    {
        Printed printed = await _cli.RunAsync(null, "domain", "check", "cde.com");
        Assert.Equal(1, printed.ExitCode);
        Assert.All((string[])["A 127.0.70.2", "host2.provider.example", "null MX", "ip4:127.0.70.2", "cde.com. IN MX 10 mail.cde.com."], word => Assert.Contains(word, printed.Output, StringComparison.Ordinal));
    }

    /// <summary>The host's own domain, whose certificate is for its name: nothing is wrong.</summary>
    [Fact]
    public async Task A_domain_of_the_host_is_checked_at_the_hosts_address()
    {
        (int exit, Dictionary<string, string> verdicts, _) = await CheckAsync("abc.com");
        Assert.Equal(0, exit);
        Assert.Equal("unknown", verdicts["certificate mail.abc.com at 127.0.0.1"]);
        Assert.DoesNotContain("wrong", verdicts.Values);
    }

    [Fact]
    public async Task A_domain_that_is_not_hosted_is_refused() => await _cli.RefusedAsync(null, "xyz.test", "domain", "check", "xyz.test");

    /// <summary>A certificate that is put into the folder is shown on the domain's address without a restart, and judged by the authorities that this host trusts.</summary>
    [Fact]
    public async Task A_real_certificate_is_all_right_and_one_near_its_end_is_not()
    {
        using var authority = new TestAuthority();
        string file = Path.Combine(_server.Folder, "certificates", "mail.bcd.com");
        Install(authority.Issue("mail.bcd.com", 9), file);
        await Eventually.SeesAsync(async () => (await _cli.TrustingAsync(authority.CaFile, "domain", "check", "bcd.com")).Output, told => told.Contains("renew it", StringComparison.Ordinal));
        Printed status = await _cli.RunAsync(null, "status");
        Assert.Contains(file + ".pem", status.Output, StringComparison.Ordinal);
        Install(authority.Issue("mail.bcd.com", 60), file);
        (int exit, _, _) = await Eventually.SeesAsync(() => CheckAsync("bcd.com", authority), seen => seen.Verdicts["certificate mail.bcd.com at 127.0.70.1"] == "ok");
        Assert.Equal(0, exit);
        // without that authority it is as good as self-made
        Assert.Equal("unknown", (await CheckAsync("bcd.com")).Verdicts["certificate mail.bcd.com at 127.0.70.1"]);
    }

    private static void Install(ServerCertificate certificate, string file)
    {
        File.Move(certificate.KeyFile, file + ".key", overwrite: true);
        File.Move(certificate.File, file + ".pem", overwrite: true);
    }

    private async Task<(int Exit, Dictionary<string, string> Verdicts, string[] Publish)> CheckAsync(string domain, TestAuthority? trusted = null)
    {
        Printed printed = trusted is null ? await _cli.RunAsync(null, "domain", "check", domain, "--json") : await _cli.TrustingAsync(trusted.CaFile, "domain", "check", domain, "--json");
        using var document = JsonDocument.Parse(printed.Output);
        Dictionary<string, string> verdicts = document.RootElement.GetProperty("findings").EnumerateArray()
            .ToDictionary(f => $"{f.GetProperty("check").GetString()} {f.GetProperty("subject").GetString()}", f => f.GetProperty("verdict").GetString()!);
        return (printed.ExitCode, verdicts, [.. document.RootElement.GetProperty("publish").EnumerateArray().Select(l => l.GetString()!)]);
    }
}
