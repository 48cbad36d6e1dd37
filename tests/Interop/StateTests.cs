using System.Globalization;
using System.Text;
using DirMail.Demo;
using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>A change of the directory, made with stock tools, changes what every port answers, and open sessions are told unasked: with the embedded directory and with OpenLDAP.</summary>
public sealed class StateTests
{
    private static readonly DemoUser Alice = DemoUser.Alice;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_toggled_domain_changes_every_ports_answer(bool isOpenLdap)
    {
        await using State state = await State.StartAsync(isOpenLdap);
        for (int toggle = 0; toggle < 3; toggle++)
        {
            await using OpenSessions open = await state.OpenSessionsAsync();
            await state.Ldap.SetDomainStatusAsync(DemoUser.BcdAdministrator, "bcd.com", "inactive");
            await open.AreToldAsync();
            await state.AnswersAsync("450 4.2.1", "525 5.7.13", "a NO [CONTACTADMIN]", "-ERR [SYS/PERM]");
            await state.Ldap.SetDomainStatusAsync(DemoUser.BcdAdministrator, "bcd.com", "active");
            await state.AnswersAsync("250 2.1.5", "235 2.7.0", "a OK", "+OK");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_password_alone_ends_sessions_and_remembered_logins(bool isOpenLdap)
    {
        await using State state = await State.StartAsync(isOpenLdap);
        await using OpenSessions open = await state.OpenSessionsAsync();
        await state.Ldap.DoAsync("ldapmodify", DemoUser.BcdAdministrator, [], $"dn: {Alice.Dn}\nchangetype: modify\nreplace: userPassword\nuserPassword: quite-another\n");
        await open.AreToldAsync();
        Assert.StartsWith("a NO [AUTHENTICATIONFAILED]", await state.ImapAsync(Alice), StringComparison.Ordinal);
        Assert.StartsWith("a OK", await state.ImapAsync(Alice with { Password = "quite-another" }), StringComparison.Ordinal);
        if (state.Slapd is { } slapd)
        {
            await slapd.KillAsync();
            Assert.StartsWith("a OK", await state.ImapAsync(Alice with { Password = "quite-another" }), StringComparison.Ordinal);
            Assert.StartsWith("a NO [UNAVAILABLE]", await state.ImapAsync(Alice), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_user_moved_to_another_domain_is_told(bool isOpenLdap)
    {
        await using State state = await State.StartAsync(isOpenLdap);
        await using OpenSessions open = await state.OpenSessionsAsync();
        await state.Ldap.DoAsync("ldapmodrdn", DemoUser.SiteAdministrator, ["-s", "ou=People,o=cde.com,o=hosting", Alice.Dn, "uid=alice"]);
        await open.AreToldAsync();
        Assert.StartsWith("a NO [AUTHENTICATIONFAILED]", await state.ImapAsync(Alice), StringComparison.Ordinal);
        Assert.StartsWith("a OK", await state.ImapAsync(Alice with { Address = "alice@cde.com" }), StringComparison.Ordinal);
    }

    /// <summary>Alice's: IMAP between commands and in IDLE, POP3, submission.</summary>
    private sealed class OpenSessions(Dialogue imap, Dialogue idle, Dialogue pop3, Dialogue smtp) : IAsyncDisposable
    {
        public async Task AreToldAsync()
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            Assert.StartsWith("* BYE", await imap.ReadAsync(limit.Token), StringComparison.Ordinal);
            string line;
            do
                line = await idle.ReadAsync(limit.Token);
            while (!line.StartsWith("* BYE", StringComparison.Ordinal));
            await Assert.ThrowsAnyAsync<IOException>(() => pop3.ReadAsync(limit.Token));
            Assert.StartsWith("421 4.7.0", await smtp.ReadAsync(limit.Token), StringComparison.Ordinal);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (Dialogue dialogue in (Dialogue[])[imap, idle, pop3, smtp])
                await dialogue.DisposeAsync();
        }
    }

    private sealed class State(RunningServer server, Slapd? slapd) : IAsyncDisposable
    {
        public LdapUtils Ldap { get; } = new(server.DirectoryUrl);
        public Slapd? Slapd => slapd;

        public static async Task<State> StartAsync(bool isOpenLdap)
        {
            Slapd? slapd = isOpenLdap ? await Slapd.StartAsync() : null;
            var server = new RunningServer(new ServerSetup(slapd?.Url));
            await server.InitializeAsync();
            return new(server, slapd);
        }

        public async Task<OpenSessions> OpenSessionsAsync()
        {
            Dialogue imap = await ConnectAsync(server.Imap), idle = await ConnectAsync(server.Imap), pop3 = await ConnectAsync(server.Pop3), smtp = await ConnectAsync(server.Submission);
            foreach (Dialogue dialogue in (Dialogue[])[imap, idle])
                Assert.StartsWith("a OK", (await dialogue.ImapAsync("a", $"LOGIN {Alice.Address} {Alice.Password}", CancellationToken.None))[^1], StringComparison.Ordinal);
            await idle.ImapAsync("b", "SELECT INBOX", CancellationToken.None);
            await idle.WriteAsync("c IDLE", CancellationToken.None);
            Assert.StartsWith("+", await idle.ReadAsync(CancellationToken.None), StringComparison.Ordinal);
            Assert.StartsWith("+OK", await Pop3Async(pop3), StringComparison.Ordinal);
            Assert.StartsWith("235", await AuthAsync(smtp), StringComparison.Ordinal);
            return new(imap, idle, pop3, smtp);
        }

        public async Task AnswersAsync(string rcpt, string auth, string imap, string pop3)
        {
            await Eventually.StartsAsync(rcpt, () => RemoteServer.RecipientAsync(server.Smtp, Alice.Address));
            await Eventually.StartsAsync(auth, () => NewAsync(server.Submission, AuthAsync));
            await Eventually.StartsAsync(imap, () => ImapAsync(Alice));
            await Eventually.StartsAsync(pop3, () => NewAsync(server.Pop3, Pop3Async));
        }

        public Task<string> ImapAsync(DemoUser user) =>
            NewAsync(server.Imap, async dialogue => (await dialogue.ImapAsync("a", $"LOGIN {user.Address} {user.Password}", CancellationToken.None))[^1]);

        public async ValueTask DisposeAsync()
        {
            await server.DisposeAsync();
            if (slapd is not null)
                await slapd.DisposeAsync();
        }

        private static async Task<string> NewAsync(int port, Func<Dialogue, Task<string>> askAsync)
        {
            await using Dialogue dialogue = await ConnectAsync(port);
            return await askAsync(dialogue);
        }

        private static async Task<Dialogue> ConnectAsync(int port)
        {
            Dialogue dialogue = await Dialogue.OpenAsync(RunningServer.Local(port), CancellationToken.None);
            await dialogue.ReadAsync(CancellationToken.None);
            return dialogue;
        }

        private static async Task<string> Pop3Async(Dialogue dialogue)
        {
            await dialogue.Pop3Async($"USER {Alice.Address}", false, CancellationToken.None);
            return (await dialogue.Pop3Async($"PASS {Alice.Password}", false, CancellationToken.None))[0];
        }

        private static async Task<string> AuthAsync(Dialogue dialogue)
        {
            await dialogue.SmtpAsync("EHLO pc", CancellationToken.None);
            string plain = Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\0{Alice.Address}\0{Alice.Password}")));
            return await dialogue.SmtpAsync($"AUTH PLAIN {plain}", CancellationToken.None);
        }
    }
}
