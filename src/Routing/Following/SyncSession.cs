using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing.Following;

/// <summary>
/// One content synchronisation (RFC 4533) over one connection: the refresh becomes one table, then each push becomes one; pushes that already wait share a table.
/// Publishes on the caller's task.
/// </summary>
internal sealed class SyncSession : IFollowing
{
    private const int MaxBatch = 1000;

    private readonly IAsyncEnumerator<LdapSearchItem> _items;
    private readonly Func<RoutingTable> _current;
    private readonly Action<TableBuilder> _publish;
    private TableBuilder? _builder;
    private int _batched;

    public SyncSession(LdapClient client, DirectorySettings settings, byte[]? cookie, Func<RoutingTable> current, Action<TableBuilder> publish, CancellationToken cancellationToken)
    {
        Cookie = cookie;
        _current = current;
        _publish = publish;
        _items = client.SearchAsync(Search(settings, cookie), cancellationToken).GetAsyncEnumerator(cancellationToken);
    }

    /// <summary>Where the next session may resume; only ever one whose changes have been published.</summary>
    public byte[]? Cookie { get; private set; }

    /// <summary>Returns when the refresh is in force.</summary>
    /// <returns>False when the server wants a full refresh: begin anew without a cookie.</returns>
    public async Task<bool> RefreshAsync()
    {
        bool isFull = Cookie is null, hasPresentPhase = false;
        byte[]? newest = Cookie;
        _builder = new TableBuilder(_current());
        _builder.BeginRefresh(isFull);
        while (await _items.MoveNextAsync())
        {
            newest = Apply(_builder, _items.Current) ?? newest;
            hasPresentPhase |= _items.Current is LdapSearchItem.RefreshPhase { IsDeletePhase: false };
            if (_items.Current is LdapSearchItem.Done done)
                return done.Result.Code == LdapResultCode.SyncRefreshRequired ? false : throw Ended(done);
            if (_items.Current is LdapSearchItem.RefreshPhase { RefreshDone: true })
            {
                _builder.EndRefresh(removeUnseen: isFull || hasPresentPhase);
                _publish(_builder);
                _builder = null;
                Cookie = newest;
                return true;
            }
        }
        throw new LdapException("the refresh ended without a result");
    }

    /// <summary>Follows pushes until the connection ends.</summary>
    /// <returns>False when the server wants a full refresh.</returns>
    public async Task<bool> PersistAsync()
    {
        byte[]? newest = Cookie;
        while (true)
        {
            ValueTask<bool> next = _items.MoveNextAsync();
            if (_batched > 0 && (!next.IsCompleted || _batched >= MaxBatch))
                PublishBatch(newest);
            if (!await next)
                throw new LdapException("the search ended without a result");
            if (_items.Current is LdapSearchItem.Done done)
            {
                PublishBatch(newest);
                return done.Result.Code == LdapResultCode.SyncRefreshRequired ? false : throw Ended(done);
            }
            newest = Apply(_builder ??= new TableBuilder(_current()), _items.Current) ?? newest;
            _batched++;
        }
    }

    public ValueTask DisposeAsync() => _items.DisposeAsync();

    private void PublishBatch(byte[]? cookie)
    {
        if (_builder is { HasChanges: true } builder)
            _publish(builder);
        _builder = null;
        _batched = 0;
        Cookie = cookie;
    }

    /// <returns>The cookie that came along.</returns>
    private static byte[]? Apply(TableBuilder builder, LdapSearchItem item)
    {
        switch (item)
        {
            // In a refresh "present" carries no attributes: it must never be taken for the entry's content.
            case LdapSearchItem.Found { State: SyncState.Present } present:
                builder.StillPresent(new EntryId(present.EntryUuid));
                return present.Cookie;
            case LdapSearchItem.Found { State: SyncState.Delete } gone:
                builder.Delete(new EntryId(gone.EntryUuid));
                return gone.Cookie;
            case LdapSearchItem.Found found:
                builder.Upsert(new EntryId(found.EntryUuid), found.Entry);
                return found.Cookie;
            case LdapSearchItem.IdSet ids:
                foreach (Guid id in ids.EntryUuids)
                    if (ids.AreDeleted)
                        builder.Delete(new EntryId(id));
                    else
                        builder.StillPresent(new EntryId(id));
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
