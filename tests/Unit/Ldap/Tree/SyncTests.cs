using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Tree;
using static DirMail.Unit.Ldap.Tree.Example;

namespace DirMail.Unit.Ldap.Tree;

public sealed class SyncTests
{
    private static readonly LdapSearch s_users = new(Dn.Parse(Root), LdapScope.Subtree, LdapFilter.Is("objectClass", "inetMailUser"));

    [Fact]
    public async Task A_first_refresh_has_all_entries_and_a_present_phase()
    {
        await using DirectoryTree tree = await TreeAsync();
        List<LdapSearchItem> items = await RefreshAsync(tree, null);
        Assert.Equal(9, items.OfType<LdapSearchItem.Found>().Count(f => f.State == SyncState.Add && f.EntryUuid != Guid.Empty));
        var done = Assert.IsType<LdapSearchItem.Done>(items[^1]);
        Assert.True(done is { Result.IsSuccess: true, RefreshDeletes: false, Cookie.Length: > 0 });
    }

    [Fact]
    public async Task A_cookie_brings_only_what_changed()
    {
        await using DirectoryTree tree = await TreeAsync();
        byte[] cookie = Cookie(await RefreshAsync(tree, null));
        Guid carol = Guid.Parse(tree.Find(MailServer, "(uid=carol)", Root, "entryUUID")[0].First("entryUUID")!);
        await tree.ModifyAsync(Site, Alice, Replace("mailQuota", "1G"));
        await tree.ModifyAsync(Site, Alice, Replace("mailQuota", "2G"));
        await tree.DeleteAsync(Site, Dn.Parse(Carol));
        List<LdapSearchItem> items = await RefreshAsync(tree, cookie);
        LdapEntry alice = Assert.Single(items.OfType<LdapSearchItem.Found>()).Entry;
        Assert.Equal("2G", alice.First("mailQuota"));
        LdapSearchItem.IdSet gone = Assert.Single(items.OfType<LdapSearchItem.IdSet>());
        Assert.True(gone.AreDeleted);
        Assert.Equal([carol], gone.EntryUuids);
        Assert.True(Assert.IsType<LdapSearchItem.Done>(items[^1]).RefreshDeletes);
        Assert.Single(await RefreshAsync(tree, Cookie(items)));
    }

    [Fact]
    public async Task A_cookie_of_another_history_brings_everything()
    {
        await using DirectoryTree one = await TreeAsync();
        await using DirectoryTree other = await TreeAsync();
        List<LdapSearchItem> items = await RefreshAsync(other, Cookie(await RefreshAsync(one, null)));
        Assert.Equal(9, items.OfType<LdapSearchItem.Found>().Count());
        Assert.False(Assert.IsType<LdapSearchItem.Done>(items[^1]).RefreshDeletes);
    }

    [Fact]
    public async Task An_unreadable_cookie_asks_for_a_refresh()
    {
        await using DirectoryTree tree = await TreeAsync();
        var done = (LdapSearchItem.Done)Assert.Single(await RefreshAsync(tree, "nonsense"u8.ToArray()));
        Assert.Equal(LdapResultCode.SyncRefreshRequired, done.Result.Code);
    }

    [Fact]
    public async Task Changes_are_pushed_as_they_are_made()
    {
        await using DirectoryTree tree = await TreeAsync();
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await using IAsyncEnumerator<LdapSearchItem> items = Persist(tree, end.Token);
        await NextAsync<LdapSearchItem.RefreshPhase>(items);

        await tree.ModifyAsync(Site, Bob, Replace("userPassword", "unseen but pushed"));
        var pushed = await NextAsync<LdapSearchItem.Found>(items);
        Assert.Equal((SyncState.Modify, Bob), (pushed.State!.Value, pushed.Entry.Dn.Text));
        Assert.Null(pushed.Entry.Find("userPassword"));

        await tree.ModifyAsync(Site, Bcd, Replace("mailDomainStatus", "inactive"));
        await NextAsync<LdapSearchItem.NewCookie>(items);

        await tree.ModifyDnAsync(Site, Dn.Parse("ou=People,o=cde.com,o=hosting"), Dn.Parse("ou=Persons"), true, null);
        for (int i = 0; i < 3; i++)
            Assert.EndsWith(",ou=Persons,o=cde.com,o=hosting", (await NextAsync<LdapSearchItem.Found>(items)).Entry.Dn.Text, StringComparison.Ordinal);

        await tree.ModifyAsync(Site, Alice, Delete("objectClass", "inetMailUser", "dirMailUser"), Delete("mailUserVirtualAddress"), Delete("mailUserStatus"), Delete("mailQuota"),
            Delete("mailDeliveryOption"), Delete("mailEquivalentAddress"), Delete("mailAllowedServiceAccess"), Delete("mailAutoReplySubject"), Delete("mailAutoReplyText"),
            Delete("mailAutoReplyMode"), Delete("mailAutoReplyTimeOut"), Delete("vacationStartDate"), Delete("vacationEndDate"));
        Assert.Equal(SyncState.Delete, (await NextAsync<LdapSearchItem.Found>(items)).State);
        await end.CancelAsync();
    }

    [Fact]
    public async Task A_consumer_that_falls_behind_the_log_is_sent_to_refresh()
    {
        await using DirectoryTree tree = await TreeAsync();
        await using IAsyncEnumerator<LdapSearchItem> items = Persist(tree, CancellationToken.None);
        await NextAsync<LdapSearchItem.RefreshPhase>(items);
        string many = string.Concat(Enumerable.Range(0, DirectoryTree.ChangesKept + 1).Select(i => $"dn: ou=u{i},{Bcd}\nobjectClass: organizationalUnit\nou: u{i}\n\n"));
        Assert.IsType<LoadOutcome.Loaded>(await tree.LoadAsync(new StringReader(many), "many", CancellationToken.None));
        Assert.Equal(LdapResultCode.SyncRefreshRequired, (await NextAsync<LdapSearchItem.Done>(items)).Result.Code);
        Assert.False(await items.MoveNextAsync());
    }

    private static IAsyncEnumerator<LdapSearchItem> Persist(DirectoryTree tree, CancellationToken cancellationToken) =>
        tree.SearchAsync(MailServer, s_users with { Sync = new SyncRequest(Persist: true, null) }, cancellationToken).GetAsyncEnumerator(CancellationToken.None);

    /// <summary>The next item of a kind; entries of the first refresh are passed over.</summary>
    private static async Task<T> NextAsync<T>(IAsyncEnumerator<LdapSearchItem> items) where T : LdapSearchItem
    {
        do
            Assert.True(await items.MoveNextAsync());
        while (items.Current is LdapSearchItem.Found { State: SyncState.Add });
        return Assert.IsType<T>(items.Current);
    }

    internal static async Task<List<LdapSearchItem>> RefreshAsync(DirectoryTree tree, byte[]? cookie)
    {
        var items = new List<LdapSearchItem>();
        await foreach (LdapSearchItem item in tree.SearchAsync(MailServer, s_users with { Sync = new SyncRequest(Persist: false, cookie) }, CancellationToken.None))
            items.Add(item);
        return items;
    }

    internal static byte[] Cookie(List<LdapSearchItem> items) => ((LdapSearchItem.Done)items[^1]).Cookie!;
}
