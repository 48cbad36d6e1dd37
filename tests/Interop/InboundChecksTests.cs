using DirMail.Demo;
using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>Mail from outside is checked: signatures made by dkimpy, policies served by nsd, the answer of the running server.</summary>
public sealed class InboundChecksTests(CheckedServer server) : IClassFixture<CheckedServer>
{
    private readonly string _folder = server.Folder;
    private readonly RunningServer _server = server.Server;

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
    public async Task An_Ed25519_signature_passes_and_fails_when_spoilt()
    {
        string signed = await DkimKeys.SignAsync(_folder, "sender.test", "ed", "relaxed/relaxed", "From: Ann <ann@sender.test>\r\nTo: alice@bcd.com\r\nSubject: by Edwards\r\n\r\nHello\r\n", "ed25519-sha256");
        Assert.StartsWith("250", await SendAsync("127.0.0.1", "ann@sender.test", DemoUser.Alice.Address, signed), StringComparison.Ordinal);
        string results = await ResultsAsync(DemoUser.Alice, "by Edwards");
        Assert.Contains("dkim=pass", results, StringComparison.Ordinal);
        Assert.Contains("header.a=ed25519-sha256", results, StringComparison.Ordinal);
        // the domain asks for reject where nothing passes
        Assert.StartsWith("550 5.7.1", await SendAsync("127.0.0.1", "ann@sender.test", DemoUser.Alice.Address, signed.Replace("by Edwards", "by Edward", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forged_message_is_refused_where_the_domain_asks_for_it()
    {
        const string Forged = "From: ann@sender.test\r\nSubject: forged\r\n\r\nHello\r\n";
        Assert.StartsWith("550 5.7.1", await SendAsync("127.0.0.1", "ann@sender.test", DemoUser.Alice.Address, Forged), StringComparison.Ordinal);
        // this domain does without
        Assert.StartsWith("250", await SendAsync("127.0.0.1", "ann@sender.test", DemoUser.Carol.Address, Forged), StringComparison.Ordinal);
        // the address that the policy names
        Assert.StartsWith("250", await SendAsync("127.0.0.8", "ann@sender.test", DemoUser.Alice.Address, Forged), StringComparison.Ordinal);
        Assert.Contains("spf=pass", await ResultsAsync(DemoUser.Alice, "forged"), StringComparison.Ordinal);
    }

    /// <summary>A mailing list: the signature is gone, the list's chain says what it had found.</summary>
    [Theory]
    [InlineData("dmarc=pass", "", "250", "arc=pass")]
    [InlineData("dmarc=fail", "", "550", "")]
    [InlineData("dmarc=pass", "changed after the seal", "550", "")]
    public async Task A_trusted_chain_overrides_a_failure(string found, string added, string reply, string told)
    {
        string subject = $"chain {found} {added.Length}";
        string once = await DkimKeys.SealAsync(_folder, "lists.test", "arc", "mx.lists.test", $"Authentication-Results: mx.lists.test; spf=pass smtp.mailfrom=ann@sender.test; {found} header.from=sender.test\r\nFrom: ann@sender.test\r\nTo: list@lists.test\r\nSubject: {subject}\r\n\r\nHello\r\n");
        string twice = await DkimKeys.SealAsync(_folder, "lists.test", "arc", "out.lists.test", "Authentication-Results: out.lists.test; arc=pass\r\n" + once);
        Assert.Contains("i=2;", twice, StringComparison.Ordinal);
        Assert.StartsWith(reply, await SendAsync("127.0.0.1", "list@lists.test", DemoUser.Alice.Address, twice + added), StringComparison.Ordinal);
        if (told.Length > 0)
            Assert.Contains(told, await HeaderAsync(DemoUser.Alice, subject), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspicious_message_is_marked_and_filed_as_junk()
    {
        Assert.StartsWith("250", await SendAsync("127.0.0.1", "x@friendly.test", DemoUser.Alice.Address, "From: ann@news.sender.test\r\nSubject: marked\r\n\r\nHello\r\n"), StringComparison.Ordinal);
        Printed listed = await Program.RunAsync("curl", ["-s", "-u", $"{DemoUser.Alice.Address}:{DemoUser.Alice.Password}", $"imap://127.0.0.1:{_server.Imap}/", "-X", "LIST (SPECIAL-USE) \"\" *"]);
        Assert.Contains("(\\HasNoChildren \\Junk) \"/\" \"Junk\"", listed.Output, StringComparison.Ordinal);
        string header = await HeaderAsync(DemoUser.Alice, "marked", "Junk");
        Assert.Contains("X-DirMail-Junk: dmarc", header, StringComparison.Ordinal);
        Assert.Contains("iprev=fail", header, StringComparison.Ordinal);
        Assert.Contains("spf=pass", header, StringComparison.Ordinal);
        // the name in HELO has a policy of its own
        Assert.Contains("spf=softfail reason=\"all\"\r\n\t smtp.helo=mx.friendly.test", header, StringComparison.Ordinal);
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
        Assert.True(replies.Length > 1, printed.Output + printed.Error);
        return Array.Find(replies, static reply => reply[0] is '4' or '5') ?? replies[^2];
    }

    private async Task<string> ResultsAsync(DemoUser user, string subject)
    {
        string header = await HeaderAsync(user, subject);
        int at = header.IndexOf("Authentication-Results: ", StringComparison.Ordinal);
        Assert.True(at >= 0 && at < header.IndexOf("Received: ", StringComparison.Ordinal), header);
        return header[at..header.IndexOf("Received: ", StringComparison.Ordinal)];
    }

    private async Task<string> HeaderAsync(DemoUser user, string subject, string mailbox = "INBOX")
    {
        Printed found = await Program.RunAsync("curl", ["-s", "-u", $"{user.Address}:{user.Password}", $"imap://127.0.0.1:{_server.Imap}/{mailbox}", "-X", $"SEARCH SUBJECT \"{subject}\""]);
        string number = found.Output.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)[^1];
        Printed message = await Program.RunAsync("curl", ["-s", "-u", $"{user.Address}:{user.Password}", $"imap://127.0.0.1:{_server.Imap}/{mailbox};MAILINDEX={number}"]);
        return message.Output[..message.Output.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
    }
}
