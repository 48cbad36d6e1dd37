using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Routing.Cache;
using DirMail.Routing.Following;
using DirMail.Unit.Store;
using DirMail.Unit.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Routing;

/// <summary>The cache on disk: what is there at the next start, and what damage does.</summary>
public sealed class DirectoryCacheTests : IAsyncLifetime
{
    private static readonly DirectorySettings Settings = new() { Urls = ["ldap://127.0.0.1:1"] };

    private readonly TemporaryFolder _folder = new();
    private readonly TestClock _clock = new();

    private string Folder => Path.Combine(_folder.Path, "directory-cache");

    [Fact]
    public async Task What_was_published_is_there_again_with_its_cookie_and_time()
    {
        await using (Room room = Open())
        {
            await room.FillAsync(3);
            await room.ChangeAsync("two", b => b.Upsert(Id(1), User(1, ("mailUserStatus", "disabled"))));
            _clock.Advance(TimeSpan.FromMinutes(5));
            await room.ChangeAsync("three", b => b.Delete(Id(2)));
        }
        await using Room again = Open();
        Assert.True(again.WasLoaded);
        Assert.Equal("three", again.Cookie);
        Assert.Equal(_clock.GetUtcNow(), again.Table.AsOf);
        Assert.Equal(["user0", "user1"], again.Users);
        Assert.Equal(MailStatus.Disabled, again.Table.FindUser(Id(1))!.Status.Status);
    }

    [Fact]
    public async Task A_password_that_a_directory_shows_is_not_kept()
    {
        await using (Room room = Open())
            await room.FillAsync(1, ("userPassword", "not-on-our-disk"));
        Assert.DoesNotContain(Directory.GetFiles(Folder), f => File.ReadAllText(f).Contains("not-on-our-disk", StringComparison.Ordinal));
        await using Room again = Open();
        Assert.Equal(["user0"], again.Users);
    }

