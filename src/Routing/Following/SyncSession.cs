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
    private readonly Places _places;
    private readonly IReadOnlyList<string> _followed;
    private readonly CancellationToken _stop;
    private TableBatch? _batch;
    private int _batched;

    public SyncSession(LdapClient client, DirectorySettings settings, Pulse pulse, (TableWriter Tables, Places Places) kept, CancellationToken cancellationToken)
    {
        _pulse = pulse;
        (_tables, _places) = kept;
        _followed = FollowedEntries.Classes(settings);
        _stop = cancellationToken;
        _items = client.SearchAsync(Search(settings, _tables.Cookie), cancellationToken).GetAsyncEnumerator(cancellationToken);
    }

    /// <summary>Returns when the refresh is in force.</summary>
    /// <returns>False when the server wants a full refresh, or names are not what they were: begin anew without a cookie. A server that wants it where nothing else was asked for has failed.</returns>
    public async Task<bool> RefreshAsync()
    {
        byte[]? newest = _tables.Cookie;
        bool isFull = newest is null, hasPresentPhase = false;
        if (isFull)
            _places.Forget();
        using TableBatch batch = await _tables.BeginAsync(_stop);
        batch.BeginRefresh(isFull);
        while (await _items.MoveNextAsync())
        {
            if (IsMove(isFull ? Phase.FullRefresh : Phase.Resume))
                return false;
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
    /// <returns>False when the server wants a full refresh, or an entry with others below it was renamed.</returns>
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
            if (IsMove(Phase.Persist))
            {
                Publish(newest);
                return false;
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
    private byte[]? Apply(TableBatch batch, LdapSearchItem item)
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
            case LdapSearchItem.Found place when IsOnlyPlace(place):
                return place.Cookie;
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

    /// <summary>An entry that comes under another name, with others below it whose names changed along.</summary>
    private bool IsMove(Phase phase)
    {
        if (_items.Current is not LdapSearchItem.Found { State: not SyncState.Present and not SyncState.Delete } found)
            return false;
        bool isPlace = IsOnlyPlace(found);
        if (phase != Phase.FullRefresh)
            return isPlace ? _places.IsMoved(_tables.State, found, isNew: phase == Phase.Persist && found.State == SyncState.Add) : Places.IsMoved(_tables.State, new EntryId(found.EntryUuid), found.Entry.Dn);
        if (isPlace)
            _places.Learn(found.EntryUuid, found.Entry.Dn);
        return false;
    }

    /// <summary>One that the table holds has ceased to be what it was.</summary>
    private bool IsOnlyPlace(LdapSearchItem.Found found) => FollowedEntries.IsOnlyPlace(found.Entry, _followed) && !_tables.Holds(new EntryId(found.EntryUuid));

    private enum Phase
    {
        FullRefresh,
        Resume,
        Persist,
    }

    private static LdapException Ended(LdapSearchItem.Done done) => new($"the search ended: {done.Result.Describe()}");

    /// <summary>Everything but passwords may be read, so all is asked for.</summary>
    private static LdapSearch Search(DirectorySettings settings, byte[]? cookie) => new(FollowedEntries.Root(settings), LdapScope.Subtree, FollowedEntries.FilterWithPlaces(settings))
    {
        Attributes = ["*", "entryUUID"],
        Sync = new SyncRequest(Persist: true, cookie),
    };
}
