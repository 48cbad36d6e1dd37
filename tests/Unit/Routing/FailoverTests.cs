using System.Net;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Routing.Following;
using DirMail.Unit.Ldap;
using DirMail.Unit.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Routing;

/// <summary>Several servers of one directory.</summary>
public class FailoverTests
{
    private static readonly IPAddress Host = IPAddress.Parse("127.0.0.1");
    private static readonly LoginAttempt Alice = new("alice@bcd.com", "alice-bcd-secret", MailService.Imap, true, Host, Host);

    [Fact]
    public async Task The_next_is_used_at_once_and_the_first_again_after_a_while()
    {
        await using ServedDirectory first = await ServedDirectory.StartAsync(), second = await first.ReplicateAsync();
        var clock = new ManualClock();
        var directory = new DirectoryConnection(Both(first, second), clock, NullLogger.Instance);
        await UsesAsync(first);
        await first.StopServingAsync();
        await UsesAsync(second);
        await first.ServeAsync();
        await UsesAsync(second);
        clock.Pass(TimeSpan.FromSeconds(31));
        await UsesAsync(first);

        async Task UsesAsync(ServedDirectory expected)
        {
            await using LdapClient client = await directory.OpenBoundAsync(default);
            Assert.Equal(expected.Settings.Url, client.Server.ToString());
        }
    }

    [Fact]
    public async Task When_none_serves_the_error_says_what_each_answered_and_the_first_that_is_back_is_used()
    {
        await using ServedDirectory first = await ServedDirectory.StartAsync(), second = await first.ReplicateAsync();
        var directory = new DirectoryConnection(Both(first, second), new ManualClock(), NullLogger.Instance);
        await first.StopServingAsync();
        await second.StopServingAsync();
        string message = (await Assert.ThrowsAsync<LdapException>(() => directory.OpenAsync(default))).Message;
        Assert.Matches($"no connection to {first.Settings.Url}: .*; no connection to {second.Settings.Url}: ", message);
        await second.ServeAsync();
        await using LdapClient client = await directory.OpenAsync(default);
        Assert.Equal(second.Settings.Url, client.Server.ToString());
    }

    [Fact]
    public async Task A_server_that_does_not_know_the_service_account_is_left_for_the_next()
    {
        await using var first = new FakeDirectory();
        await using ServedDirectory second = await ServedDirectory.StartAsync();
        var directory = new DirectoryConnection(second.Settings with { Urls = [first.Server.ToString(), second.Settings.Url] }, TimeProvider.System, NullLogger.Instance);
        Task<LdapClient> opening = directory.OpenBoundAsync(default);
        await first.AnswerBindAsync(LdapResultCode.InvalidCredentials);
        await using LdapClient client = await opening;
        Assert.Equal(second.Settings.Url, client.Server.ToString());
        Assert.Contains("refused the bind as uid=dirmail", directory.Faults());
    }

    [Fact]
    public async Task The_table_serves_on_and_the_follower_comes_back_on_the_next()
    {
        await using ServedDirectory first = await ServedDirectory.StartAsync(), second = await first.ReplicateAsync();
        await using var following = await Following.StartAsync(Both(first, second));
        Assert.Equal(first.Settings.Url, following.Follower.Status.Url);
        await first.StopServingAsync();
        Assert.IsType<Resolution.Accepted>(following.Table.Resolve(ExampleDirectory.Address("alice@bcd.com")));
        await second.ModifyAsync("o=bcd.com,o=hosting", "mailDomainStatus", "disabled");
        await following.UntilAsync(table => table.FindDomain("bcd.com")!.Status.Status == MailStatus.Disabled);
        Assert.Equal(9, following.Table.UserCount);
        Assert.Equal(second.Settings.Url, following.Follower.Status.Url);

        // the first is back, with another state: the follower stays where it is
        await first.ServeAsync();
        await second.ModifyAsync("o=bcd.com,o=hosting", "mailDomainStatus", "inactive");
        await following.UntilAsync(table => table.FindDomain("bcd.com")!.Status.Status == MailStatus.Inactive);
        Assert.Equal(second.Settings.Url, following.Follower.Status.Url);
    }

