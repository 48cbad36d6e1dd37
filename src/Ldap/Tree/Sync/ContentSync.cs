using System.Runtime.CompilerServices;
using DirMail.Ldap.Client;
using DirMail.Ldap.Tree.Changes;

namespace DirMail.Ldap.Tree.Sync;

/// <summary>
/// Content synchronisation as the provider (RFC 4533 3). A cookie that the change log still covers gets the changes only: new and changed entries, then the
/// ids of the others as deleted. Any other cookie of this server, also of an older or another history, gets all entries and the end of a present phase,
/// which makes the consumer drop the rest. Unreadable cookies get e-syncRefreshRequired unless the client asked for a reload.
/// </summary>
internal sealed class ContentSync(DirectoryTree tree, LdapSearch search, Func<TreeSnapshot, SearchView> look)
{
    private const int IdsPerMessage = 500;

    public async IAsyncEnumerable<LdapSearchItem> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        SyncRequest request = search.Sync!;
        SyncCookie? cookie = request.Cookie is { Length: > 0 } given ? SyncCookie.Read(given) : null;
        if (request.Cookie is { Length: > 0 } && cookie is null && !request.ReloadHint)
        {
            yield return Done(new LdapResult(LdapResultCode.SyncRefreshRequired, "", "unreadable cookie"));
            yield break;
        }
        using ChangeLog.Bell bell = tree.Log.Listen();
        TreeSnapshot snapshot = tree.Current;
        SearchView view = look(snapshot);
        if (view.Fault is not null)
        {
            yield return Done(view.Fault);
            yield break;
        }
        IReadOnlyList<TreeChange>? missed = cookie?.Tree == SyncCookie.Of(snapshot).Tree ? tree.Log.After(cookie.Csn, snapshot.Sequence) : null;
        foreach (LdapSearchItem item in missed is null ? All(view) : Missed(missed, view))
            yield return item;
        byte[] now = SyncCookie.Of(snapshot).Octets;
        if (!request.Persist)
        {
            yield return new LdapSearchItem.Done(LdapResult.Success, now, missed is not null);
            yield break;
        }
        yield return new LdapSearchItem.RefreshPhase(missed is not null, now, RefreshDone: true);
        view = null!;
        long position = snapshot.Sequence;
        snapshot = null!;
        while (true)
        {
            await bell.WaitAsync(cancellationToken);
            TreeSnapshot next = tree.Current;
            IReadOnlyList<TreeChange>? changes = tree.Log.After(position, next.Sequence);
            if (changes is null)
            {
                yield return Done(new LdapResult(LdapResultCode.SyncRefreshRequired, "", "the consumer is too slow"));
                yield break;
            }
            position = next.Sequence;
            foreach (LdapSearchItem item in Pushed(changes, look(next), SyncCookie.Of(next)))
                yield return item;
        }
    }

    private static IEnumerable<LdapSearchItem> All(SearchView view)
    {
        foreach (TreeEntry entry in view.Matches())
            yield return Found(view, entry, SyncState.Add, null);
    }

    private static IEnumerable<LdapSearchItem> Missed(IReadOnlyList<TreeChange> changes, SearchView view)
    {
        var last = new Dictionary<Guid, TreeEntry?>();
        foreach (TreeChange change in changes)
            last[change.Uuid] = change.After;
        var gone = new List<Guid>();
        foreach ((Guid uuid, TreeEntry? entry) in last)
        {
            if (entry is not null && view.IsMatch(entry))
                yield return Found(view, entry, SyncState.Add, null);
            else
                gone.Add(uuid);
        }
        foreach (Guid[] ids in gone.Chunk(IdsPerMessage))
            yield return new LdapSearchItem.IdSet(AreDeleted: true, ids, null);
    }

    /// <summary>Changes in order; the cookie rides on the last entry, or comes alone when the last change is none of the consumer's.</summary>
    private static IEnumerable<LdapSearchItem> Pushed(IReadOnlyList<TreeChange> changes, SearchView view, SyncCookie cookie)
    {
        bool cookieSent = changes.Count == 0;
        for (int i = 0; i < changes.Count; i++)
        {
            TreeChange change = changes[i];
            bool was = change.Before is not null && view.IsMatch(change.Before);
            bool isNow = change.After is not null && view.IsMatch(change.After);
            if (!was && !isNow)
                continue;
            bool last = i == changes.Count - 1;
            byte[]? octets = last ? cookie.Octets : null;
            cookieSent |= last;
            yield return isNow
                ? Found(view, change.After!, was ? SyncState.Modify : SyncState.Add, octets)
                : new LdapSearchItem.Found(new LdapEntry(change.Before!.Dn, []), SyncState.Delete, change.Uuid, octets);
        }
        if (!cookieSent)
            yield return new LdapSearchItem.NewCookie(cookie.Octets);
    }

    private static LdapSearchItem.Found Found(SearchView view, TreeEntry entry, SyncState state, byte[]? cookie) =>
        new(view.Show(entry), state, entry.Uuid, cookie);

    private static LdapSearchItem.Done Done(LdapResult result) => new(result, null, false);
}
