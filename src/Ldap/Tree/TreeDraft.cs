using System.Collections.Immutable;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree;

/// <summary>A tree while its entries are read from disk, parents first: made in place and then a <see cref="TreeSnapshot"/> once, which is many times quicker than a snapshot an entry.</summary>
internal sealed class TreeDraft(DirectorySchema schema)
{
    private readonly Dictionary<string, (TreeEntry Entry, List<string>? Below)> _nodes = new(StringComparer.Ordinal);
    private readonly List<string> _roots = [];
    private readonly HashSet<Guid> _uuids = [];
    private readonly HashSet<(AttributeType, string)> _unique = [];

    /// <summary>Null when it fits, else why not.</summary>
    public string? Add(TreeEntry entry)
    {
        string name = entry.Dn.Normal;
        if (!_nodes.TryAdd(name, (entry, null)))
            return $"{entry.Dn} is there twice";
        if (!_uuids.Add(entry.Uuid))
            return $"entryUUID of {entry.Dn} belongs to another entry";
        foreach ((AttributeType type, _, string key) in UniqueValues.Of(entry, schema))
            if (!_unique.Add((type, key)))
                return $"{type.Name} of {entry.Dn} belongs to another entry";
        string above = TreeSnapshot.Above(name);
        if (!_nodes.TryGetValue(above, out (TreeEntry Entry, List<string>? Below) parent))
            _roots.Add(name);
        else if (parent.Below is not null)
            parent.Below.Add(name);
        else
            _nodes[above] = (parent.Entry, [name]);
        return null;
    }

    public TreeSnapshot ToSnapshot() => new()
    {
        Nodes = _nodes.ToImmutableDictionary(n => n.Key, n => new TreeNode(n.Value.Entry, Sorted(n.Value.Below)), StringComparer.Ordinal),
        Roots = Sorted(_roots),
        Index = TreeIndex.Of(_nodes.Values.Select(n => n.Entry), schema),
    };

    private static ImmutableSortedSet<string> Sorted(List<string>? names) => names is null ? TreeSnapshot.NoNames : ImmutableSortedSet.CreateRange(StringComparer.Ordinal, names);
}
