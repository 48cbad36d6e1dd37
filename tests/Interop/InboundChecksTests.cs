using System.Globalization;
using DirMail.Demo;
using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>Mail from outside is checked: signatures made by dkimpy, policies served by nsd, the answer of the running server.</summary>
public sealed class InboundChecksTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-checks-").FullName;
    private Nsd _nsd = null!;
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        var setup = new ServerSetup();
        string key = await DkimKeys.MakeAsync(_folder, "sender.test", "s1");
        _nsd = await Nsd.StartAsync(new Dictionary<string, string>
        {
            ["sender.test"] = $"@ IN TXT \"v=spf1 ip4:127.0.0.9 -all\"\ns1._domainkey IN TXT {key}\n_dmarc IN TXT \"v=DMARC1; p=reject; sp=quarantine\"\n",
            ["friendly.test"] = "@ IN TXT \"v=spf1 ip4:127.0.0.1 -all\"\n",
            ["silent.test"] = "@ IN A 127.0.0.1\n",
            ["0.0.127.in-addr.arpa"] = "1 IN PTR mx.friendly.test.\n",
            ["list.test"] = "3.0.0.127 IN A 127.0.0.2\n3.0.0.127 IN TXT \"sends junk\"\n4.0.0.127 IN A 127.0.0.9\n",
            ["wild.test"] = "* IN A 127.0.0.2\n",
        });
        string settings = await File.ReadAllTextAsync(setup.SettingsFile);
        string changed = settings.Replace("\"dns\": { \"servers\": [\"none\"] }", string.Create(CultureInfo.InvariantCulture,
            $"\"dns\": {{ \"servers\": [\"127.0.0.1:{_nsd.Port}\"] }}, \"checks\": {{ \"blockLists\": [\"list.test=127.0.0.2\", \"wild.test\"], \"off\": {{ \"cde.com\": [\"dmarc\"] }} }}"), StringComparison.Ordinal);
        Assert.NotEqual(settings, changed);
        await File.WriteAllTextAsync(setup.SettingsFile, changed);
        _server = new(setup);
        await _server.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _nsd.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("simple/simple")]
    [InlineData("simple/relaxed")]
    [InlineData("relaxed/simple")]
    [InlineData("relaxed/relaxed")]
    public async Task A_signed_message_passes_and_is_told_so(string ways)
    {
        string signed = await DkimKeys.SignAsync(_folder, "sender.test", "s1", ways, $"From: Ann <ann@sender.test>\r\nTo: alice@bcd.com\r\nSubject: signed {ways}\r\nMessage-ID: <{ways.Replace('/', '.')}@sender.test>\r\n\r\nHello  there \r\n\r\n.dot\r\n\r\n");
        Assert.StartsWith("250", await SendAsync("127.0.0.1", "ann@sender.test", DemoUser.Alice.Address, signed), StringComparison.Ordinal);
        string results = await ResultsAsync(DemoUser.Alice, "signed " + ways);
        Assert.Contains("dkim=pass", results, StringComparison.Ordinal);
        Assert.Contains("header.d=sender.test", results, StringComparison.Ordinal);
        Assert.Contains("spf=fail", results, StringComparison.Ordinal);
        Assert.Contains("dmarc=pass", results, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forged_message_is_refused_where_the_domain_asks_for_it()
    {
        const string Forged = "From: ann@sender.test\r\nSubject: forged\r\n\r\nHello\r\n";
        Assert.StartsWith("550 5.7.1", await SendAsync("127.0.0.1", "ann@sender.test", DemoUser.Alice.Address, Forged), StringComparison.Ordinal);
        // this domain does without
        Assert.StartsWith("250", await SendAsync("127.0.0.1", "ann@sender.test", DemoUser.Carol.Address, Forged), StringComparison.Ordinal);
        // the address that the policy names
        Assert.StartsWith("250", await SendAsync("127.0.0.9", "ann@sender.test", DemoUser.Alice.Address, Forged), StringComparison.Ordinal);
        Assert.Contains("spf=pass", await ResultsAsync(DemoUser.Alice, "forged"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspicious_message_is_marked()
    {
        Assert.StartsWith("250", await SendAsync("127.0.0.1", "x@friendly.test", DemoUser.Alice.Address, "From: ann@news.sender.test\r\nSubject: marked\r\n\r\nHello\r\n"), StringComparison.Ordinal);
        string header = await HeaderAsync(DemoUser.Alice, "marked");
        Assert.Contains("X-DirMail-Junk: dmarc", header, StringComparison.Ordinal);
        Assert.Contains("iprev=fail", header, StringComparison.Ordinal);
        Assert.Contains("spf=pass", header, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_senders_in_the_header_are_one_too_many() =>
        Assert.StartsWith("550 5.7.1", await SendAsync("127.0.0.1", "x@friendly.test", DemoUser.Alice.Address, "From: x@friendly.test\r\nFrom: ann@sender.test\r\n\r\nHello\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task A_listed_client_is_refused_with_the_lists_words()
    {
        string refused = await SendAsync("127.0.0.3", "x@friendly.test", DemoUser.Alice.Address, "From: x@friendly.test\r\n\r\nHello\r\n");
        Assert.StartsWith("550 5.7.1", refused, StringComparison.Ordinal);
        Assert.Contains("list.test: sends junk", refused, StringComparison.Ordinal);
        // an answer that does not count here; the other list lists everything, which makes it none
        Assert.StartsWith("250", await SendAsync("127.0.0.4", "x@friendly.test", DemoUser.Alice.Address, "From: x@friendly.test\r\n\r\nHello\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250", await SendAsync("127.0.0.3", "x@friendly.test", "postmaster@bcd.com", "From: x@friendly.test\r\n\r\nHello\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Own_users_are_not_checked()
    {
        await using Dialogue smtp = await Dialogue.OpenAsync(RunningServer.Local(_server.Submission), CancellationToken.None);
        await smtp.SmtpAsync(null, CancellationToken.None);
        await smtp.SmtpAsync("EHLO here", CancellationToken.None);
        string login = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"\0{DemoUser.Bob.Address}\0{DemoUser.Bob.Password}"));
        Assert.StartsWith("235", await smtp.SmtpAsync("AUTH PLAIN " + login, CancellationToken.None), StringComparison.Ordinal);
        await smtp.SmtpAsync($"MAIL FROM:<{DemoUser.Bob.Address}>", CancellationToken.None);
        await smtp.SmtpAsync($"RCPT TO:<{DemoUser.Alice.Address}>", CancellationToken.None);
        await smtp.SmtpAsync("DATA", CancellationToken.None);
        Assert.StartsWith("250", await smtp.SmtpDataAsync($"From: {DemoUser.Bob.Address}\r\nSubject: own\r\n\r\nHello\r\n", CancellationToken.None), StringComparison.Ordinal);
        Assert.DoesNotContain("Authentication-Results", await HeaderAsync(DemoUser.Alice, "own"), StringComparison.Ordinal);
    }

    private async Task<string> SendAsync(string from, string sender, string recipient, string message)
    {
        string file = Path.Combine(_folder, Guid.NewGuid().ToString("n"));
        await File.WriteAllTextAsync(file, message);
        Printed printed = await Program.RunAsync("swaks", ["--server", $"127.0.0.1:{_server.Smtp}", "--local-interface", from, "--ehlo", "mx.friendly.test", "--from", sender, "--to", recipient, "--data", "@" + file]);
        string[] replies = [.. printed.Output.Split('\n').Where(static line => line.StartsWith("<", StringComparison.Ordinal)).Select(static line => line[3..].Trim()).Where(static line => line.Length > 3 && line[0] is '2' or '4' or '5')];
        return Array.Find(replies, static reply => reply[0] is '4' or '5') ?? replies[^2];
    }

    private async Task<string> ResultsAsync(DemoUser user, string subject)
    {
        string header = await HeaderAsync(user, subject);
        int at = header.IndexOf("Authentication-Results: ", StringComparison.Ordinal);
        Assert.True(at >= 0 && at < header.IndexOf("Received: ", StringComparison.Ordinal), header);
        return header[at..header.IndexOf("Received: ", StringComparison.Ordinal)];
    }

    private async Task<string> HeaderAsync(DemoUser user, string subject)
    {
        Printed found = await Program.RunAsync("curl", ["-s", "-u", $"{user.Address}:{user.Password}", $"imap://127.0.0.1:{_server.Imap}/INBOX", "-X", $"SEARCH SUBJECT \"{subject}\""]);
        string number = found.Output.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)[^1];
        Printed message = await Program.RunAsync("curl", ["-s", "-u", $"{user.Address}:{user.Password}", $"imap://127.0.0.1:{_server.Imap}/INBOX;MAILINDEX={number}"]);
        return message.Output[..message.Output.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
    }
}
