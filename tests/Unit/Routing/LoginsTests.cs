using System.Net;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Unit.Transfer;
using Microsoft.Extensions.Logging.Abstractions;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

public class LoginsTests
{
    private static readonly IPAddress Host = IPAddress.Parse("127.0.0.1");
    private static readonly IPAddress OfBcd = IPAddress.Parse("127.0.70.1");
    private static readonly IPAddress OfAlice = IPAddress.Parse("127.0.70.11");
    private static readonly IPAddress OfCde = IPAddress.Parse("127.0.70.2");

    [Fact]
    public async Task Every_situation_has_its_answer()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        ExampleDirectory example = Load();
        await using var logins = new Logins(example.Live, served.Settings, TimeProvider.System, NullLogger.Instance);

        Assert.Equal("alice@bcd.com", await Of("alice@bcd.com", "alice-bcd-secret", Host));
        Assert.Equal("alice@bcd.com", await Of("ALICE@bcd.net", "alice-bcd-secret", OfBcd));
        Assert.Equal("alice@bcd.com", await Of("alice", "alice-bcd-secret", OfBcd));
        Assert.Equal("alice@bcd.com", await Of("alice", "alice-bcd-secret", OfAlice));
        Assert.Equal("admin@abc.com", await Of("admin", "admin-abc-secret", Host));

        Assert.Equal("AUTHENTICATIONFAILED", await Of("alice@bcd.com", "wrong", Host));
        Assert.Equal("AUTHENTICATIONFAILED", await Of("alice@bcd.com", "", Host));
        Assert.Equal("AUTHENTICATIONFAILED", await Of("alice@bcd.com", "alice-bcd-secret\0", Host));
        Assert.Equal("AUTHENTICATIONFAILED", await Of("alice)(uid=*@bcd.com", "alice-bcd-secret", Host));
        Assert.Equal("AUTHENTICATIONFAILED", await Of("nobody@bcd.com", "alice-bcd-secret", Host));
        Assert.Equal("AUTHENTICATIONFAILED", await Of("alice@xyz.test", "alice-bcd-secret", Host));
        Assert.Equal("AUTHENTICATIONFAILED", await Of("alice@bcd.com", "alice-bcd-secret", OfCde));
        Assert.Equal("AUTHENTICATIONFAILED", await Of("bob", "bob-bcd-secret", OfCde));

        Assert.Equal("AUTHORIZATIONFAILED", await Of("carol@cde.com", "carol-cde-secret", Host, MailService.Pop));
        Assert.Equal("AUTHENTICATIONFAILED", await Of("carol@cde.com", "wrong", Host, MailService.Pop));

        example.Set("o=cde.com,o=hosting", "mailDomainStatus", "inactive");
        Assert.Equal("CONTACTADMIN", await Of("carol@cde.com", "carol-cde-secret", Host));
        Assert.Equal("AUTHENTICATIONFAILED", await Of("carol@cde.com", "wrong", Host));
        example.Set("o=cde.com,o=hosting", "mailDomainStatus", "overquota");
        Assert.Equal("carol@cde.com", await Of("carol@cde.com", "carol-cde-secret", Host));

