using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// All that one snapshot holds. Indexes over users are tries (a million leaves); those over domains are plain immutable dictionaries (ten thousand).
/// Every index is shared with the snapshot before, except along the paths that a change touched.
/// </summary>
internal sealed record TableState
{
    public HashTrie<EntryId, DomainRow, ByDomainId> Domains { get; init; }
    public HashTrie<EntryId, Row, ById> Entries { get; init; }
    public HashTrie<string, Row, ByDn> Dns { get; init; }

    /// <summary>Entries that lie in no domain (yet), or in one that two nodes claim.</summary>
    public HashTrie<EntryId, Row, ById> Homeless { get; init; }

    /// <summary>Domain names and who claims them; more than one claim: neither has it.</summary>
    public ImmutableDictionary<string, ImmutableArray<EntryId>> Names { get; init; } = ImmutableDictionary.Create<string, ImmutableArray<EntryId>>(StringComparer.Ordinal);

    /// <summary>User bases and whose they are.</summary>
    public ImmutableDictionary<string, ImmutableArray<EntryId>> Bases { get; init; } = ImmutableDictionary.Create<string, ImmutableArray<EntryId>>(StringComparer.Ordinal);

    /// <summary>Virtual addresses and their claims; the first one's domain holds the address.</summary>
    public ImmutableDictionary<IPAddress, ImmutableArray<AddressClaim>> VirtualAddresses { get; init; } = ImmutableDictionary<IPAddress, ImmutableArray<AddressClaim>>.Empty;

    /// <summary>Names of domain nodes.</summary>
    public ImmutableDictionary<string, EntryId> Nodes { get; init; } = ImmutableDictionary.Create<string, EntryId>(StringComparer.Ordinal);

    /// <summary>How many domain nodes lie below a name.</summary>
    public ImmutableDictionary<string, int> NodesBelow { get; init; } = ImmutableDictionary.Create<string, int>(StringComparer.Ordinal);

    public ImmutableDictionary<EntryId, ImmutableArray<DirectoryProblem>> Problems { get; init; } = ImmutableDictionary<EntryId, ImmutableArray<DirectoryProblem>>.Empty;

    /// <summary>Claims of several entries, by what they claim.</summary>
    public ImmutableDictionary<string, ImmutableArray<DirectoryProblem>> Conflicts { get; init; } = ImmutableDictionary.Create<string, ImmutableArray<DirectoryProblem>>(StringComparer.Ordinal);

    public int Users { get; init; }
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
