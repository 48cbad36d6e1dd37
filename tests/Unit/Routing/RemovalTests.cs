using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Routing.Cache;
using DirMail.Routing.Following;
using DirMail.Routing.Table;
using DirMail.Unit.Store;
using DirMail.Unit.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>A faulty directory does not empty the system: too many removals are held back, in a refresh and one by one, until somebody accepts them.</summary>
public sealed class RemovalTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestClock _clock = new();
    private Desk _desk = null!;

    [Theory]
    [InlineData(1, 5, false)]
    [InlineData(10, 10, false)]
    [InlineData(11, 55, false)]
    [InlineData(11, 54, true)]
    [InlineData(11, 11, true)]
    [InlineData(200, 1000, false)]
    [InlineData(201, 1000, true)]
    public void The_limit_is_a_share_and_a_number(int removed, int before, bool isCrossed) => Assert.Equal(isCrossed, RemovalLimit.IsCrossed(removed, before));

    [Fact]
    public async Task A_few_users_go_at_once()
    {
        await _desk.DeleteAsync(Users("one.test").Take(10));
        Assert.Equal(50, _desk.Count("one.test"));
        Assert.Empty(_desk.Table.HeldRemovals);
    }

    [Fact]
    public async Task One_by_one_they_are_put_back_when_they_become_too_many()
    {
        foreach (string user in Users("one.test"))
            await _desk.DeleteAsync([user]);
        HeldRemoval held = Assert.Single(_desk.Table.HeldRemovals);
        Assert.Equal(("one.test", 60, false), (held.Domain, held.Count, held.IsDomain));
        Assert.Equal(60, _desk.Count("one.test"));
        Assert.IsType<Resolution.Accepted>(_desk.Table.Resolve(Address("user0@one.test")));
        Assert.True(_desk.Table.IsHeld(_desk.User("user0", "one.test")));
        Assert.Contains(_desk.Table.Problems, p => p.Text.Contains("directory accept --domain one.test", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Slowly_they_may_all_go()
    {
        foreach (string user in Users("one.test"))
        {
            await _desk.DeleteAsync([user]);
            _clock.Advance(TimeSpan.FromSeconds(10));
        }
        Assert.Equal(0, _desk.Count("one.test"));
    }

    [Fact]
    public async Task A_whole_domain_with_its_people_is_no_accident()
    {
        await _desk.DeleteAsync([.. Users("one.test"), NodeOf("one.test")]);
        Assert.Null(_desk.Table.FindDomain("one.test"));
        Assert.Empty(_desk.Table.HeldRemovals);
    }

    [Fact]
    public async Task Node_after_people_takes_the_held_ones_along()
    {
        foreach (string user in Users("one.test"))
            await _desk.DeleteAsync([user]);
        await _desk.DeleteAsync([NodeOf("one.test")]);
        Assert.Null(_desk.Table.FindDomain("one.test"));
        Assert.Empty(_desk.Table.HeldRemovals);
    }

    [Fact]
    public async Task An_empty_refresh_empties_nothing_and_what_comes_back_is_free()
    {
        await _desk.RefreshAsync([]);
        Assert.Equal(5, _desk.Table.Domains.Count);
        Assert.Equal(60, _desk.Count("one.test"));
        Assert.Equal(60 + 4 * 3 + 5, _desk.Table.HeldRemovals.Sum(h => h.Count));

        await _desk.RefreshAsync([]);
        Assert.Equal(60 + 4 * 3 + 5, _desk.Table.HeldRemovals.Sum(h => h.Count));

        await _desk.RefreshAsync(All());
        Assert.Empty(_desk.Table.HeldRemovals);
        Assert.Equal(60, _desk.Count("one.test"));
    }

    [Fact]
    public async Task Held_stays_held_over_a_restart_until_it_is_accepted()
    {
        foreach (string user in Users("one.test"))
            await _desk.DeleteAsync([user]);
        _desk = _desk.Restart();
        Assert.Equal(60, Assert.Single(_desk.Table.HeldRemovals).Count);
        Assert.IsType<Resolution.Accepted>(_desk.Table.Resolve(Address("user7@one.test")));

        using (TableBatch batch = await _desk.Tables.BeginAsync(default))
        {
            batch.AcceptHeld(_desk.Table.FindDomain("one.test")!.Id);
            batch.Publish(_desk.Tables.Cookie);
        }
        Assert.Equal(0, _desk.Count("one.test"));
        Assert.Empty(_desk.Table.HeldRemovals);
        _desk = _desk.Restart();
        Assert.Equal(0, _desk.Count("one.test"));
        Assert.Empty(_desk.Table.HeldRemovals);
    }

    [Fact]
    public async Task Accepting_while_the_directory_is_away_makes_the_table_no_younger()
    {
        await _desk.DeleteAsync(Users("one.test"));
        DateTimeOffset inStep = _clock.GetUtcNow();
        _desk.Age.LostAt(inStep);
        _clock.Advance(TimeSpan.FromHours(3));
        using (TableBatch batch = await _desk.Tables.BeginAsync(default))
        {
            batch.AcceptHeld(null);
            batch.Publish(_desk.Tables.Cookie);
        }
        Assert.Equal((0, inStep), (_desk.Count("one.test"), _desk.Table.AsOf));
        _desk = _desk.Restart();
        Assert.Equal((0, inStep), (_desk.Count("one.test"), _desk.Table.AsOf));
    }

    [Fact]
    public async Task Of_another_base_all_is_held_and_kept_for_the_next_start()
    {
        _desk = _desk.Restart(s => s with { BaseDn = "o=mistyped" });
        Assert.Null(_desk.Tables.Cookie);
        await _desk.RefreshAsync([]);
        Assert.Equal(60, _desk.Count("one.test"));
        _desk = _desk.Restart(s => s with { BaseDn = "o=mistyped" });
        Assert.Equal(60, _desk.Count("one.test"));
        Assert.Equal(60 + 4 * 3 + 5, _desk.Table.HeldRemovals.Sum(h => h.Count));
    }

    [Fact]
    public async Task Who_lost_the_class_of_users_counts_as_removed()
    {
        using (TableBatch batch = await _desk.Tables.BeginAsync(default))
        {
            foreach (string dn in Users("one.test"))
                batch.Upsert(IdOf(dn), new LdapEntry(Dn.Parse(dn), [new LdapAttribute("objectClass", "groupOfUniqueNames")]));
            batch.Publish("lost"u8.ToArray());
        }
        Assert.Equal(60, _desk.Count("one.test"));
        Assert.Equal(60, Assert.Single(_desk.Table.HeldRemovals).Count);
    }

    [Fact]
    public async Task Replaced_entries_are_not_held_against_the_new_ones()
    {
        using (TableBatch batch = await _desk.Tables.BeginAsync(default))
        {
            batch.BeginRefresh(isFull: true);
            foreach (LdapEntry entry in All())
                batch.Upsert(new EntryId(Guid.NewGuid()), entry);
            batch.EndRefresh([""]);
            batch.Publish("reloaded"u8.ToArray());
        }
        Assert.Empty(_desk.Table.HeldRemovals);
        Assert.Equal(5, _desk.Table.Domains.Count);
        Assert.Equal(60, _desk.Count("one.test"));
    }

    public async Task InitializeAsync()
    {
        _desk = new(ExampleDirectory.Settings with { BaseDn = "o=hosting", CacheFolder = Path.Combine(_folder.Path, "cache") }, _clock);
        await _desk.RefreshAsync(All());
    }

    public async Task DisposeAsync()
    {
        _desk.Close();
        await _folder.DisposeAsync();
    }

    private static string NodeOf(string domain) => $"o={domain},o=hosting";

    private static string[] Users(string domain) => [.. Enumerable.Range(0, domain == "one.test" ? 60 : 3).Select(i => UserDn($"user{i}", domain))];

    private static IEnumerable<LdapEntry> All()
    {
        foreach (string domain in new[] { "one.test", "two.test", "three.test", "four.test", "five.test" })
        {
            yield return new(Dn.Parse(NodeOf(domain)), [new("objectClass", "inetDomain"), new("associatedDomain", domain)]);
            foreach (string dn in Users(domain))
            {
                string uid = Dn.Parse(dn).FirstRdn.Value;
                yield return new(Dn.Parse(dn), [new("objectClass", "inetMailUser"), new("uid", uid), new("mail", $"{uid}@{domain}")]);
            }
        }
    }

    private sealed class Desk
    {
        private readonly DirectorySettings _settings;
        private readonly TimeProvider _clock;
        private readonly LiveTable _live;
        private readonly DirectoryCache _cache;

        public Desk(DirectorySettings settings, TimeProvider clock)
        {
            (_settings, _clock) = (settings, clock);
            _live = new LiveTable(settings, clock);
            _cache = new DirectoryCache(settings.CacheFolder, settings, clock, NullLogger.Instance);
            Tables = new TableWriter(_live, _cache, clock, NullLogger.Instance);
            Tables.LoadCache();
        }

        public TableWriter Tables { get; }
        public RoutingTable Table => _live.Current;
        public TableAge Age => _live.Age;

        public int Count(string domain) => Table.UsersOf(Table.FindDomain(domain)!).Count();

        public MailUser User(string uid, string domain) => Table.FindUser(Table.FindDomain(domain)!, uid)!;

        public async Task DeleteAsync(IEnumerable<string> dns)
        {
            using TableBatch batch = await Tables.BeginAsync(default);
            foreach (string dn in dns)
                batch.Delete(IdOf(dn));
            batch.Publish("deleted"u8.ToArray());
        }

        public async Task RefreshAsync(IEnumerable<LdapEntry> entries)
        {
            using TableBatch batch = await Tables.BeginAsync(default);
            batch.BeginRefresh(isFull: true);
            foreach (LdapEntry entry in entries)
                batch.Upsert(IdOf(entry.Dn.Text), entry);
            batch.EndRefresh([""]);
            batch.Publish("refreshed"u8.ToArray());
        }

        public Desk Restart(Func<DirectorySettings, DirectorySettings>? change = null)
        {
            Close();
            return new(change?.Invoke(_settings) ?? _settings, _clock);
        }

        public void Close()
        {
            Tables.Dispose();
            _cache.Dispose();
        }
    }
}
