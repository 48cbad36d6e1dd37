using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing.Following;

/// <summary>
/// Notices that an entry with others below it got another name. A server pushes the renamed entry alone, though the names of all below it have changed: then everything is to be fetched
/// anew. Of units and the like, which are followed for this alone, a hash of the name is kept, over lost connections and not over restarts; about 40 octets each. Used by one task.
/// </summary>
internal sealed class Places
{
    private readonly Dictionary<Guid, int> _known = [];

    /// <summary>A full refresh begins: it names them all.</summary>
    public void Forget() => _known.Clear();

    public void Learn(Guid id, Dn dn) => _known[id] = dn.Normal.GetHashCode(StringComparison.Ordinal);

    /// <summary>Whether an entry that the table holds was renamed, and others are known below the name it had.</summary>
    public static bool IsMoved(TableState state, EntryId id, Dn now) =>
        (state.Domains.Find(id)?.Facts.DnKey ?? state.Entries.Find(id)?.DnKey) is { } before && before != now.Normal && HasBelow(state, before);

    /// <summary>
    /// The same for one that is a place only. Of one that was not known before, and is not new, it counts as renamed when nobody is known below its name:
    /// to fetch all once too often costs little.
    /// </summary>
    /// <param name="isNew">The server says that it was not there before.</param>
    public bool IsMoved(TableState state, LdapSearchItem.Found place, bool isNew)
    {
        Dn now = place.Entry.Dn;
        bool isMoved = _known.TryGetValue(place.EntryUuid, out int before)
            ? before != now.Normal.GetHashCode(StringComparison.Ordinal)
            : !isNew && !HasBelow(state, now.Normal);
        Learn(place.EntryUuid, now);
        return isMoved;
    }

    private static bool HasBelow(TableState state, string key)
    {
        if (TableState.HomeOf(state.Bases, key) is { } home && state.Domains.Find(home) is { } domain && domain.Members.Any(row => IsBelow(row.DnKey, key)))
            return true;
        return state.NodesBelow.ContainsKey(key) || state.Bases.Keys.Any(based => IsBelow(based, key)) || state.Homeless.Items.Any(row => IsBelow(row.DnKey, key));
    }

    private static bool IsBelow(string key, string above) => key.Length > above.Length && DnKeys.IsWithin(key, above);
}
