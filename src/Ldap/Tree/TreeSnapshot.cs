using System.Collections.Immutable;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree;

/// <summary>An entry and the normal names of the entries right below it.</summary>
internal sealed record TreeNode(TreeEntry Entry, ImmutableSortedSet<string> Children);

/// <summary>
/// The whole tree at one moment; immutable, so that a search reads one state while writes go on. A write makes the next one by path copying.
/// </summary>
internal sealed record TreeSnapshot
{
    public static readonly ImmutableSortedSet<string> NoNames = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    public static TreeSnapshot Empty { get; } = new();

    /// <summary>By normal form of the name.</summary>
    public ImmutableDictionary<string, TreeNode> Nodes { get; init; } = ImmutableDictionary.Create<string, TreeNode>(StringComparer.Ordinal);

    /// <summary>The naming contexts: entries with none above.</summary>
    public ImmutableSortedSet<string> Roots { get; init; } = NoNames;

    public TreeIndex Index { get; init; } = TreeIndex.Empty;

    /// <summary>contextCSN: the last change in it.</summary>
    public string Csn { get; init; } = Tree.Csn.None;

    /// <summary>Number of the last change in it, counted since the process started.</summary>
    public long Sequence { get; init; }

    public int Count => Nodes.Count;

    public TreeNode? Find(Dn dn) => Nodes.GetValueOrDefault(dn.Normal);
    public TreeEntry? Entry(Dn dn) => Find(dn)?.Entry;
    public TreeEntry? Entry(string normal) => Nodes.GetValueOrDefault(normal)?.Entry;

    /// <summary>The naming context that holds a name, or null.</summary>
    public string? RootOf(string normal)
    {
        foreach (string root in Roots)
            if (Dn.IsWithin(normal, root))
                return root;
        return null;
    }

    public TreeSnapshot Add(TreeEntry entry, DirectorySchema schema)
    {
        string name = entry.Dn.Normal;
        string above = Above(name);
        bool isRoot = !Nodes.TryGetValue(above, out TreeNode? parent);
        var nodes = Nodes.Add(name, new TreeNode(entry, NoNames));
        if (!isRoot)
            nodes = nodes.SetItem(above, parent! with { Children = parent.Children.Add(name) });
        return this with { Nodes = nodes, Roots = isRoot ? Roots.Add(name) : Roots, Index = Index.After(null, entry, schema) };
    }

    public TreeSnapshot Replace(TreeEntry entry, DirectorySchema schema)
    {
        TreeNode node = Nodes[entry.Dn.Normal];
        return this with { Nodes = Nodes.SetItem(entry.Dn.Normal, node with { Entry = entry }), Index = Index.After(node.Entry, entry, schema) };
    }

    /// <summary>Takes a leaf away.</summary>
    public TreeSnapshot Remove(TreeEntry entry, DirectorySchema schema)
    {
        string name = entry.Dn.Normal;
        string above = Above(name);
        var nodes = Nodes.Remove(name);
        if (nodes.TryGetValue(above, out TreeNode? parent))
            nodes = nodes.SetItem(above, parent with { Children = parent.Children.Remove(name) });
        return this with { Nodes = nodes, Roots = Roots.Remove(name), Index = Index.After(entry, null, schema) };
    }

    /// <summary>The entry and all below it, parents first. Lazy: the cost follows what is taken.</summary>
    public IEnumerable<TreeNode> Subtree(string normal)
    {
        var waiting = new Stack<string>([normal]);
        while (waiting.TryPop(out string? name))
        {
            TreeNode node = Nodes[name];
            yield return node;
            foreach (string child in node.Children.Reverse())
                waiting.Push(child);
        }
    }

    public static string Above(string normal) => normal.IndexOf(',') is var comma and >= 0 ? normal[(comma + 1)..] : "";
}
