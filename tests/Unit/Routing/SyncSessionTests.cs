using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Routing.Following;
using DirMail.Unit.Ldap;
using DirMail.Unit.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>What a server may say in a content synchronisation (RFC 4533), word by word, and what of it comes into force.</summary>
public sealed class SyncSessionTests
{
    private static readonly Guid Domain = Guid.NewGuid();
    private static readonly Guid[] Users = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];

    private readonly LiveTable _live = new(ExampleDirectory.Settings, TimeProvider.System);
    private readonly List<TableChanged> _changes = [];
    private readonly TableWriter _tables;

    public SyncSessionTests()
    {
        _tables = new(_live, null, TimeProvider.System, NullLogger.Instance);
        _live.Changed += _changes.Add;
    }

    [Fact]
    public async Task After_a_resume_a_delete_phase_names_what_is_gone_and_all_else_stays()
    {
        await FillAsync();
        await using Talk talk = await ResumeAsync("one");
        await talk.SayAsync(User(0, "disabled"), SyncState.Modify, Users[0]);
        await talk.SayAsync(new LdapOperation.SearchResultEntry(UserDn("user1", "bcd.com"), []), SyncState.Delete, Users[1]);
        await talk.SayAsync(new LdapSearchItem.IdSet(AreDeleted: true, [Users[2], Guid.NewGuid()], null));
        await talk.SayAsync(new LdapSearchItem.RefreshPhase(IsDeletePhase: true, "two"u8.ToArray(), RefreshDone: true));
        Assert.True(await talk.Refreshed);
        Assert.Equal(["user0", "user3"], Present());
        Assert.Equal(MailStatus.Disabled, _live.Current.FindUser(new EntryId(Users[0]))!.Status.Status);
        Assert.False(_changes[^1].Everything);
        Assert.Empty(_changes[^1].PasswordsMaybeChanged);
        Assert.Equal("two"u8.ToArray(), _tables.Cookie);
    }

    [Fact]
    public async Task After_a_resume_a_present_phase_names_what_stays_and_all_else_is_gone()
    {
        await FillAsync();
        await using Talk talk = await ResumeAsync("one");
        await talk.SayAsync(new LdapSearchItem.IdSet(AreDeleted: false, [Domain, Users[1], Guid.NewGuid()], null));
        await talk.SayAsync(new LdapOperation.SearchResultEntry(UserDn("user2", "bcd.com"), []), SyncState.Present, Users[2]);
        await talk.SayAsync(User(0, "disabled"), SyncState.Add, Users[0]);
        await talk.SayAsync(new LdapSearchItem.RefreshPhase(IsDeletePhase: false, "two"u8.ToArray(), RefreshDone: true));
        Assert.True(await talk.Refreshed);
        Assert.Equal(["user0", "user1", "user2"], Present());
        Assert.Contains("user2@bcd.com", _live.Current.FindUser(new EntryId(Users[2]))!.Addresses.Select(a => a.ToString()));
        Assert.Empty(_changes[^1].PasswordsMaybeChanged);
        Assert.DoesNotContain(new EntryId(Users[1]), _changes[^1].Users);
    }

    [Fact]
    public async Task A_present_phase_may_be_followed_by_a_delete_phase()
    {
        await FillAsync();
        await using Talk talk = await ResumeAsync("one");
        await talk.SayAsync(new LdapSearchItem.IdSet(AreDeleted: false, [Domain, Users[0], Users[1]], null));
        await talk.SayAsync(new LdapSearchItem.RefreshPhase(IsDeletePhase: false, null, RefreshDone: false));
        Assert.Equal(4, Present().Length);
        await talk.SayAsync(new LdapSearchItem.IdSet(AreDeleted: true, [Users[1]], null));
        await talk.SayAsync(new LdapSearchItem.RefreshPhase(IsDeletePhase: true, "two"u8.ToArray(), RefreshDone: true));
        Assert.True(await talk.Refreshed);
        Assert.Equal(["user0"], Present());
    }

    [Fact]
    public async Task Pushed_id_sets_remove_what_is_deleted_and_nothing_else()
    {
        await using Talk talk = await FillAsync();
        Task<bool> persisted = talk.PersistAsync();
        await talk.SayAsync(new LdapSearchItem.IdSet(AreDeleted: false, [Users[0]], null));
        await talk.SayAsync(new LdapSearchItem.IdSet(AreDeleted: true, [Guid.NewGuid(), Users[3]], "two"u8.ToArray()));
        await talk.EndAsync(LdapResultCode.Busy);
        Assert.Contains("search ended", (await Assert.ThrowsAsync<LdapException>(() => persisted)).Message, StringComparison.Ordinal);
        Assert.Equal(["user0", "user1", "user2"], Present());
        Assert.Equal("two"u8.ToArray(), _tables.Cookie);
    }

    [Fact]
    public async Task Asked_for_a_full_refresh_during_a_refresh_nothing_of_it_was_ever_in_force()
    {
        await FillAsync();
        RoutingTable before = _live.Current;
        await using (Talk talk = await ResumeAsync("one"))
        {
            await talk.SayAsync(User(0, "disabled"), SyncState.Modify, Users[0]);
            await talk.SayAsync(new LdapSearchItem.IdSet(AreDeleted: true, [Users[1], Users[2]], "two"u8.ToArray()));
            await talk.EndAsync(LdapResultCode.SyncRefreshRequired);
            Assert.False(await talk.Refreshed);
        }
        Assert.Same(before, _live.Current);
        await RefreshesAllAsync();
    }

    [Fact]
    public async Task Asked_for_a_full_refresh_during_pushes_the_pushes_are_in_force_and_nothing_is_removed()
    {
        await using (Talk talk = await FillAsync())
        {
            Task<bool> persisted = talk.PersistAsync();
            await talk.SayAsync(User(0, "disabled"), SyncState.Modify, Users[0]);
            await talk.EndAsync(LdapResultCode.SyncRefreshRequired);
            Assert.False(await persisted);
        }
        Assert.Equal(4, Present().Length);
        Assert.Equal(MailStatus.Disabled, _live.Current.FindUser(new EntryId(Users[0]))!.Status.Status);
        await RefreshesAllAsync();
    }

    /// <summary>Else it would be asked again at once, and for ever.</summary>
    [Fact]
    public async Task Who_asks_a_full_refresh_for_a_full_refresh_has_failed()
    {
        await using Talk talk = await ResumeAsync(null);
        await talk.EndAsync(LdapResultCode.SyncRefreshRequired);
        Assert.Contains("search ended", (await Assert.ThrowsAsync<LdapException>(() => talk.Refreshed)).Message, StringComparison.Ordinal);
        Assert.False(_live.Current.IsLoaded);
    }

    [Fact]
    public async Task Who_lies_below_a_renamed_place_is_fetched_anew_and_what_came_before_is_in_force()
    {
        Guid people = Guid.NewGuid();
        await using (Talk talk = await FillAsync((people, Place("ou=People"))))
        {
            Task<bool> persisted = talk.PersistAsync();
            await talk.SayAsync(Place("ou=People"), SyncState.Modify, people);
            await talk.SayAsync(Place("ou=Groups"), SyncState.Add, Guid.NewGuid());
            await talk.SayAsync(User(0, "disabled"), SyncState.Modify, Users[0]);
            await talk.SayAsync(Place("ou=Persons"), SyncState.Modify, people);
            Assert.False(await persisted);
        }
        Assert.Equal(MailStatus.Disabled, _live.Current.FindUser(new EntryId(Users[0]))!.Status.Status);
        Assert.Equal(4, Present().Length);
        await RefreshesAllAsync();
    }

    [Fact]
    public async Task A_renamed_domain_node_never_parts_from_its_people()
    {
        await using Talk talk = await FillAsync();
        Task<bool> persisted = talk.PersistAsync();
        await talk.SayAsync(new("o=bcd,o=hosting", DomainEntry.Attributes), SyncState.Modify, Domain);
        Assert.False(await persisted);
        Assert.Equal(4, Present().Length);
    }

    [Theory]
    [InlineData("ou=People", true)]
    [InlineData("ou=Persons", false)]
    public async Task After_a_resume_a_place_that_is_not_known_is_looked_at_by_who_lies_there(string place, bool isResumed)
    {
        await FillAsync();
        await using Talk talk = await ResumeAsync("one");
        await talk.SayAsync(Place(place), SyncState.Add, Guid.NewGuid());
        await talk.SayAsync(new LdapSearchItem.RefreshPhase(IsDeletePhase: true, "two"u8.ToArray(), RefreshDone: true));
        Assert.Equal(isResumed, await talk.Refreshed);
        Assert.Equal(4, Present().Length);
    }

    /// <summary>It is an entry of no followed kind now, though still a place; it was the last domain, so its removal waits to be accepted.</summary>
    [Fact]
    public async Task A_domain_that_becomes_a_mere_place_counts_as_removed()
    {
        await using Talk talk = await FillAsync();
        Task<bool> persisted = talk.PersistAsync();
        await talk.SayAsync(new("o=bcd.com,o=hosting", [new("objectClass", "organization")]), SyncState.Modify, Domain);
        await talk.EndAsync(LdapResultCode.Busy);
        await Assert.ThrowsAsync<LdapException>(() => persisted);
        Assert.True(Assert.Single(_live.Current.HeldRemovals).IsDomain);
    }

    [Fact]
    public async Task After_a_restart_only_the_difference_is_sent()
    {
        await using var folder = new TemporaryFolder();
        await using ServedDirectory directory = await ServedDirectory.StartAsync();
        DirectorySettings settings = directory.Settings with { CacheFolder = Path.Combine(folder.Path, "cache") };
        EntryId alice;
        await using (Following first = await Following.StartAsync(settings))
            alice = first.User("alice", "bcd.com").Id;
        await directory.ModifyAsync(UserDn("alice", "bcd.com"), "mailUserStatus", "disabled");

        await using Following again = await Following.StartAsync(settings);
        TableChanged change = await again.NextAsync();
        // who was sent counts as touched; groups outside of all domains look for one at every refresh
        Assert.Equal([alice], change.Users.Where(id => change.Table.HomeOf(id) is not null));
        Assert.Equal((0, false), (change.Domains.Count, change.Everything));
        Assert.Equal((9, MailStatus.Disabled), (again.Table.UserCount, again.User("alice", "bcd.com").Status.Status));
    }

    /// <summary>The table serves until the full refresh is whole; what did not change ends no session.</summary>
    private async Task RefreshesAllAsync()
    {
        _tables.ForgetCookie();
        int present = Present().Length;
        await using Talk talk = await ResumeAsync(null);
        await talk.SayAsync(DomainEntry, SyncState.Add, Domain);
        for (int i = 0; i < 3; i++)
            await talk.SayAsync(User(i, "active"), SyncState.Add, Users[i]);
        Assert.Equal(present, Present().Length);
        await talk.SayAsync(new LdapSearchItem.RefreshPhase(IsDeletePhase: false, "three"u8.ToArray(), RefreshDone: true));
        Assert.True(await talk.Refreshed);
        Assert.Equal(["user0", "user1", "user2"], Present());
        Assert.True(_changes[^1].Everything);
        Assert.Empty(_changes[^1].PasswordsMaybeChanged);
    }

    private async Task<Talk> FillAsync(params (Guid Id, LdapOperation.SearchResultEntry Entry)[] places)
    {
        Talk talk = await ResumeAsync(null);
        foreach ((Guid id, LdapOperation.SearchResultEntry entry) in places)
            await talk.SayAsync(entry, SyncState.Add, id);
        await talk.SayAsync(DomainEntry, SyncState.Add, Domain);
        for (int i = 0; i < Users.Length; i++)
            await talk.SayAsync(User(i, "active"), SyncState.Add, Users[i]);
        await talk.SayAsync(new LdapSearchItem.RefreshPhase(IsDeletePhase: false, "one"u8.ToArray(), RefreshDone: true));
        Assert.True(await talk.Refreshed);
        Assert.Equal(4, Present().Length);
        return talk;
    }

    /// <param name="cookie">That the server must be shown.</param>
    private async Task<Talk> ResumeAsync(string? cookie)
    {
        Talk talk = await Talk.BeginAsync(_tables);
        Assert.Equal(cookie, talk.Cookie);
        return talk;
    }

    private string[] Present() => [.. _live.Current.UsersOf(_live.Current.FindDomain("bcd.com")!).Select(u => u.Uid).Order(StringComparer.Ordinal)];

    private static LdapOperation.SearchResultEntry Place(string name) => new($"{name},o=bcd.com,o=hosting", [new("objectClass", "organizationalUnit")]);

    private static LdapOperation.SearchResultEntry DomainEntry => new("o=bcd.com,o=hosting", [new("objectClass", "inetDomain"), new("associatedDomain", "bcd.com")]);

    private static LdapOperation.SearchResultEntry User(int number, string status) => new(UserDn($"user{number}", "bcd.com"),
        [new("objectClass", "inetMailUser"), new("uid", $"user{number}"), new("mail", $"user{number}@bcd.com"), new("mailUserStatus", status)]);

    /// <summary>One connection with its synchronisation, from when the server has heard the search.</summary>
    private sealed class Talk : IAsyncDisposable
    {
        private readonly FakeDirectory _directory = new();
        private LdapClient _client = null!;
        private SyncSession _session = null!;
        private int _search;

        public string? Cookie { get; private set; }
        public Task<bool> Refreshed { get; private set; } = null!;

        public static async Task<Talk> BeginAsync(TableWriter tables)
        {
            var talk = new Talk();
            talk._client = await LdapClient.ConnectAsync(talk._directory.Server, NullLogger.Instance, default);
            talk._session = new(talk._client, ExampleDirectory.Settings, new(talk._client, TimeSpan.FromMinutes(5), TimeProvider.System, _ => { }), (tables, new(), new()), default);
            talk.Refreshed = talk._session.RefreshAsync();
            LdapMessage search = await talk._directory.HearAsync<LdapOperation.SearchRequest>();
            talk._search = search.Id;
            talk.Cookie = SyncControls.ReadRequest(search.Control(SyncControls.RequestOid)!)!.Cookie is { } cookie ? System.Text.Encoding.ASCII.GetString(cookie) : null;
            return talk;
        }

        public Task<bool> PersistAsync() => _session.PersistAsync();

        public Task SayAsync(LdapOperation.SearchResultEntry entry, SyncState state, Guid id) => _directory.SayAsync(_search, entry, SyncControls.State(new(state, id, null)));

        public Task SayAsync(LdapSearchItem info) => _directory.SayAsync(_search, SyncControls.Info(info));

        public Task EndAsync(LdapResultCode code) => _directory.SayAsync(_search, new LdapOperation.SearchResultDone(new(code)));

        public async ValueTask DisposeAsync()
        {
            await _session.DisposeAsync();
            await _client.DisposeAsync();
            await _directory.DisposeAsync();
        }
    }
}
