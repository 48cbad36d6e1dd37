using System.Globalization;
using System.Text;
using DirMail.Demo;
using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>A faulty or absent OpenLDAP does not empty the system: the plug is pulled, a subtree is emptied, the base is mistyped.</summary>
public sealed class DirectoryOutageTests : IAsyncLifetime
{
    private const int Users = 60;
    private const string People = "ou=People,o=bcd.com,o=hosting";
    private static readonly DemoUser Manager = new("", "manager-secret", "cn=manager,o=hosting");

    private Slapd _slapd = null!;
    private Sink _sink = null!;
    private ServerSetup _setup = null!;
    private ServerProcess _server = null!;

    [Fact]
    public async Task Started_again_without_the_directory_it_serves_and_then_catches_up()
    {
        await _slapd.KillAsync();
        Assert.Equal("250", await DeliverAsync("alice@bcd.com"));
        await _server.KillAsync();
        await _server.StartAsync();
        Assert.Equal("250", await DeliverAsync("alice@bcd.com"));
        Assert.Contains("NOT connected", await DirMailAsync("directory", "status"), StringComparison.Ordinal);

        _slapd.Run();
        await _slapd.AnswersAsync();
        await new LdapUtils(_slapd.Url).SetDomainStatusAsync(DemoUser.BcdAdministrator, "bcd.com", "inactive");
        await BecomesAsync("alice@bcd.com", "450 4.2.1");
    }

    [Fact]
    public async Task While_it_is_dead_mail_comes_in_who_was_here_logs_in_and_open_sessions_see_new_mail()
    {
        await using Dialogue open = await Dialogue.OpenAsync(RunningServer.Local(_setup.Imap), CancellationToken.None);
        await open.ReadAsync(CancellationToken.None);
        Assert.Contains("OK", (await open.ImapAsync("a", $"LOGIN {DemoUser.Alice.Address} {DemoUser.Alice.Password}", CancellationToken.None))[^1], StringComparison.Ordinal);
        Assert.Contains("* 0 EXISTS", await open.ImapAsync("b", "SELECT INBOX", CancellationToken.None));
        await _slapd.KillAsync();
        Assert.Equal("250", await DeliverAsync("alice@bcd.com"));
        Assert.Contains("* 1 EXISTS", await open.ImapAsync("c", "NOOP", CancellationToken.None));
        Assert.StartsWith("a OK", await LoginAsync(DemoUser.Alice), StringComparison.Ordinal);
        await SubmitAsync(DemoUser.Alice, "x1@xyz.test");
        await _sink.WaitAsync(1, Eventually.Limit, CancellationToken.None);
        Arrival sent = Assert.Single(_sink.Arrivals);
        Assert.Equal((DemoUser.Alice.Address, "127.0.70.11", "mail.bcd.com"), (sent.Sender, sent.Peer, sent.HelloName));
        Assert.Contains("NO [UNAVAILABLE]", await LoginAsync(DemoUser.Alice with { Password = "wrong" }), StringComparison.Ordinal);
    }

    /// <summary>An empty one does not know our service account either.</summary>
    [Fact]
    public async Task Replaced_by_an_empty_one_nothing_is_lost_and_a_reload_with_the_same_ids_is_followed_again()
    {
        string content = await _slapd.LoseContentAsync();
        _slapd.Run();
        await _slapd.AnswersAsync();
        await Eventually.SeesAsync(() => DirMailAsync("directory", "status"), seen => seen.Contains("refused the bind", StringComparison.Ordinal));
        Assert.Equal("250", await DeliverAsync("alice@bcd.com"));

        await _slapd.LoseContentAsync();
        await _slapd.LoadContentAsync(content);
        _slapd.Run();
        await _slapd.AnswersAsync();
        await new LdapUtils(_slapd.Url).SetDomainStatusAsync(DemoUser.BcdAdministrator, "bcd.com", "inactive");
        await BecomesAsync("alice@bcd.com", "450 4.2.1");
        await StatusAsync(holds: false);
        Assert.Equal("250 2.1.5", await AnswerAsync("carol@cde.com"));
    }

    [Fact]
    public async Task What_changed_while_it_was_down_is_in_force_after_the_start()
    {
        await _server.KillAsync();
        await new LdapUtils(_slapd.Url).SetDomainStatusAsync(DemoUser.BcdAdministrator, "bcd.com", "inactive");
        await _server.StartAsync();
        await BecomesAsync("alice@bcd.com", "450 4.2.1");
        Assert.Equal("250 2.1.5", await AnswerAsync("carol@cde.com"));
    }

    /// <summary>It then sends the ids of all entries: who is not named is gone.</summary>
    [Fact]
    public async Task Without_a_session_log_too()
    {
        await DisposeAsync();
        await StartAsync(Slapd.StartWithoutSessionLogAsync());
        await _server.KillAsync();
        await LdapAsync("ldapdelete", [DemoUser.Alice.Dn]);
        await new LdapUtils(_slapd.Url).SetDomainStatusAsync(DemoUser.SiteAdministrator, "cde.com", "inactive");
        await _server.StartAsync();
        await BecomesAsync("alice@bcd.com", "550 5.1.1");
        await BecomesAsync("carol@cde.com", "450 4.2.1");
        Assert.Equal("250 2.1.5", await AnswerAsync("bob@bcd.com"));
    }

