using System.Text;
using DirMail.Demo;
using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>A user writes a script into the own entry with ldapmodify: what the next message becomes, what explain and the list of problems say, and the same script by `dirmail sieve test`.</summary>
public sealed class SieveTests : IAsyncLifetime
{
    private const string Script = """
        require ["fileinto", "imap4flags", "reject"];
        if header :contains "subject" "news" {
            fileinto :flags ["\\Seen", "read"] "Lists/News";
        } elsif header "subject" "away" {
            redirect "far@xyz.test";
        } elsif header "subject" "no" {
            reject "no, thank you";
        } elsif header "subject" "gone" {
            discard;
        }
        """;

    private readonly Sink _sink = new();
    private RunningServer _server = null!;

    private CommandLine Cli => new(_server);

    public async Task InitializeAsync()
    {
        _server = new(new ServerSetup(sinkPort: _sink.Port));
        await _server.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _sink.DisposeAsync();
    }

    [Fact]
    public async Task A_script_in_the_entry_decides_about_the_next_message()
    {
        await SetAsync(Script);
        Assert.StartsWith("250", await MailAsync("the news"), StringComparison.Ordinal);
        Assert.StartsWith("250", await MailAsync("gone"), StringComparison.Ordinal);
        Assert.StartsWith("550 5.7.1 no, thank you", await MailAsync("no"), StringComparison.Ordinal);
        Assert.StartsWith("250", await MailAsync("plain"), StringComparison.Ordinal);
        Assert.StartsWith("250", await MailAsync("away"), StringComparison.Ordinal);
        await _sink.WaitAsync(1, Eventually.Limit, CancellationToken.None);
        Arrival redirected = Assert.Single(_sink.Arrivals);
        Assert.Equal(("127.0.70.11", "far@xyz.test"), (redirected.Peer, redirected.Recipient));
        Assert.Contains("Subject: away", redirected.Content, StringComparison.Ordinal);

        string inbox = await FetchAsync("INBOX"), news = await FetchAsync("Lists/News");
        Assert.Contains("Subject: plain", inbox, StringComparison.Ordinal);
        Assert.DoesNotContain("* 2 FETCH", inbox, StringComparison.Ordinal);
        Assert.Contains("Subject: the news", news, StringComparison.Ordinal);
        Assert.Contains("FLAGS (\\Seen read)", news, StringComparison.Ordinal);
        Assert.Contains($"{DemoUser.Alice.Dn} mailSieveRuleSource", (await Cli.DoAsync(null, "explain", DemoUser.Alice.Address)).Replace("\n", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_faulty_script_keeps_the_mail_and_is_a_problem_with_its_line()
    {
        await SetAsync("discard;\r\nfileinto \"News\";");
        Assert.StartsWith("250", await MailAsync("the news"), StringComparison.Ordinal);
        Assert.Contains("Subject: the news", await FetchAsync("INBOX"), StringComparison.Ordinal);
        Assert.Contains("line 2: fileinto: it needs require", await Cli.DoAsync(null, "directory", "problems"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_can_be_tried_before()
    {
        (string script, string message) = (Path.Combine(_server.Folder, "try.sieve"), Path.Combine(_server.Folder, "try.eml"));
        await File.WriteAllTextAsync(script, Script);
        await File.WriteAllTextAsync(message, "Subject: the news\n\nx\n");
        Assert.Equal("fileinto Lists/News \\Seen read\n", await Cli.DoAsync(null, "sieve", "test", script, message));
        await File.WriteAllTextAsync(message, "Subject: no\n\nx\n");
        Assert.Equal("reject 550 5.7.1 no, thank you\n", await Cli.DoAsync(null, "sieve", "test", script, message, "--from", "friend@xyz.test", "--to", "alice@bcd.com"));
        await File.WriteAllTextAsync(script, "keep;\nnonsense;");
        await Cli.RefusedAsync(null, "try.sieve: line 2: nonsense: there is no such command", "sieve", "test", script);
        await Cli.RefusedAsync(null, "try.sieve", "sieve", "test", script + ".not");
        await Cli.RefusedAsync(null, "addresses", "sieve", "test", script, "--from", "nobody");
    }

    /// <summary>By the user herself, in force when this ends.</summary>
    private async Task SetAsync(string script)
    {
        await new LdapUtils(_server.DirectoryUrl).DoAsync("ldapmodify", DemoUser.Alice, [], $"dn: {DemoUser.Alice.Dn}\nchangetype: modify\nreplace: mailSieveRuleSource\nmailSieveRuleSource:: {Convert.ToBase64String(Encoding.UTF8.GetBytes(script))}\n");
        await Eventually.SeesAsync(() => Task.FromResult(_server.Wiring.Live.Current), static table =>
            table.FindUser(table.FindDomain("bcd.com")!, "alice")!.Settings.Script is not null || table.Problems.Any(static problem => problem.Attribute == "mailSieveRuleSource"));
    }

    private Task<string> MailAsync(string subject) => RemoteServer.DeliverAsync(_server.Smtp, DemoUser.Alice.Address, $"Subject: {subject}\r\n\r\nHello\r\n");

    private async Task<string> FetchAsync(string mailbox)
    {
        await using Dialogue imap = await Dialogue.OpenAsync(RunningServer.Local(_server.Imap), CancellationToken.None);
        await imap.ReadAsync(CancellationToken.None);
        await imap.ImapAsync("a", $"LOGIN {DemoUser.Alice.Address} {DemoUser.Alice.Password}", CancellationToken.None);
        await imap.ImapAsync("b", $"SELECT \"{mailbox}\"", CancellationToken.None);
        return string.Join('\n', await imap.ImapAsync("c", "FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])", CancellationToken.None));
    }
}
