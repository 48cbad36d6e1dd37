using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Unit.Transfer;
using Microsoft.Extensions.Logging.Abstractions;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

public class DirectoryFollowerTests
{
    private const string Bcd = "o=bcd.com,o=hosting";
    private static readonly string Alice = UserDn("alice", "bcd.com");

    [Fact]
    public async Task The_whole_directory_becomes_one_table()
    {
        await using var following = await Following.StartAsync();
        Assert.Equal(1, following.Table.Number);
        Assert.Equal(["abc.com", "bcd.com", "cde.com"], following.Table.Domains.Select(d => d.Name));
        Assert.Equal(9, following.Table.UserCount);
        Assert.True(following.Follower.Status is { Connected: true, Loaded: true, LastError: null });
    }

    [Fact]
    public async Task Tries_that_fail_come_ever_later_at_uneven_times_and_ten_seconds_apart_at_most()
    {
        TimeSpan first = TimeSpan.FromMilliseconds(100), most = TimeSpan.FromSeconds(10);
        var clock = new SteppedClock();
        await using DirectoryFollower follower = DirectoryFollower.Start(ExampleDirectory.Settings, new LiveTable(ExampleDirectory.Settings, clock), clock, NullLogger.Instance);
        var waits = new List<TimeSpan>();
        while (waits.Count < 20)
        {
            waits.Add(await clock.WaitAsync());
            clock.Advance(waits[^1]);
        }
        // the beat, which is no try
        waits.Remove(most);
        Assert.All(waits, wait => Assert.InRange(wait, TimeSpan.Zero, most));
        Assert.InRange(waits[0], TimeSpan.Zero, 10 * first);
        Assert.NotEqual(first, waits[0]);
        Assert.InRange(waits[^1], most / 2, most);
    }

    [Fact]
    public async Task A_change_is_in_force_and_told_with_what_it_touches()
    {
        await using var following = await Following.StartAsync();
        EntryId bcd = following.Table.FindDomain("bcd.com")!.Id;

        await following.Directory.ModifyAsync(Bcd, "mailDomainStatus", "inactive");
        TableChanged change = await following.NextAsync();
        Assert.Equal(MailStatus.Inactive, change.Table.FindDomain("bcd.com")!.Status.Status);
        Assert.Equal([bcd], change.Domains);
        Assert.False(change.Everything);

        await following.Directory.ModifyAsync(Alice, "mailUserStatus", "disabled");
        change = await following.NextAsync();
        Assert.Equal([following.User("alice", "bcd.com").Id], change.Users);
        Assert.Empty(change.PasswordsMaybeChanged);
    }

    [Fact]
    public async Task A_push_that_shows_nothing_new_may_be_a_password()
    {
        await using var following = await Following.StartAsync();
        await following.Directory.ModifyAsync(Alice, "userPassword", "another-secret");
        TableChanged change = await following.NextAsync();
        Assert.Equal([following.User("alice", "bcd.com").Id], change.PasswordsMaybeChanged);
    }

    [Fact]
    public async Task Entries_come_go_and_move_and_keep_their_id()
    {
        await using var following = await Following.StartAsync();
        EntryId alice = following.User("alice", "bcd.com").Id;
        await using LdapClient client = await following.Directory.ConnectAsync();

        Assert.True((await client.ModifyDnAsync(Dn.Parse(Alice), "uid=alice", true, Dn.Parse("ou=People,o=cde.com,o=hosting"), default)).IsSuccess);
        TableChanged change = await following.NextAsync();
        Assert.Equal("cde.com", change.Table.FindDomain(change.Table.FindUser(alice)!.Domain)!.Name);
        Assert.Contains(change.Table.Problems, p => p.Text.Contains("alice@bcd.com"));

        Assert.True((await client.DeleteAsync(Dn.Parse(UserDn("alice", "cde.com")), default)).IsSuccess);
        change = await following.NextAsync();
        Assert.Null(change.Table.FindUser(alice));
        Assert.Contains(alice, change.Users);
    }

    [Fact]
    public async Task People_are_known_by_their_new_names_when_what_they_lie_below_is_renamed()
    {
        await using var following = await Following.StartAsync();
        await using LdapClient client = await following.Directory.ConnectAsync();
        Assert.True((await client.ModifyDnAsync(Dn.Parse("ou=People," + Bcd), "ou=Persons", true, null, default)).IsSuccess);
        await following.UntilAsync(t => t.UsersOf(t.FindDomain("bcd.com")!).All(u => u.Dn.EndsWith("ou=Persons," + Bcd, StringComparison.Ordinal)));
        Assert.Equal(9, following.Table.UserCount);
    }

    /// <summary>More happened at once than its log keeps (RFC 4533 3.3: e-syncRefreshRequired).</summary>
    [Fact]
    public async Task A_directory_that_asks_for_a_refresh_is_read_as_a_whole_and_followed_on()
    {
        await using var following = await Following.StartAsync();
        await following.Directory.OverrunAsync();
        TableChanged change;
        do
            change = await following.NextAsync();
        while (!change.Everything);
        Assert.Equal(9, change.Table.UserCount);
        Assert.Empty(change.PasswordsMaybeChanged);
        await following.Directory.ModifyAsync(Bcd, "mailDomainStatus", "inactive");
        await following.UntilAsync(t => t.FindDomain("bcd.com")!.Status.Status == MailStatus.Inactive);
        Assert.Equal(FollowingMethod.Sync, following.Follower.Status.Method);
    }

    [Fact]
    public async Task While_the_directory_is_away_the_table_serves_and_then_catches_up()
    {
        await using var following = await Following.StartAsync();
        await following.Directory.StopServingAsync();
        Assert.IsType<Resolution.Accepted>(following.Table.Resolve(Address("alice@bcd.com")));

        await following.Directory.ServeAsync();
        await following.Directory.ModifyAsync(Bcd, "mailDomainStatus", "disabled");
        TableChanged change;
        do
            change = await following.NextAsync();
        while (change.Table.FindDomain("bcd.com")!.Status.Status == MailStatus.Active);
        Assert.Equal(MailStatus.Disabled, change.Table.FindDomain("bcd.com")!.Status.Status);
        Assert.Equal(9, change.Table.UserCount);
    }
}
