using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Mail;

namespace DirMail.Routing.Following;

/// <summary>
/// One content synchronisation (RFC 4533) over one connection: the refresh becomes one table, then each push becomes one; pushes that already wait share a table.
/// Publishes on the caller's task.
/// </summary>
internal sealed class SyncSession : IFollowing
{
    private const int MaxBatch = 1000;

    private readonly IAsyncEnumerator<LdapSearchItem> _items;
    private readonly Pulse _pulse;
    private readonly TableWriter _tables;
    private readonly CancellationToken _stop;
    private TableBatch? _batch;
    private int _batched;

    public SyncSession(LdapClient client, DirectorySettings settings, Pulse pulse, TableWriter tables, CancellationToken cancellationToken)
    {
        _pulse = pulse;
        _tables = tables;
        _stop = cancellationToken;
        _items = client.SearchAsync(Search(settings, tables.Cookie), cancellationToken).GetAsyncEnumerator(cancellationToken);
    }

    /// <summary>Returns when the refresh is in force.</summary>
    /// <returns>False when the server wants a full refresh: begin anew without a cookie. One that wants it where nothing else was asked for has failed.</returns>
    public async Task<bool> RefreshAsync()
    {
        byte[]? newest = _tables.Cookie;
        bool isFull = newest is null, hasPresentPhase = false;
        using TableBatch batch = await _tables.BeginAsync(_stop);
        batch.BeginRefresh(isFull);
        while (await _items.MoveNextAsync())
        {
            newest = Apply(batch, _items.Current) ?? newest;
            hasPresentPhase |= _items.Current is LdapSearchItem.RefreshPhase { IsDeletePhase: false };
            if (_items.Current is LdapSearchItem.Done done)
                return done.Result.Code == LdapResultCode.SyncRefreshRequired && !isFull ? false : throw Ended(done);
            if (_items.Current is LdapSearchItem.RefreshPhase { RefreshDone: true })
            {
                batch.EndRefresh(removeUnseen: isFull || hasPresentPhase);
                batch.Publish(newest);
                return true;
            }
        }
        throw new LdapException("the refresh ended without a result");
    }

    /// <summary>Follows pushes until the connection ends.</summary>
    /// <returns>False when the server wants a full refresh.</returns>
    public async Task<bool> PersistAsync()
    {
        byte[]? newest = _tables.Cookie;
        while (true)
        {
            ValueTask<bool> next = _items.MoveNextAsync();
            if (_batched > 0 && (!next.IsCompleted || _batched >= MaxBatch))
                Publish(newest);
            if (!await _pulse.NextAsync(next, _stop))
                throw new LdapException("the search ended without a result");
            if (_items.Current is LdapSearchItem.Done done)
            {
                Publish(newest);
                return done.Result.Code == LdapResultCode.SyncRefreshRequired ? false : throw Ended(done);
            }
            _batch ??= await _tables.BeginAsync(_stop);
            newest = Apply(_batch, _items.Current) ?? newest;
            _batched++;
        }
    }

    public ValueTask DisposeAsync()
    {
        _batch?.Dispose();
        return _items.DisposeAsync();
    }

    private void Publish(byte[]? cookie)
    {
        if (_batch is null)
            return;
        _batch.Publish(cookie);
        _batch.Dispose();
        (_batch, _batched) = (null, 0);
    }

    /// <returns>The cookie that came along.</returns>
    private static byte[]? Apply(TableBatch batch, LdapSearchItem item)
    {
        switch (item)
        {
            // In a refresh "present" carries no attributes: it must never be taken for the entry's content.
            case LdapSearchItem.Found { State: SyncState.Present } present:
                batch.StillPresent(new EntryId(present.EntryUuid));
                return present.Cookie;
            case LdapSearchItem.Found { State: SyncState.Delete } gone:
                batch.Delete(new EntryId(gone.EntryUuid));
                return gone.Cookie;
            case LdapSearchItem.Found found:
                batch.Upsert(new EntryId(found.EntryUuid), found.Entry);
                return found.Cookie;
            case LdapSearchItem.IdSet ids:
                foreach (Guid id in ids.EntryUuids)
                    if (ids.AreDeleted)
                        batch.Delete(new EntryId(id));
                    else
                        batch.StillPresent(new EntryId(id));
                return ids.Cookie;
            case LdapSearchItem.NewCookie cookie:
                return cookie.Cookie;
            case LdapSearchItem.RefreshPhase phase:
                return phase.Cookie;
            default:
                return null;
        }
    }

    private static LdapException Ended(LdapSearchItem.Done done) => new($"the search ended: {done.Result.Describe()}");

    /// <summary>Everything but passwords may be read, so all is asked for.</summary>
    private static LdapSearch Search(DirectorySettings settings, byte[]? cookie) => new(FollowedEntries.Root(settings), LdapScope.Subtree, FollowedEntries.Filter(settings))
    {
        Attributes = ["*", "entryUUID"],
        Sync = new SyncRequest(Persist: true, cookie),
    };
}
