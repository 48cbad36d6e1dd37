using System.Collections.Concurrent;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Unit.Store;
using DirMail.Unit.Transfer;
using Microsoft.Extensions.Logging.Abstractions;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>A directory whose root DSE offers no content synchronisation.</summary>
public class PollSessionTests
{
    private const string Bcd = "o=bcd.com,o=hosting";
    private static readonly string Alice = UserDn("alice", "bcd.com");
    private static readonly string Bob = UserDn("bob", "bcd.com");

    [Fact]
    public async Task The_whole_directory_becomes_one_table()
    {
        await using var polling = await Polling.StartAsync();
        Assert.Equal(["abc.com", "bcd.com", "cde.com"], polling.Table.Domains.Select(d => d.Name));
        Assert.Equal(9, polling.Table.UserCount);
        Assert.True(polling.Follower.Status is { Connected: true, Loaded: true, LastError: null, Method: FollowingMethod.Poll });
    }

    [Fact]
    public async Task A_change_comes_into_force_and_is_no_sign_of_a_new_password()
    {
        await using var polling = await Polling.StartAsync();
        await polling.Directory.ModifyAsync(Bcd, "mailDomainStatus", "inactive");
        TableChanged change = await polling.UntilAsync(t => t.FindDomain("bcd.com")!.Status.Status == MailStatus.Inactive);
        Assert.Equal([polling.Table.FindDomain("bcd.com")!.Id], change.Domains);
        Assert.False(change.Everything);
        await polling.Directory.ModifyAsync(Alice, "mailUserStatus", "disabled");
        await polling.UntilAsync(t => t.FindUser(polling.Alice)!.Status.Status == MailStatus.Disabled || t.FindUser(polling.Alice)!.Status.Attribute == "mailUserStatus");
        Assert.Empty(polling.PasswordsChanged);
    }

    [Fact]
    public async Task A_password_is_told_once()
    {
        await using var polling = await Polling.StartAsync();
        await polling.Directory.ModifyAsync(Alice, "userPassword", "another-secret");
        await polling.UntilAsync(_ => !polling.PasswordsChanged.IsEmpty);
        // seen again and again by the polls that follow, among which this change is noticed
        await polling.ChangeAndWaitAsync(Bob);
        await polling.ChangeAndWaitAsync(Bob);
        Assert.Equal([polling.Alice], polling.PasswordsChanged);
    }

    [Fact]
    public async Task A_password_that_follows_another_change_within_the_same_second_is_told()
    {
        await using var polling = await Polling.StartAsync();
        await polling.ChangeAndWaitAsync(Alice);
        await polling.Directory.ModifyAsync(Alice, "userPassword", "another-secret");
        await polling.UntilAsync(_ => !polling.PasswordsChanged.IsEmpty);
        Assert.Equal([polling.Alice], polling.PasswordsChanged);
    }

    [Fact]
    public async Task What_is_deleted_or_no_longer_followed_goes()
    {
        await using var polling = await Polling.StartAsync();
        await polling.DoAsync(c => c.DeleteAsync(Dn.Parse(Alice), default));
        await polling.UntilAsync(t => t.FindUser(polling.Alice) is null);
        EntryId bob = polling.Table.FindUser(polling.Table.FindDomain("bcd.com")!, "bob")!.Id;
        await polling.Directory.ModifyAsync(Bob, "objectClass", "inetOrgPerson", "inetUser", "inetLocalMailRecipient", "extensibleObject");
        await polling.UntilAsync(t => t.FindUser(bob) is null);
        Assert.Equal(7, polling.Table.UserCount);
    }

    [Fact]
    public async Task What_is_renamed_or_moved_keeps_its_id()
    {
        await using var polling = await Polling.StartAsync();
        await polling.DoAsync(c => c.ModifyDnAsync(Dn.Parse(Alice), "uid=alicia", true, null, default));
        await polling.UntilAsync(t => t.FindUser(polling.Alice)!.Uid == "alicia");
        await polling.DoAsync(c => c.ModifyDnAsync(Dn.Parse(UserDn("alicia", "bcd.com")), "uid=alicia", true, Dn.Parse("ou=People,o=cde.com,o=hosting"), default));
        await polling.UntilAsync(t => t.FindDomain(t.FindUser(polling.Alice)!.Domain)!.Name == "cde.com");
        Assert.Equal(9, polling.Table.UserCount);
    }

    [Fact]
    public async Task What_moves_with_the_entry_above_it_is_found_by_the_sweep()
    {
        await using var polling = await Polling.StartAsync();
        await polling.DoAsync(c => c.ModifyDnAsync(Dn.Parse($"ou=People,{Bcd}"), "ou=Staff", true, null, default));
        await polling.UntilAsync(t => t.FindUser(polling.Alice)!.Dn.Contains("ou=Staff", StringComparison.Ordinal));
        Assert.Equal(9, polling.Table.UserCount);
    }

