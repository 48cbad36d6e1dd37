namespace DirMail.Ldap.Client;

public enum LdapScope
{
    Base = 0,
    OneLevel = 1,
    Subtree = 2,
}

/// <summary>A search request (RFC 4511 4.5.1). No attributes means all user attributes.</summary>
public sealed record LdapSearch(Dn Base, LdapScope Scope, LdapFilter Filter)
{
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary>0: no limit of ours.</summary>
    public int SizeLimit { get; init; }

    /// <summary>Entries a page (RFC 2696), the pages being asked for one after the other; 0: none. Not with <see cref="Sync"/>.</summary>
    public int PageSize { get; init; }

    /// <summary>Controls to be sent besides those of <see cref="Sync"/> and <see cref="PageSize"/>.</summary>
    public IReadOnlyList<Codec.LdapControl> Controls { get; init; } = [];

    /// <summary>Return only values that one of these matches (RFC 3876); empty: all. The embedded directory's side of that control.</summary>
    public IReadOnlyList<LdapFilter> MatchedValues { get; init; } = [];

    /// <summary>Content synchronisation (RFC 4533); null for a plain search.</summary>
    public SyncRequest? Sync { get; init; }
}

/// <param name="Persist">refreshAndPersist instead of refreshOnly.</param>
/// <param name="Cookie">From an earlier session with the same bind, base and filter; null for a full refresh.</param>
public sealed record SyncRequest(bool Persist, byte[]? Cookie)
{
    /// <summary>A cookie that the server no longer knows brings a full refresh instead of e-syncRefreshRequired.</summary>
    public bool ReloadHint { get; init; }
}

/// <summary>What a search yields, in the order received. The last item is always <see cref="Done"/>.</summary>
public abstract record LdapSearchItem
{
    private LdapSearchItem() { }

    /// <summary>An entry; with content synchronisation also its state, entryUUID and, at times, a cookie.</summary>
    public sealed record Found(LdapEntry Entry, SyncState? State, Guid EntryUuid, byte[]? Cookie) : LdapSearchItem;

    /// <summary>A referral to another server (reported, not followed).</summary>
    public sealed record Reference(IReadOnlyList<string> Urls) : LdapSearchItem;

    /// <summary>Sync info: a new cookie alone.</summary>
    public sealed record NewCookie(byte[] Cookie) : LdapSearchItem;

    /// <summary>Sync info refreshDelete / refreshPresent: the end of a phase; <paramref name="RefreshDone"/>: the refresh stage is over, persist begins.</summary>
    public sealed record RefreshPhase(bool IsDeletePhase, byte[]? Cookie, bool RefreshDone) : LdapSearchItem;

    /// <summary>Sync info set: ids that are deleted (<paramref name="AreDeleted"/>) or still present.</summary>
    public sealed record IdSet(bool AreDeleted, IReadOnlyList<Guid> EntryUuids, byte[]? Cookie) : LdapSearchItem;

    /// <summary>The result; with content synchronisation a cookie and whether the refresh ended in a delete phase.</summary>
    public sealed record Done(LdapResult Result, byte[]? Cookie, bool RefreshDeletes) : LdapSearchItem;
}

/// <summary>State of an entry in content synchronisation (RFC 4533 2.2).</summary>
public enum SyncState
{
    Present = 0,
    Add = 1,
    Modify = 2,
    Delete = 3,
}