    [Fact]
    public async Task An_emptied_subtree_is_held_back_over_a_restart_until_it_is_accepted()
    {
        await AddUsersAsync();
        await BecomesAsync("user59@bcd.com", "250 2.1.5");
        await LdapAsync("ldapdelete", ["-r", People]);
        await StatusAsync(holds: true);
        Assert.Equal("250 2.1.5", await AnswerAsync("user0@bcd.com"));
        Assert.Equal("250 2.1.5", await AnswerAsync("user59@bcd.com"));
        Assert.Contains("NO [UNAVAILABLE]", await LoginAsync(DemoUser.Alice), StringComparison.Ordinal);

        await _server.KillAsync();
        await _server.StartAsync();
        Assert.Equal("250 2.1.5", await AnswerAsync("user59@bcd.com"));
        Assert.Contains("entries removed", await DirMailAsync("directory", "accept", "--domain", "bcd.com"), StringComparison.Ordinal);
        await BecomesAsync("user59@bcd.com", "550 5.1.1");
        Assert.Equal("250 2.1.5", await AnswerAsync("carol@cde.com"));
    }

    [Fact]
    public async Task A_mistyped_base_empties_nothing_and_the_right_one_frees_all()
    {
        await _server.KillAsync();
        string right = await File.ReadAllTextAsync(_setup.SettingsFile);
        await File.WriteAllTextAsync(_setup.SettingsFile, right.Replace("\"directory\": {", "\"directory\": { \"baseDn\": \"ou=Services,o=hosting\",", StringComparison.Ordinal));
        await _server.StartAsync();
        await StatusAsync(holds: true);
        Assert.Equal("250 2.1.5", await AnswerAsync("alice@bcd.com"));
        Assert.Contains("NO [UNAVAILABLE]", await LoginAsync(DemoUser.Alice), StringComparison.Ordinal);

        await _server.KillAsync();
        await File.WriteAllTextAsync(_setup.SettingsFile, right);
        await _server.StartAsync();
        await StatusAsync(holds: false);
        Assert.Contains("OK", await LoginAsync(DemoUser.Alice), StringComparison.Ordinal);
    }

    public Task InitializeAsync() => StartAsync(Slapd.StartAsync());

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _setup.Dispose();
        await _sink.DisposeAsync();
        await _slapd.DisposeAsync();
    }

    private async Task StartAsync(Task<Slapd> slapd)
    {
        _slapd = await slapd;
        _sink = new();
        _setup = new(_slapd.Url, _sink.Port);
        _server = await ServerProcess.StartAsync(_setup);
    }

    private async Task AddUsersAsync()
    {
        var ldif = new StringBuilder();
        for (int i = 0; i < Users; i++)
            ldif.Append(CultureInfo.InvariantCulture, $"dn: uid=user{i},{People}\nobjectClass: inetOrgPerson\nobjectClass: inetUser\nobjectClass: inetMailUser\nobjectClass: inetLocalMailRecipient\nuid: user{i}\ncn: u\nsn: u\nmail: user{i}@bcd.com\n\n");
        await LdapAsync("ldapadd", [], ldif.ToString());
    }

    private async Task LdapAsync(string tool, string[] arguments, string input = "")
    {
        Printed printed = await new LdapUtils(_slapd.Url).RunAsync(tool, Manager, arguments, input);
        Assert.True(printed.ExitCode == 0, printed.All);
    }

    private async Task<string> DirMailAsync(params string[] arguments) => (await Program.RunAsync(ServerProcess.File, [.. arguments, "--settings", _setup.SettingsFile])).All;

    private async Task<string> DeliverAsync(string to) => (await RemoteServer.DeliverAsync(_setup.Smtp, to, "Subject: no directory\n\nstill served\n"))[..3];

    private async Task<string> AnswerAsync(string to) => (await RemoteServer.RecipientAsync(_setup.Smtp, to))[..9];

    private Task BecomesAsync(string to, string expected) => Eventually.StartsAsync(expected, () => RemoteServer.RecipientAsync(_setup.Smtp, to));

    private async Task SubmitAsync(DemoUser who, string to)
    {
        await using Dialogue smtp = await RemoteServer.GreetAsync(_setup.Submission);
        string plain = Convert.ToBase64String(Encoding.ASCII.GetBytes($"\0{who.Address}\0{who.Password}"));
        Assert.StartsWith("235", await smtp.SmtpAsync($"AUTH PLAIN {plain}", CancellationToken.None), StringComparison.Ordinal);
        await smtp.SmtpAsync($"MAIL FROM:<{who.Address}>", CancellationToken.None);
        Assert.StartsWith("250", await smtp.SmtpAsync($"RCPT TO:<{to}>", CancellationToken.None), StringComparison.Ordinal);
        await smtp.SmtpAsync("DATA", CancellationToken.None);
        Assert.StartsWith("250", await smtp.SmtpDataAsync($"From: {who.Address}\nSubject: no directory\n\nstill sent\n", CancellationToken.None), StringComparison.Ordinal);
    }

    private async Task<string> LoginAsync(DemoUser who)
    {
        await using Dialogue imap = await Dialogue.OpenAsync(RunningServer.Local(_setup.Imap), CancellationToken.None);
        await imap.ReadAsync(CancellationToken.None);
        return (await imap.ImapAsync("a", $"LOGIN {who.Address} {who.Password}", CancellationToken.None))[^1];
    }

    private Task<string> StatusAsync(bool holds) =>
        Eventually.SeesAsync(() => DirMailAsync("directory", "status"), seen => seen.Contains("removals held back", StringComparison.Ordinal) == holds);
}
