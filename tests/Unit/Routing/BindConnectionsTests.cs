using System.Net;
using DirMail.Ldap.Codec;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Unit.Transfer;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Routing;

/// <summary>What passes on the connections to the directory: those on which people are bound have their rights, and never ask for anything.</summary>
public sealed class BindConnectionsTests
{
    private const string ServiceAccount = "uid=dirmail,ou=Services,o=hosting";
    private static readonly IPAddress Host = IPAddress.Parse("127.0.0.1");

    [Fact]
    public async Task A_connection_on_which_people_are_bound_never_searches()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        await using var relay = new RecordingRelay(served.Settings.Url);
        DirectorySettings settings = served.Settings with { Urls = [relay.Url], BindConnections = 4 };
        var live = new LiveTable(settings, TimeProvider.System);
        await using DirectoryFollower follower = DirectoryFollower.Start(settings, live, TimeProvider.System, NullLogger.Instance);
        await follower.Loaded.WaitAsync(TransferRoom.Soon);
        await using var logins = new Logins(live, settings with { LongestLoginDelay = TimeSpan.Zero }, TimeProvider.System, NullLogger.Instance);
        await ManyAsync(logins);
        // new connections, too, after the old ones have gone
        await served.StopServingAsync();
        Assert.Equal("UNAVAILABLE", await OfAsync(logins, "bob@bcd.com", "never-right"));
        await served.ServeAsync();
        Assert.Equal("OK", await OfAsync(logins, "alice@bcd.com", "alice-bcd-secret"));
        await ManyAsync(logins);

        LdapOperation[][] connections = [.. relay.Connections.Select(static asked => asked.ToArray())];
        LdapOperation[][] ofPeople = [.. connections.Where(static asked => asked.OfType<LdapOperation.BindRequest>().Any(static bind => bind.Name != ServiceAccount))];
        Assert.All(ofPeople, static asked => Assert.All(asked, static operation => Assert.True(operation is LdapOperation.BindRequest or LdapOperation.UnbindRequest, operation.GetType().Name)));
        // that the rest of it is seen at all: who is bound, the decoy of who is not there, the follower's searches
        string[] names = [.. ofPeople.SelectMany(static asked => asked).OfType<LdapOperation.BindRequest>().Select(static bind => bind.Name)];
        Assert.InRange(names.Count(static name => name == ExampleDirectory.UserDn("alice", "bcd.com")), 17, names.Length);
        Assert.InRange(names.Count(static name => name.StartsWith("uid=decoy-", StringComparison.Ordinal)), 8, names.Length);
        Assert.DoesNotContain(ServiceAccount, names);
        Assert.Contains(connections.Except(ofPeople), static asked => asked.OfType<LdapOperation.SearchRequest>().Any());
    }

    /// <summary>Right, right, wrong and unknown, four of each at once.</summary>
    private static async Task ManyAsync(Logins logins)
    {
        string[] answers = await Task.WhenAll(Enumerable.Range(0, 4).SelectMany(_ => new[]
        {
            OfAsync(logins, "alice@bcd.com", "alice-bcd-secret"), OfAsync(logins, "alice@bcd.com", "alice-bcd-secret"), OfAsync(logins, "bob@bcd.com", "wrong"), OfAsync(logins, "nobody@bcd.com", "wrong"),
        }));
        Assert.Equal(8, answers.Count(static answer => answer == "OK"));
        Assert.Equal(8, answers.Count(static answer => answer == "AUTHENTICATIONFAILED"));
    }

    private static async Task<string> OfAsync(Logins logins, string login, string password) =>
        await logins.CheckAsync(new(login, password, MailService.Imap, true, Host, Host), default) is LoginResult.Refused { Reply.ImapCode: var code } ? code : "OK";
}
