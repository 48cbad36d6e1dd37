using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// All that one snapshot holds. Indexes over users, and the names that every recipient asks for, are tries; the others over domains are plain immutable dictionaries (ten thousand).
/// Every index is shared with the snapshot before, except along the paths that a change touched.
/// </summary>
internal sealed record TableState
{
    public HashTrie<EntryId, DomainRow, ByDomainId> Domains { get; init; }
    public HashTrie<EntryId, Row, ById> Entries { get; init; }

    /// <summary>By name, but for users who are named by their uid (<see cref="FindByName"/>).</summary>
    public HashTrie<string, Row, ByDn> Dns { get; init; }

    /// <summary>Entries that lie in no domain (yet), or in one that two nodes claim.</summary>
    public HashTrie<EntryId, Row, ById> Homeless { get; init; }

    /// <summary>Domain names and who claims them: domains, and aliases of nothing; more than one claim: neither has it. A trie, for every recipient is looked up here.</summary>
    public HashTrie<string, NameClaim, ByName> Names { get; init; }

    /// <summary>User bases and whose they are.</summary>
    public ImmutableDictionary<string, ImmutableArray<EntryId>> Bases { get; init; } = ImmutableDictionary.Create<string, ImmutableArray<EntryId>>(StringComparer.Ordinal);

    /// <summary>Virtual addresses and their claims; the first one's domain holds the address.</summary>
    public ImmutableDictionary<IPAddress, ImmutableArray<AddressClaim>> VirtualAddresses { get; init; } = ImmutableDictionary<IPAddress, ImmutableArray<AddressClaim>>.Empty;

    /// <summary>Names of domain nodes.</summary>
    public ImmutableDictionary<string, EntryId> Nodes { get; init; } = ImmutableDictionary.Create<string, EntryId>(StringComparer.Ordinal);

    /// <summary>How many domain nodes lie below a name.</summary>
    public ImmutableDictionary<string, int> NodesBelow { get; init; } = ImmutableDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>Alias nodes by the node they stand for.</summary>
    public ImmutableDictionary<string, ImmutableArray<EntryId>> Aliases { get; init; } = ImmutableDictionary.Create<string, ImmutableArray<EntryId>>(StringComparer.Ordinal);

    public ImmutableDictionary<EntryId, ImmutableArray<DirectoryProblem>> Problems { get; init; } = ImmutableDictionary<EntryId, ImmutableArray<DirectoryProblem>>.Empty;

    /// <summary>Claims of several entries, by what they claim.</summary>
    public ImmutableDictionary<string, ImmutableArray<DirectoryProblem>> Conflicts { get; init; } = ImmutableDictionary.Create<string, ImmutableArray<DirectoryProblem>>(StringComparer.Ordinal);

    /// <summary>Domains that the directory no longer has, held back until somebody accepts it.</summary>
    public ImmutableHashSet<EntryId> HeldDomains { get; init; } = [];

    /// <summary>The same for who is in a domain, by domain.</summary>
    public ImmutableDictionary<EntryId, ImmutableHashSet<EntryId>> HeldPeople { get; init; } = ImmutableDictionary<EntryId, ImmutableHashSet<EntryId>>.Empty;

    /// <summary>Users that are gone, by the name they had, "uid@domain": who comes under that name is not them.</summary>
    public ImmutableDictionary<(string Name, bool IsGroup), EntryId> Former { get; init; } = ImmutableDictionary<(string Name, bool IsGroup), EntryId>.Empty;

    /// <summary>Users and groups with the name of a former one, and who that was: their mail waits until it is settled whose mailbox it is.</summary>
    public ImmutableDictionary<EntryId, EntryId> NotAdopted { get; init; } = ImmutableDictionary<EntryId, EntryId>.Empty;

    public int Users { get; init; }

    /// <summary>How many user bases have a name that a user's entry might have.</summary>
    public int BasesNamedByUid { get; init; }

    /// <summary>The domain whose user base is the nearest name above, or the name itself; null when there is none or two domains have that base.</summary>
    public static EntryId? HomeOf(IReadOnlyDictionary<string, ImmutableArray<EntryId>> bases, string dnKey)
    {
        for (string? key = dnKey; key is not null; key = DnKeys.Above(key))
            if (bases.TryGetValue(key, out ImmutableArray<EntryId> holders))
                return holders.Length == 1 ? holders[0] : null;
        return null;
    }

    /// <summary>By the normal form of its name. Users who are named by their uid are found by it in their domain, and in no index of names; those without a domain are not found.</summary>
    public Row? FindByName(string dnKey)
    {
        if (Dns.Find(dnKey) is { } named)
            return named;
        if (EntryName.UidIn(dnKey) is not { IsEmpty: false } uid || HomeOf(Bases, dnKey) is not { } home)
            return null;
        return Domains.Find(home)?.Uids.Find(uid.ToString())?.Holders.LastOrDefault(r => r.DnKey == dnKey);
    }

    public bool IsHeld(EntryId id, EntryId? home) => HeldPeople.TryGetValue(home ?? default, out ImmutableHashSet<EntryId>? held) && held.Contains(id);
}

internal readonly struct ByName : IKeyed<string, NameClaim>
{
    public static string KeyOf(NameClaim item) => item.Name;
    public static bool Same(string left, string right) => left == right;
    public static int HashOf(string key) => key.GetHashCode(StringComparison.Ordinal);
}

/// <param name="Entry">The domain itself, or the user who lists the address.</param>
internal sealed record AddressClaim(EntryId Entry, EntryId Domain, string Dn, string Attribute);

/// <summary>Normalised names as text: a comma always separates two parts.</summary>
internal static class DnKeys
{
    /// <summary>"" above a name of one part; null above "".</summary>
    public static string? Above(string key) => key.Length == 0 ? null : key.IndexOf(',') is var comma and >= 0 ? key[(comma + 1)..] : "";

    public static bool IsWithin(string key, string ancestor) =>
        ancestor.Length == 0 || (key.EndsWith(ancestor, StringComparison.Ordinal) && (key.Length == ancestor.Length || key[key.Length - ancestor.Length - 1] == ','));

    /// <summary>The names above <paramref name="key"/> and below the root.</summary>
    public static IEnumerable<string> Between(string key, string root)
    {
        for (string? above = Above(key); above is { Length: > 0 } && above != root; above = Above(above))
            yield return above;
    }
}