        async Task<string> Of(string login, string password, IPAddress local, MailService service = MailService.Imap) =>
            await logins.CheckAsync(new(login, password, service, true, Host, local), default) switch
            {
                LoginResult.Accepted accepted => $"{accepted.User.Uid}@{accepted.Domain.Name}",
                LoginResult.Refused refused => refused.Reply.ImapCode,
                _ => "?",
            };
    }

    [Theory]
    [InlineData("(uid=%U)", "alice@bcd.com", "alice")]
    [InlineData("(uid=%U)", "ALICE@bcd.net", "alice")]
    [InlineData("(mail=%U@%V)", "a.able@bcd.net", "alice")]
    [InlineData("(mail=%o)", "sales@bcd.com", "alice")]
    [InlineData("(|(uid=%U)(mail=%U@%V))", "sales@bcd.com", "alice")]
    [InlineData("(|(uid=%U)(mail=%U@%V))", "bob@bcd.com", "bob")]
    [InlineData("(&(objectClass=inetMailUser)(uid=%U)(mailUserStatus=active))", "bob@bcd.com", "bob")]
    [InlineData("(&(uid=%U)(!(mailDeliveryOption=forward)))", "bob@bcd.com", null)]
    [InlineData("(&(uid=%U)(objectClass=dirMailUser))", "bob@bcd.com", null)]
    [InlineData("(uid=%U)", "*@bcd.com", null)]
    [InlineData("(uid=%U)", "alice)(uid=bob@bcd.com", null)]
    [InlineData("(uid=%U)", "%o@bcd.com", null)]
    [InlineData("(|(uid=alice)(uid=%U))", "bob@bcd.com", null)]
    [InlineData("(mail=staff@%V)", "staff@bcd.com", null)]
    public void A_domains_filter_says_whom_a_login_means(string filter, string login, string? uid)
    {
        ExampleDirectory directory = Load();
        directory.Set("o=bcd.com,o=hosting", "inetDomainSearchFilter", filter);
        Assert.Equal(uid, directory.Table.FindLogin(login, Host).User?.Uid);
        Assert.DoesNotContain(directory.Table.Problems, p => p.Attribute == "inetDomainSearchFilter");
        Assert.Equal("carol", directory.Table.FindLogin("carol@cde.com", Host).User?.Uid);
    }

    [Theory]
    [InlineData("uid=%U")]
    [InlineData("(objectClass=inetMailUser)")]
    [InlineData("(uid=*)")]
    [InlineData("(|(uid=%U)(ou=x))")]
    [InlineData("(&(uid=%U)(title=boss))")]
    [InlineData("(uid=%s)")]
    public void A_filter_that_is_not_evaluated_lets_nobody_in_and_is_told(string filter)
    {
        ExampleDirectory directory = Load();
        directory.Set("o=bcd.com,o=hosting", "inetDomainSearchFilter", filter);
        Assert.Null(directory.Table.FindLogin("alice@bcd.com", Host).User);
        Assert.Contains(directory.Table.Problems, p => p is { Dn: "o=bcd.com,o=hosting", Attribute: "inetDomainSearchFilter" });
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@bcd.com"));
    }

    [Theory]
    [InlineData("alice@bcd.com", "wrong")]
    [InlineData("nobody@bcd.com", "wrong")]
    [InlineData("alice@xyz.test", "wrong")]
    [InlineData("alice@cde.com", "wrong")]
    [InlineData("alice@bcd.com", "")]
    [InlineData("alice@bcd.com", "alice-bcd-secret\0")]
    [InlineData("carol@cde.com", "carol-cde-secret")]
    [InlineData("alice)(uid=*@bcd.com", "wrong")]
    public async Task Every_refusal_is_answered_at_the_fixed_time_whatever_failed(string login, string password)
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        var clock = new SteppedClock();
        await using var logins = new Logins(Load().Live, served.Settings with { LoginFailureTime = TimeSpan.FromMilliseconds(150) }, clock, NullLogger.Instance);
        Task<LoginResult> answer = logins.CheckAsync(new(login, password, MailService.Pop, true, Host, Host), default);
        Assert.Equal(TimeSpan.FromMilliseconds(150), await clock.WaitAsync());
        clock.Advance(TimeSpan.FromMilliseconds(149));
        Assert.False(answer.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.IsType<LoginResult.Refused>(await answer);
    }

    [Fact]
    public async Task A_login_that_is_right_is_answered_at_once()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        await using var logins = new Logins(Load().Live, served.Settings with { LoginFailureTime = TimeSpan.FromMilliseconds(150) }, new SteppedClock(), NullLogger.Instance);
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(new("alice@bcd.com", "alice-bcd-secret", MailService.Imap, true, Host, Host), default));
    }

    [Fact]
    public async Task Guessing_makes_the_next_try_wait_but_not_that_of_who_was_here_before()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        var clock = new SteppedClock();
        await using var logins = new Logins(Load().Live, served.Settings, clock, NullLogger.Instance);
        var home = new LoginAttempt("alice@bcd.com", "alice-bcd-secret", MailService.Imap, true, IPAddress.Parse("192.0.2.1"), Host);
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(home, default));
        for (int guess = 0; guess < 3; guess++)
            Assert.IsType<LoginResult.Refused>(await logins.CheckAsync(home with { Login = "ALICE@bcd.net", Password = $"guess{guess}", Client = IPAddress.Parse($"198.51.100.{guess}") }, default));

        Task<LoginResult> elsewhere = logins.CheckAsync(home with { Client = IPAddress.Parse("203.0.113.1") }, default);
        Assert.Equal(TimeSpan.FromMilliseconds(500), await clock.WaitAsync());
        Assert.False(elsewhere.IsCompleted);
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(home, default));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.IsType<LoginResult.Accepted>(await elsewhere);
    }

    /// <summary>A login waits for DNS only where a rule about names decides it, and the password was right.</summary>
    [Theory]
    [InlineData("alice-bcd-secret", null, true, "OK", 0)]
    [InlineData("alice-bcd-secret", "-pop:UNKNOWN", true, "OK", 0)]
    [InlineData("alice-bcd-secret", "+imap:192.0.2.9,.example.org", true, "OK", 0)]
    [InlineData("alice-bcd-secret", "+imap:.example.org", true, "OK", 1)]
    [InlineData("alice-bcd-secret", "+imap:.example.net", true, "AUTHORIZATIONFAILED", 1)]
    [InlineData("alice-bcd-secret", "+imap:.example.org", false, "UNAVAILABLE", 1)]
    [InlineData("alice-bcd-secret", "-imap:UNKNOWN", false, "UNAVAILABLE", 1)]
    [InlineData("wrong", "+imap:.example.org", true, "AUTHENTICATIONFAILED", 1)]
    [InlineData("wrong", "+imap:.example.org", false, "AUTHENTICATIONFAILED", 1)]
    public async Task The_client_s_name_is_looked_up_where_a_rule_asks_for_it(string password, string? rules, bool isKnown, string answer, int asked)
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        ExampleDirectory example = Load();
        if (rules is not null)
            example.Set("o=bcd.com,o=hosting", "mailDomainAllowedServiceAccess", rules);
        await using var logins = new Logins(example.Live, served.Settings, TimeProvider.System, NullLogger.Instance);
        int lookUps = 0;
        var attempt = new LoginAttempt("alice@bcd.com", password, MailService.Imap, true, IPAddress.Parse("192.0.2.9"), Host)
        {
            LookUpName = () =>
            {
                lookUps++;
                return Task.FromResult(isKnown ? new ClientName.Checked(["mail.example.org"]) : ClientName.Untold);
            },
        };
        Assert.Equal(answer, await logins.CheckAsync(attempt, default) is LoginResult.Refused { Reply.ImapCode: var code } ? code : "OK");
        Assert.Equal(asked, lookUps);
    }

    /// <summary>A look-up that never ends does not keep a wrong password from its answer.</summary>
    [Fact]
    public async Task A_wrong_password_waits_for_no_name()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        ExampleDirectory example = Load();
        example.Set("o=bcd.com,o=hosting", "mailDomainAllowedServiceAccess", "+imap:.example.org");
        await using var logins = new Logins(example.Live, served.Settings, TimeProvider.System, NullLogger.Instance);
        var attempt = new LoginAttempt("alice@bcd.com", "wrong", MailService.Imap, true, IPAddress.Parse("192.0.2.9"), Host) { LookUpName = static () => new TaskCompletionSource<ClientName>().Task };
        Assert.Equal(Responses.BadCredentials, Reply(await logins.CheckAsync(attempt, default).WaitAsync(TransferRoom.Soon)));
    }

    [Fact]
    public async Task A_new_password_alone_ends_a_remembered_login()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        var live = new LiveTable(served.Settings, TimeProvider.System);
        await using DirectoryFollower follower = DirectoryFollower.Start(served.Settings, live, TimeProvider.System, NullLogger.Instance);
        await follower.Loaded.WaitAsync(TransferRoom.Soon);
        await using var logins = new Logins(live, served.Settings, TimeProvider.System, NullLogger.Instance);
        var login = new LoginAttempt("alice@bcd.com", "alice-bcd-secret", MailService.Imap, true, Host, Host);
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(login, default));
        var pushed = new TaskCompletionSource();
        live.Changed += _ => pushed.TrySetResult();
        await served.ModifyAsync(UserDn("alice", "bcd.com"), "userPassword", "quite-another");
        await pushed.Task.WaitAsync(TransferRoom.Soon);
        await served.StopServingAsync();
        Assert.Equal(Responses.DirectoryUnreachable, Reply(await logins.CheckAsync(login, default)));
    }

    [Fact]
    public async Task Logins_survive_a_short_absence_of_the_directory_until_a_push()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        ExampleDirectory example = Load();
        await using var logins = new Logins(example.Live, served.Settings, TimeProvider.System, NullLogger.Instance);
        var right = new LoginAttempt("alice@bcd.com", "alice-bcd-secret", MailService.Imap, true, Host, Host);
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(right, default));

        await served.StopServingAsync();
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(right, default));
        Assert.Equal(Responses.DirectoryUnreachable, Reply(await logins.CheckAsync(right with { Password = "wrong" }, default)));
        Assert.Equal(Responses.DirectoryUnreachable, Reply(await logins.CheckAsync(right with { Login = "bob@bcd.com", Password = "bob-bcd-secret" }, default)));
        Assert.Equal(Responses.DirectoryUnreachable, Reply(await logins.CheckAsync(right with { Login = "nobody@bcd.com" }, default)));

        example.PushAgain(UserDn("alice", "bcd.com"));
        Assert.Equal(Responses.DirectoryUnreachable, Reply(await logins.CheckAsync(right, default)));

        await served.ServeAsync();
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(right, default));
    }

    [Fact]
    public async Task A_remembered_login_ends_with_any_change_of_its_domain_and_after_its_time()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        ExampleDirectory example = Load();
        var clock = new SteppedClock();
        await using var logins = new Logins(example.Live, served.Settings with { LoginFailureTime = TimeSpan.Zero }, clock, NullLogger.Instance);
        var alice = new LoginAttempt("alice@bcd.com", "alice-bcd-secret", MailService.Imap, true, Host, Host);
        LoginAttempt carol = alice with { Login = "carol@cde.com", Password = "carol-cde-secret" };
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(alice, default));
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(carol, default));

        await served.StopServingAsync();
        example.Set("o=bcd.com,o=hosting", "mailDomainDiskQuota", "1G");
        Assert.Equal(Responses.DirectoryUnreachable, Reply(await logins.CheckAsync(alice, default)));
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(carol, default));
        clock.Advance(served.Settings.RememberLogins);
        Assert.Equal(Responses.DirectoryUnreachable, Reply(await logins.CheckAsync(carol, default)));
    }

    [Fact]
    public async Task Many_logins_at_once_are_all_decided()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        await using var logins = new Logins(Load().Live, served.Settings, TimeProvider.System, NullLogger.Instance);
        LoginResult[] results = await Task.WhenAll(Enumerable.Range(0, 30).Select(i =>
            logins.CheckAsync(new("alice@bcd.com", i % 2 == 0 ? "alice-bcd-secret" : "wrong", MailService.Imap, true, Host, Host), default)));
        Assert.All(results.Index(), r => Assert.Equal(r.Index % 2 == 0, r.Item is LoginResult.Accepted));
    }

    private static AccessReply Reply(LoginResult result) => Assert.IsType<LoginResult.Refused>(result).Reply;
}