    [Fact]
    public async Task A_part_that_lies_on_another_server_is_a_problem_to_be_told()
    {
        await using var directory = new FakeDirectory();
        Task<Following> starting = Following.StartAsync(ExampleDirectory.Settings with { Urls = [directory.Server.ToString()], BindPassword = "x" });
        await directory.AnswerBindAsync();
        int root = (await directory.HearAsync<LdapOperation.SearchRequest>()).Id;
        await directory.SayAsync(root, new LdapOperation.SearchResultEntry("", [new("supportedControl", SyncControls.RequestOid)]));
        await directory.SayAsync(root, new LdapOperation.SearchResultDone(LdapResult.Success));
        // a trial whether the database has it too
        await directory.SayAsync((await directory.HearAsync<LdapOperation.SearchRequest>()).Id, new LdapOperation.SearchResultDone(LdapResult.Success));
        int sync = (await directory.HearAsync<LdapOperation.SearchRequest>()).Id;
        await directory.SayAsync(sync, new LdapOperation.SearchResultReference(["ldap://other.example/o=def.com,o=hosting??sub"]));
        var names = new AttributeNames();
        await directory.SayAsync(sync, new LdapOperation.SearchResultEntry("o=bcd.com,o=hosting", [new("objectClass", names.DomainClass), new("o", "bcd.com"), new(names.DomainNames, "bcd.com")]),
            SyncControls.State(new(SyncState.Add, Guid.NewGuid(), null)));
        await directory.SayAsync(sync, SyncControls.Info(new LdapSearchItem.RefreshPhase(false, [1], RefreshDone: true)));
        await using Following following = await starting;
        Assert.Equal("ldap://other.example/o=def.com,o=hosting??sub", Assert.Single(following.Follower.Status.Problems).Dn);
    }

    [Fact]
    public async Task Logins_go_on_with_the_next()
    {
        await using ServedDirectory first = await ServedDirectory.StartAsync(), second = await first.ReplicateAsync();
        await using var logins = new Logins(ExampleDirectory.Load().Live, Both(first, second) with { RememberLogins = TimeSpan.Zero }, TimeProvider.System, NullLogger.Instance);
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(Alice, default));
        await first.StopServingAsync();
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(Alice, default));
        Assert.Equal(Responses.BadCredentials, Assert.IsType<LoginResult.Refused>(await logins.CheckAsync(Alice with { Password = "wrong" }, default)).Reply);
    }

    [Fact]
    public async Task A_server_that_hears_binds_and_says_nothing_is_left_for_the_next()
    {
        await using var first = new FakeDirectory();
        await using ServedDirectory second = await ServedDirectory.StartAsync();
        DirectorySettings settings = second.Settings with { Urls = [first.Server.ToString(), second.Settings.Url], BindTimeout = TimeSpan.FromMilliseconds(200), RememberLogins = TimeSpan.Zero };
        await using var logins = new Logins(ExampleDirectory.Load().Live, settings, TimeProvider.System, NullLogger.Instance);
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(Alice, default));
        await first.HearAsync<LdapOperation.BindRequest>();
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(Alice, default));
        Assert.False(first.IsCalledAgain);
    }

    [Theory]
    [InlineData(LdapResultCode.Unavailable)]
    [InlineData(LdapResultCode.Busy)]
    public async Task A_server_that_cannot_check_passwords_now_is_left_for_the_next(LdapResultCode code)
    {
        await using var first = new FakeDirectory();
        await using ServedDirectory second = await ServedDirectory.StartAsync();
        await using var logins = new Logins(ExampleDirectory.Load().Live, second.Settings with { Urls = [first.Server.ToString(), second.Settings.Url] }, TimeProvider.System, NullLogger.Instance);
        Task<LoginResult> login = logins.CheckAsync(Alice, default);
        await first.AnswerBindAsync(code);
        Assert.IsType<LoginResult.Accepted>(await login);
    }

    private static DirectorySettings Both(ServedDirectory first, ServedDirectory second) => first.Settings with { Urls = [first.Settings.Url, second.Settings.Url] };
}
