using System.Collections.Concurrent;
using System.Net;
using DirMail.Demo;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Verbs;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DirMail.Interop;

/// <summary>Real slapds that die: one of two, or the only one in the middle of logins.</summary>
public sealed class DirectoryServersTests
{
    [Fact]
    public async Task When_the_first_of_two_dies_table_follower_and_logins_go_on_with_the_second()
    {
        await using Slapd first = await Slapd.StartAsync(), second = await first.ReplicateAsync();
        var server = new RunningServer(new ServerSetup($"{first.Url}, {second.Url}"));
        await server.InitializeAsync();
        await LogsInAsync(server);

        await first.KillAsync();
        Assert.StartsWith("250", await RemoteServer.RecipientAsync(server.Smtp, "alice@bcd.com"), StringComparison.Ordinal);
        await LogsInAsync(server);
        var ldap = new LdapUtils(second.Url);
        await ldap.SetDomainStatusAsync(DemoUser.BcdAdministrator, "bcd.com", "inactive");
        await BecomesAsync(server, "450 4.2.1");

        // the first is back with what it had: it is not asked while the second serves
        first.Run();
        await first.AnswersAsync();
        await ldap.SetDomainStatusAsync(DemoUser.BcdAdministrator, "bcd.com", "active");
        await BecomesAsync(server, "250 2.1.5");
        await LogsInAsync(server);

        await second.KillAsync();
        await new LdapUtils(first.Url).SetDomainStatusAsync(DemoUser.BcdAdministrator, "bcd.com", "inactive");
        await BecomesAsync(server, "450 4.2.1");
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_restart_in_the_middle_of_logins_refuses_no_right_password()
    {
        await using Slapd slapd = await Slapd.StartAsync();
        var server = new RunningServer(new ServerSetup(slapd.Url));
        await server.InitializeAsync();
        var settings = new DirectorySettings { Urls = [slapd.Url], LoginFailureTime = TimeSpan.Zero, RememberLogins = TimeSpan.Zero };
        await using (var logins = new Logins(server.Wiring.Live, settings, TimeProvider.System, NullLogger.Instance))
        {
            using var stop = new CancellationTokenSource();
            var tally = new Tally();
            Task load = Task.WhenAll(Enumerable.Range(0, 16).Select(_ => LogInAsync(logins, tally, stop.Token)));
            await Eventually.SeesAsync(() => Task.FromResult(tally.Accepted), seen => seen > 200);
            await slapd.KillAsync();
            await Eventually.SeesAsync(() => Task.FromResult(tally.Unanswered), seen => seen > 0);
            slapd.Run();
            await slapd.AnswersAsync();
            long before = tally.Accepted;
            await Eventually.SeesAsync(() => Task.FromResult(tally.Accepted), seen => seen > before + 200);
            await stop.CancelAsync();
            await load;
            Assert.Empty(tally.Others);
        }
        await server.DisposeAsync();
    }

    private static async Task LogInAsync(Logins logins, Tally tally, CancellationToken stop)
    {
        var attempt = new LoginAttempt(DemoUser.Alice.Address, DemoUser.Alice.Password, MailService.Imap, true, IPAddress.Loopback, IPAddress.Loopback);
        while (!stop.IsCancellationRequested)
            tally.Count(await logins.CheckAsync(attempt, CancellationToken.None));
    }

    private static async Task LogsInAsync(RunningServer server)
    {
        await using Dialogue imap = await Dialogue.OpenAsync(RunningServer.Local(server.Imap), CancellationToken.None);
        await imap.ReadAsync(CancellationToken.None);
        Assert.StartsWith("a OK", (await imap.ImapAsync("a", $"LOGIN {DemoUser.Carol.Address} {DemoUser.Carol.Password}", CancellationToken.None))[^1], StringComparison.Ordinal);
    }

    private static Task<string> BecomesAsync(RunningServer server, string expected) => Eventually.StartsAsync(expected, () => RemoteServer.RecipientAsync(server.Smtp, "alice@bcd.com"));

    /// <summary>How logins ended.</summary>
    private sealed class Tally
    {
        private long _accepted, _unanswered;

        public long Accepted => Interlocked.Read(ref _accepted);
        public long Unanswered => Interlocked.Read(ref _unanswered);
        public ConcurrentQueue<LoginResult> Others { get; } = [];

        public void Count(LoginResult result)
        {
            if (result is LoginResult.Accepted)
                Interlocked.Increment(ref _accepted);
            else if (result is LoginResult.Refused { Reply: var reply } && reply == Responses.DirectoryUnreachable)
                Interlocked.Increment(ref _unanswered);
            else
                Others.Enqueue(result);
        }
    }
}