    [Fact]
    public async Task While_the_directory_is_away_the_table_serves_and_then_catches_up()
    {
        await using var polling = await Polling.StartAsync();
        await polling.Directory.ModifyAsync(Alice, "userPassword", "another-secret");
        await polling.UntilAsync(_ => !polling.PasswordsChanged.IsEmpty);
        await polling.Directory.StopServingAsync();
        await polling.FollowsAsync(static status => !status.Connected);
        Assert.IsType<Resolution.Accepted>(polling.Table.Resolve(Address("alice@bcd.com")));

        await polling.Directory.ServeAsync();
        await polling.Directory.ModifyAsync(Bcd, "mailDomainStatus", "disabled");
        await polling.DoAsync(c => c.DeleteAsync(Dn.Parse(Bob), default));
        TableChanged change = await polling.UntilAsync(t => t.FindDomain("bcd.com")!.Status.Status == MailStatus.Disabled && t.UserCount == 8);
        Assert.False(change.Everything);
        // what was seen before the connection was lost is not told again
        Assert.Equal([polling.Alice], polling.PasswordsChanged);
    }

    [Fact]
    public async Task When_it_offers_synchronisation_at_the_next_connection_that_is_used_and_ids_stay()
    {
        await using var polling = await Polling.StartAsync();
        await polling.Directory.StopServingAsync();
        await polling.FollowsAsync(static status => !status.Connected);
        polling.Directory.OffersSync = true;
        await polling.Directory.ServeAsync();
        await polling.Directory.ModifyAsync(Alice, "sn", "Other");
        await polling.FollowsAsync(static status => status is { Method: FollowingMethod.Sync, Connected: true });
        Assert.NotNull(polling.Table.FindUser(polling.Alice));
        Assert.Equal(9, polling.Table.UserCount);
    }

    [Fact]
    public async Task Changes_are_found_when_the_directorys_clock_is_set_back()
    {
        var clock = new TestClock();
        await using var polling = await Polling.StartAsync(clock);
        clock.Advance(-TimeSpan.FromHours(3));
        await polling.Directory.ModifyAsync(Bcd, "mailDomainStatus", "inactive");
        await polling.UntilAsync(t => t.FindDomain("bcd.com")!.Status.Status == MailStatus.Inactive);
        clock.Advance(TimeSpan.FromSeconds(1));
        await polling.Directory.ModifyAsync(Alice, "userPassword", "another-secret");
        await polling.UntilAsync(_ => !polling.PasswordsChanged.IsEmpty);
        Assert.Equal([polling.Alice], polling.PasswordsChanged);
    }

    private sealed class Polling : IAsyncDisposable
    {
        private readonly SemaphoreSlim _changed = new(0);
        private readonly ConcurrentQueue<TableChanged> _changes = new();
        private readonly LiveTable _live;
        private int _changesMade;

        private Polling(ServedDirectory directory)
        {
            Directory = directory;
            DirectorySettings settings = directory.Settings with { PollInterval = TimeSpan.FromMilliseconds(10), SweepInterval = TimeSpan.FromMilliseconds(50) };
            _live = new LiveTable(settings, TimeProvider.System);
            _live.Changed += change =>
            {
                foreach (EntryId id in change.PasswordsMaybeChanged)
                    PasswordsChanged.Enqueue(id);
                _changes.Enqueue(change);
                _changed.Release();
            };
            Follower = DirectoryFollower.Start(settings, _live, TimeProvider.System, NullLogger.Instance);
        }

        public ServedDirectory Directory { get; }
        public DirectoryFollower Follower { get; }
        public RoutingTable Table => _live.Current;
        public EntryId Alice { get; private set; }

        /// <summary>Each time that one was told.</summary>
        public ConcurrentQueue<EntryId> PasswordsChanged { get; } = new();

        public static async Task<Polling> StartAsync(TimeProvider? clock = null)
        {
            var polling = new Polling(await ServedDirectory.StartAsync(clock ?? TimeProvider.System, offersSync: false));
            await polling.UntilAsync(t => t.UserCount == 9);
            polling.Alice = polling.Table.FindUser(polling.Table.FindDomain("bcd.com")!, "alice")!.Id;
            return polling;
        }

        /// <returns>The change that made it so.</returns>
        public async Task<TableChanged> UntilAsync(Func<RoutingTable, bool> isSo)
        {
            while (true)
            {
                Assert.True(await _changed.WaitAsync(TransferRoom.Soon), "it never came");
                Assert.True(_changes.TryDequeue(out TableChanged? change));
                if (isSo(change.Table))
                    return change;
            }
        }

        /// <summary>A change that can be read, in force when this returns.</summary>
        public async Task ChangeAndWaitAsync(string dn)
        {
            string address = $"change{++_changesMade}@bcd.com";
            EntryId id = Table.FindUser(Table.FindDomain("bcd.com")!, dn[4..dn.IndexOf(',', StringComparison.Ordinal)])!.Id;
            await Directory.ModifyAsync(dn, "mailEquivalentAddress", address);
            await UntilAsync(t => t.FindUser(id)!.Addresses.Contains(Address(address)));
        }

        public async Task DoAsync(Func<LdapClient, Task<LdapResult>> changeAsync)
        {
            await using LdapClient client = await Directory.ConnectAsync();
            Assert.True((await changeAsync(client)).IsSuccess);
        }

        /// <summary>No change of the table need tell of it.</summary>
        public async Task FollowsAsync(Func<DirectoryStatus, bool> isSo)
        {
            long began = TimeProvider.System.GetTimestamp();
            while (!isSo(Follower.Status) && TimeProvider.System.GetElapsedTime(began) < TransferRoom.Soon)
                await Task.Delay(5);
            Assert.True(isSo(Follower.Status), "it never came");
        }

        public async ValueTask DisposeAsync()
        {
            await Follower.DisposeAsync();
            await Directory.DisposeAsync();
            _changed.Dispose();
        }
    }
}
