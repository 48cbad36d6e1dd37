using System.Diagnostics;
using System.Net;
using DirMail.Mail;
using DirMail.Routing;
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

    [Fact]
    public async Task No_refusal_is_answered_before_the_fixed_time_whatever_failed()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        await using var logins = new Logins(Load().Live, served.Settings with { LoginFailureTime = TimeSpan.FromMilliseconds(150) }, TimeProvider.System, NullLogger.Instance);
        foreach ((string login, string password) in new[] { ("alice@bcd.com", "wrong"), ("nobody@bcd.com", "wrong"), ("alice@xyz.test", "wrong"), ("alice@bcd.com", "") })
        {
            long start = Stopwatch.GetTimestamp();
            Assert.IsType<LoginResult.Refused>(await logins.CheckAsync(new(login, password, MailService.Smtp, true, Host, Host), default));
            Assert.True(Stopwatch.GetElapsedTime(start) > TimeSpan.FromMilliseconds(145));
        }
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
