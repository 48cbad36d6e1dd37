using DirMail.Demo;
using DirMail.Store;
using DirMail.Verbs;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DirMail.Interop;

/// <summary>ldapdelete and ldapadd of the same uid, as a reloaded LDIF or the next person of that name does it: nobody gets the old mailbox, or an empty one, until an operator says which.</summary>
public sealed class AccountAdoptionTests : IAsyncLifetime
{
    private static readonly DemoUser Former = DemoUser.In("gus", "bcd.com", "gus-former-secret");
    private static readonly DemoUser Heir = Former with { Password = "gus-heir-secret" };

    private readonly ServerSetup _setup = new();
    private ServerProcess _server = null!;

    [Fact]
    public async Task The_old_mailbox_goes_to_the_new_entry_and_what_waited_arrives()
    {
        await IsReplacedAsync();
        await WaitsAsync();
        await SendAsync("waited");
        Assert.Contains("gus@bcd.com has the old mailbox", await DirMailAsync("account", "adopt", "gus@bcd.com"), StringComparison.Ordinal);
        await HasMailAsync("old", "waited");
        await IsSettledAsync();
        Assert.Contains("every mailbox has its user", await DirMailAsync("account", "list", "--orphaned"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fresh_mailbox_begins_empty_and_the_old_one_is_kept_aside()
    {
        await IsReplacedAsync();
        await WaitsAsync();
        await SendAsync("waited");
        Assert.Contains("begins an empty mailbox", await DirMailAsync("account", "adopt", "gus@bcd.com", "--fresh"), StringComparison.Ordinal);
        await HasMailAsync("waited");
        await IsSettledAsync();
        await Eventually.SeesAsync(() => DirMailAsync("account", "list", "--orphaned"), static seen => seen.Contains("set aside until", StringComparison.Ordinal));

        // it stays so
        await _server.KillAsync();
        await _server.StartAsync();
        await HasMailAsync("waited");
        Assert.Contains("gus@bcd.com is removed: 1 messages", await DirMailAsync("account", "purge", "gus@bcd.com", "--yes"), StringComparison.Ordinal);
        await HasMailAsync("waited");
        Assert.Equal(1, (await Program.RunAsync(ServerProcess.File, ["account", "purge", "gus@bcd.com", "--yes", "--settings", _setup.SettingsFile])).ExitCode);
    }

    [Fact]
    public async Task It_is_known_over_a_restart_on_either_side_of_the_replacement()
    {
        await AddAsync(Former);
        await GetsMailAsync("old");
        await ReplaceAsync();
        await WaitsAsync();
        await SendAsync("waited");
        await _server.KillAsync();
        await _server.StartAsync();
        await WaitsAsync();
        await DirMailAsync("account", "adopt", "gus@bcd.com");
        await HasMailAsync("old", "waited");

        // the entry goes, and its name is taken when the server has been started anew
        await LdapAsync("ldapdelete", [Former.Dn]);
        await Eventually.StartsAsync("550 5.1.1", AnswerAsync);
        Assert.Contains("gus@bcd.com", await DirMailAsync("account", "list", "--orphaned"), StringComparison.Ordinal);
        Assert.Equal(0, await _server.StopAsync());
        await _server.StartAsync();
        await AddAsync(Heir);
        await WaitsAsync();
        await DirMailAsync("account", "adopt", "gus@bcd.com");
        await HasMailAsync("old", "waited");
        await IsSettledAsync();
    }

    public async Task InitializeAsync() => _server = await ServerProcess.StartAsync(_setup);

    public async Task DisposeAsync()
    {
        Assert.Equal(0, await _server.StopAsync());
        await using (MessageStore store = await MessageStore.OpenAsync(new() { Folder = Path.Combine(_setup.DataFolder, "store") }, TimeProvider.System, NullLogger.Instance, CancellationToken.None))
            Assert.Empty(await store.CheckAsync(CancellationToken.None));
        await _server.DisposeAsync();
        _setup.Dispose();
    }

    private async Task IsReplacedAsync()
    {
        await AddAsync(Former);
        await GetsMailAsync("old");
        await ReplaceAsync();
    }

    private async Task ReplaceAsync()
    {
        await LdapAsync("ldapdelete", [Former.Dn]);
        await AddAsync(Heir);
    }

    private Task AddAsync(DemoUser who) => LdapAsync("ldapadd", [],
        $"dn: {who.Dn}\nobjectClass: inetOrgPerson\nobjectClass: inetUser\nobjectClass: inetMailUser\nuid: gus\ncn: Gus\nsn: G\nmail: {who.Address}\nuserPassword: {who.Password}\n");

    private Task LdapAsync(string tool, string[] arguments, string input = "") => new LdapUtils(_setup.DirectoryUrl).DoAsync(tool, DemoUser.BcdAdministrator, arguments, input);

    private async Task GetsMailAsync(string subject)
    {
        await Eventually.StartsAsync("250 2.1.5", AnswerAsync);
        Assert.StartsWith("250", await RemoteServer.DeliverAsync(_setup.Smtp, Former.Address, $"Subject: {subject}\n\nkeep me\n"), StringComparison.Ordinal);
    }

    /// <summary>Every port says so, for the time being; a wrong password is told nothing of it; the operator is told what to do.</summary>
    private async Task WaitsAsync()
    {
        await Eventually.StartsAsync("451 4.3.5", AnswerAsync);
        Assert.StartsWith("a NO [UNAVAILABLE]", await ImapLoginAsync(Heir), StringComparison.Ordinal);
        Assert.StartsWith("a NO [AUTHENTICATIONFAILED]", await ImapLoginAsync(Former with { Password = "wrong" }), StringComparison.Ordinal);
        Assert.StartsWith("-ERR [SYS/TEMP]", await Pop3LoginAsync(Heir), StringComparison.Ordinal);
        Assert.Contains("454", (await SendAsAsync(Heir)).All, StringComparison.Ordinal);
        string problems = await DirMailAsync("directory", "problems", "--json");
        Assert.Contains(Heir.Dn, problems, StringComparison.Ordinal);
        Assert.Contains("dirmail account adopt gus@bcd.com", problems, StringComparison.Ordinal);
        string orphans = await DirMailAsync("account", "list", "--orphaned", "--json");
        Assert.Contains("gus@bcd.com", orphans, StringComparison.Ordinal);
        Assert.Contains(Heir.Dn, orphans, StringComparison.Ordinal);
    }

    private async Task IsSettledAsync()
    {
        Assert.StartsWith("250 2.1.5", await AnswerAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("account adopt", await DirMailAsync("directory", "problems", "--json"), StringComparison.Ordinal);
    }

    private Task<string> AnswerAsync() => RemoteServer.RecipientAsync(_setup.Smtp, Former.Address);

    /// <summary>By a user of the domain: taken, and kept in the queue.</summary>
    private async Task SendAsync(string subject)
    {
        Printed sent = await SendAsAsync(DemoUser.Alice, subject);
        Assert.True(sent.ExitCode == 0, sent.All);
        Assert.Contains("gus@bcd.com", await DirMailAsync("queue", "list", "--json"), StringComparison.Ordinal);
    }

    private async Task<Printed> SendAsAsync(DemoUser who, string subject = "any")
    {
        string file = Path.Combine(_setup.Folder, "password");
        await File.WriteAllTextAsync(file, who.Password + "\n");
        return await Program.RunAsync(ServerProcess.File, ["send", "--from", who.Address, "--to", Former.Address, "--subject", subject, "--password-file", file, "--settings", _setup.SettingsFile], "hello\n");
    }

    private Task HasMailAsync(params string[] subjects) => Eventually.SeesAsync(async () =>
    {
        await using Dialogue imap = await GreetedAsync();
        Assert.StartsWith("a OK", await LoginAsync(imap, Heir), StringComparison.Ordinal);
        await imap.ImapAsync("b", "SELECT INBOX", CancellationToken.None);
        IEnumerable<string> lines = await imap.ImapAsync("c", "FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]", CancellationToken.None);
        return string.Join(' ', lines.Where(l => l.StartsWith("Subject: ", StringComparison.Ordinal)).Select(l => l["Subject: ".Length..].TrimEnd()).Order(StringComparer.Ordinal));
    }, seen => seen == string.Join(' ', subjects));

    private async Task<string> ImapLoginAsync(DemoUser who)
    {
        await using Dialogue imap = await GreetedAsync();
        return await LoginAsync(imap, who);
    }

    private async Task<string> Pop3LoginAsync(DemoUser who)
    {
        await using Dialogue pop3 = await Dialogue.OpenAsync(RunningServer.Local(_setup.Pop3), CancellationToken.None);
        await pop3.ReadAsync(CancellationToken.None);
        await pop3.Pop3Async($"USER {who.Address}", false, CancellationToken.None);
        return (await pop3.Pop3Async($"PASS {who.Password}", false, CancellationToken.None))[0];
    }

    private async Task<Dialogue> GreetedAsync()
    {
        Dialogue imap = await Dialogue.OpenAsync(RunningServer.Local(_setup.Imap), CancellationToken.None);
        await imap.ReadAsync(CancellationToken.None);
        return imap;
    }

    private static async Task<string> LoginAsync(Dialogue imap, DemoUser who) => (await imap.ImapAsync("a", $"LOGIN {who.Address} {who.Password}", CancellationToken.None))[^1];

    private async Task<string> DirMailAsync(params string[] arguments)
    {
        Printed printed = await Program.RunAsync(ServerProcess.File, [.. arguments, "--settings", _setup.SettingsFile]);
        Assert.True(printed.ExitCode == 0, $"{string.Join(' ', arguments)}: {printed.All}");
        // a line may be folded at the terminal's width
        return printed.Output.Replace("\n", arguments.Contains("--json") ? "\n" : " ", StringComparison.Ordinal);
    }
}