    [Fact]
    public async Task Only_we_may_read_it()
    {
        await using Room room = Open();
        await room.FillAsync(1);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        Assert.All(Directory.GetFiles(Folder), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
    }

    [Fact]
    public async Task A_batch_that_is_not_published_leaves_nothing()
    {
        await using (Room room = Open())
        {
            await room.FillAsync(1);
            using (TableBatch batch = await room.Tables.BeginAsync(default))
                batch.Upsert(Id(7), User(7));
            await room.ChangeAsync("two", b => b.Upsert(Id(8), User(8)));
        }
        await using Room again = Open();
        Assert.Equal(["user0", "user8"], again.Users);
    }

    [Fact]
    public async Task A_refresh_that_was_cut_off_leaves_the_older_state_or_none()
    {
        await using (Room room = Open())
        using (TableBatch batch = await room.Tables.BeginAsync(default))
        {
            batch.BeginRefresh(isFull: true);
            batch.Upsert(Id(0), User(0));
        }
        await using Room again = Open();
        Assert.False(again.WasLoaded);
        await again.FillAsync(2);
        await again.DisposeAsync();
        await using Room third = Open();
        Assert.Equal(2, third.Users.Count);
    }

    /// <summary>Every octet of the file, damaged or cut off there: what is loaded is a state that was published, or nothing.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_damage_is_ever_trusted(bool isCutOff)
    {
        await using (Room room = Open())
        {
            await room.FillAsync(2);
            await room.ChangeAsync("two", b => b.Upsert(Id(2), User(2)));
            await room.ChangeAsync("three", b => b.Delete(Id(0)));
        }
        string file = Assert.Single(Directory.GetFiles(Folder));
        byte[] whole = await File.ReadAllBytesAsync(file);
        var states = new HashSet<string>();
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] damaged = isCutOff ? whole[..at] : [.. whole];
            if (!isCutOff)
                damaged[at] ^= 0x10;
            await File.WriteAllBytesAsync(file, damaged);
            await using Room again = Open();
            states.Add(again.WasLoaded ? $"{again.Cookie}: {string.Join(' ', again.Users)}" : "nothing");
        }
        string[] expected = ["nothing", "one: user0 user1", "two: user0 user1 user2", "three: user1 user2"];
        Assert.Subset(expected.ToHashSet(), states);
        Assert.Contains("nothing", states);
        Assert.Contains(expected[2], states);
    }

    [Fact]
    public async Task After_damage_it_goes_on_from_what_was_whole()
    {
        await using (Room room = Open())
        {
            await room.FillAsync(2);
            await room.ChangeAsync("two", b => b.Upsert(Id(2), User(2)));
        }
        string file = Assert.Single(Directory.GetFiles(Folder));
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^3]);
        await using (Room room = Open())
        {
            Assert.Equal("one", room.Cookie);
            await room.ChangeAsync("three", b => b.Upsert(Id(3), User(3)));
        }
        await using Room again = Open();
        Assert.Equal("three", again.Cookie);
        Assert.Equal(["user0", "user1", "user3"], again.Users);
    }

    [Fact]
    public async Task Of_another_search_the_entries_serve_and_the_cookie_is_dropped()
    {
        await using (Room room = Open())
            await room.FillAsync(2);
        await using Room other = Open(Settings with { BaseDn = "o=elsewhere" });
        Assert.True(other.WasLoaded);
        Assert.Null(other.Cookie);
        Assert.Equal(2, other.Users.Count);
    }

    [Fact]
    public async Task A_disk_that_refuses_stops_nothing_and_is_tried_again()
    {
        await File.WriteAllTextAsync(Folder, "a file where the folder should be");
        await using Room room = Open();
        await room.FillAsync(2);
        Assert.Equal(2, room.Users.Count);
        Assert.NotNull(room.Cache.Status.Failure);
        Assert.False(room.Cache.WantsRetry);

        File.Delete(Folder);
        _clock.Advance(TimeSpan.FromMinutes(11));
        Assert.True(room.Cache.WantsRetry);
        await room.FillAsync(3);
        Assert.Null(room.Cache.Status.Failure);
        await room.DisposeAsync();
        await using Room again = Open();
        Assert.Equal(3, again.Users.Count);
    }

    [Fact]
    public async Task A_grown_journal_is_folded_and_nothing_is_lost()
    {
        const int users = 300;
        await using (Room room = Open())
        {
            await room.FillAsync(users);
            string large = new('x', 100_000);
            for (int round = 0; round < 130; round++)
            {
                int who = round % 50;
                await room.ChangeAsync($"round {round}", b => b.Upsert(Id(who), User(who, ("description", $"{round} {large}"))));
                await room.Cache.Folding;
            }
            await room.ChangeAsync("added", b => b.Upsert(Id(users), User(users)));
            await room.ChangeAsync("last", b => b.Delete(Id(60)));
        }
        Assert.True(new CacheFolder(Folder).Octets() < 130 * 100_000);
        await using Room again = Open();
        Assert.Equal("last", again.Cookie);
        Assert.Equal(Enumerable.Range(0, users + 1).Where(i => i != 60).Select(i => $"user{i}").Order(StringComparer.Ordinal), again.Users);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _folder.DisposeAsync();

    private Room Open(DirectorySettings? settings = null) => new((settings ?? Settings) with { CacheFolder = Folder }, _clock);

    private static EntryId Id(int number) => new(new Guid(number, 1, 2, [1, 2, 3, 4, 5, 6, 7, 8]));

    private static LdapEntry Domain => new(Dn.Parse("o=bcd.com,o=hosting"), [new("objectClass", "inetDomain"), new("associatedDomain", "bcd.com")]);

    private static LdapEntry User(int number, params (string Name, string Value)[] more) => new(Dn.Parse($"uid=user{number},ou=People,o=bcd.com,o=hosting"),
        [new("objectClass", "inetMailUser"), new("uid", $"user{number}"), new("mail", $"user{number}@bcd.com"), .. more.Select(m => new LdapAttribute(m.Name, m.Value))]);

    /// <summary>What the follower has: a table, a cache, and batches that go into both.</summary>
    private sealed class Room : IAsyncDisposable
    {
        private readonly LiveTable _live;
        private bool _isDisposed;

        public Room(DirectorySettings settings, TimeProvider clock)
        {
            _live = new LiveTable(settings, clock);
            Cache = new DirectoryCache(settings.CacheFolder, settings, clock, NullLogger.Instance);
            Tables = new TableWriter(_live, Cache, clock, NullLogger.Instance);
            WasLoaded = Tables.LoadCache();
        }

        public DirectoryCache Cache { get; }
        public TableWriter Tables { get; }
        public bool WasLoaded { get; }
        public RoutingTable Table => _live.Current;
        public string? Cookie => Tables.Cookie is { } cookie ? System.Text.Encoding.ASCII.GetString(cookie) : null;
        public IReadOnlyList<string> Users => [.. Table.UsersOf(Table.FindDomain("bcd.com")!).Select(u => u.Uid).Order(StringComparer.Ordinal)];

        public async Task FillAsync(int users, params (string Name, string Value)[] more)
        {
            using TableBatch batch = await Tables.BeginAsync(default);
            batch.BeginRefresh(isFull: true);
            batch.Upsert(Id(-1), Domain);
            for (int i = 0; i < users; i++)
                batch.Upsert(Id(i), User(i, more));
            batch.EndRefresh([""]);
            batch.Publish("one"u8.ToArray());
        }

        public async Task ChangeAsync(string cookie, Action<TableBatch> change)
        {
            using TableBatch batch = await Tables.BeginAsync(default);
            change(batch);
            batch.Publish(System.Text.Encoding.ASCII.GetBytes(cookie));
        }

        public ValueTask DisposeAsync()
        {
            if (!_isDisposed)
            {
                Tables.Dispose();
                Cache.Dispose();
            }
            _isDisposed = true;
            return ValueTask.CompletedTask;
        }
    }
}
