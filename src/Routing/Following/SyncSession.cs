using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Mail;

namespace DirMail.Routing.Following;

/// <summary>
/// Content synchronisation (RFC 4533) over one connection: the refresh, of all roots, becomes one table, then each push becomes one; pushes that already wait share a table.
/// Publishes on the caller's task.
/// </summary>
internal sealed class SyncSession : IFollowing
{
    private const int MaxBatch = 1000;

    private readonly IReadOnlyList<Dn> _roots;
    private readonly byte[]?[] _cookies;
    private readonly bool _isFull;
    private readonly HashSet<int> _refreshed = [];
    private readonly SyncStreams _items;
    private readonly Pulse _pulse;
    private readonly TableWriter _tables;
    private readonly Places _places;
    private readonly RefusedCookies _refused;
    private readonly IReadOnlyList<string> _followed;
    private readonly CancellationToken _stop;
    private TableBatch? _batch;
    private int _batched;

    public SyncSession(LdapClient client, DirectorySettings settings, Pulse pulse, (TableWriter Tables, Places Places, RefusedCookies Refused) kept, CancellationToken cancellationToken)
    {
        _pulse = pulse;
        (_tables, _places, _refused) = kept;
        _followed = FollowedEntries.Classes(settings);
        _stop = cancellationToken;
        _roots = FollowedEntries.Roots(settings);
        byte[]?[]? cookies = SyncCookies.Read(_tables.Cookie, _roots.Count);
        _isFull = cookies is null;
        _cookies = cookies ?? new byte[]?[_roots.Count];
        _items = new(client, _roots.Select((root, i) => Search(root, settings, _cookies[i])), cancellationToken);
    }

    /// <summary>Returns when the refresh is in force.</summary>
    /// <returns>False when the server wants a full refresh, or names are not what they were: begin anew without a cookie. A server that wants it where nothing else was asked for has failed.</returns>
    public async Task<bool> RefreshAsync()
    {
        var present = new List<string>();
        if (_isFull)
            _places.Forget();
        using TableBatch batch = await _tables.BeginAsync(_stop);
        batch.BeginRefresh(_isFull);
        while (await _items.MoveNextAsync())
        {
            if (IsMove())
                return false;
            Apply(batch, _items.Current);
            if (_items.Current is LdapSearchItem.RefreshPhase { IsDeletePhase: false })
                present.Add(_roots[_items.Root].Normal);
            if (_items.Current is LdapSearchItem.Done done)
                return !_isFull && _refused.IsGivenUp(done.Result.Code) ? false : throw Ended(done);
            if (_items.Current is LdapSearchItem.RefreshPhase { RefreshDone: true } && _refreshed.Add(_items.Root) && _refreshed.Count == _roots.Count)
            {
                batch.EndRefresh(_isFull ? [""] : present);
                batch.Publish(SyncCookies.Write(_cookies));
                _refused.Taken();
                return true;
            }
        }
        throw new LdapException("the refresh ended without a result");
    }

    /// <summary>Follows pushes until the connection ends.</summary>
    /// <returns>False when the server wants a full refresh, or an entry with others below it was renamed.</returns>
    public async Task<bool> PersistAsync()
    {
        while (true)
        {
            ValueTask<bool> next = _items.MoveNextAsync();
            if (_batched > 0 && (!next.IsCompleted || _batched >= MaxBatch))
                Publish();
            if (!await _pulse.NextAsync(next, _stop))
                throw new LdapException("the search ended without a result");
            if (_items.Current is LdapSearchItem.Done done)
            {
                Publish();
                return done.Result.Code == LdapResultCode.SyncRefreshRequired ? false : throw Ended(done);
            }
            if (IsMove())
            {
                Publish();
                return false;
            }
            _batch ??= await _tables.BeginAsync(_stop);
            Apply(_batch, _items.Current);
            _batched++;
        }
    }

    public ValueTask DisposeAsync()
    {
        _batch?.Dispose();
        return _items.DisposeAsync();
    }

    private void Publish()
    {
        if (_batch is null)
            return;
        _batch.Publish(SyncCookies.Write(_cookies));
        _batch.Dispose();
        (_batch, _batched) = (null, 0);
    }

    private void Apply(TableBatch batch, LdapSearchItem item)
    {
        if (Work(batch, item) is { } cookie)
            _cookies[_items.Root] = cookie;
    }

    /// <returns>The cookie that came along.</returns>
    private byte[]? Work(TableBatch batch, LdapSearchItem item)
    {
        switch (item)
        {
            // In a refresh "present" carries no attributes: it must never be taken for the entry's content.
            case LdapSearchItem.Found { State: SyncState.Present } present:
                batch.StillPresent(new EntryId(present.EntryUuid));
                return present.Cookie;
            case LdapSearchItem.Found { State: SyncState.Delete } gone:
                batch.Delete(new EntryId(gone.EntryUuid), Within);
                return gone.Cookie;
            case LdapSearchItem.Found place when IsOnlyPlace(place):
                return place.Cookie;
            case LdapSearchItem.Found found:
                batch.Upsert(new EntryId(found.EntryUuid), found.Entry);
                return found.Cookie;
            case LdapSearchItem.IdSet ids:
                foreach (Guid id in ids.EntryUuids)
                    if (ids.AreDeleted)
                        batch.Delete(new EntryId(id), Within);
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

    /// <summary>What one of several searches no longer has may have come to another.</summary>
    private string Within => _roots.Count > 1 ? _roots[_items.Root].Normal : "";

    /// <summary>An entry that comes under another name, with others below it whose names changed along.</summary>
    private bool IsMove()
    {
        Phase phase = _refreshed.Contains(_items.Root) ? Phase.Persist : _isFull ? Phase.FullRefresh : Phase.Resume;
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
    private static LdapSearch Search(Dn root, DirectorySettings settings, byte[]? cookie) => new(root, LdapScope.Subtree, FollowedEntries.FilterWithPlaces(settings))
    {
        Attributes = ["*", "entryUUID"],
        Sync = new SyncRequest(Persist: true, cookie),
    };
}
