using System.Runtime.CompilerServices;

namespace DirMail.Routing.Table;

/// <summary>An item of a leaf of a <see cref="HashTrie{TKey,TItem,TBy}"/>, with its hash: a lookup goes to the one item that is meant and not to its neighbours.</summary>
internal readonly record struct TrieSlot(uint Hash, object Item);

/// <summary>A branch, a leaf or nothing; with the length of the leaf, so that a lookup knows where in it to look before any of it has come from memory.</summary>
internal readonly struct TrieChild(object? node)
{
    public object? Node { get; } = node;
    public int Count { get; } = node is TrieSlot[] leaf ? leaf.Length : 0;
}

/// <summary>A node of a <see cref="HashTrie{TKey,TItem,TBy}"/> with more items than a leaf has: a branch or a leaf for each value of the next bits of the hash, from the highest down.</summary>
internal sealed class TrieBranch(object owner)
{
    public const int Bits = 5;

    /// <summary>Below that all bits are used up.</summary>
    public const int LastShift = 30;

    /// <summary>A leaf is copied with each change, so it must not be large; and the larger, the fewer steps there are to an item.</summary>
    private const int MostInLeaf = 128;

    private const int FewLeft = MostInLeaf / 4;

    private readonly object _owner = owner;
    private Children _children;

    public TrieChild this[int at] => _children[at];

    public static int IndexOf(uint hash, int shift) => (int)((hash << shift) >> (32 - Bits));

    /// <summary>A leaf of items in the order of their hashes; or a branch, when they are too many.</summary>
    public static object Of(ReadOnlySpan<TrieSlot> sorted, int shift, object owner)
    {
        if (sorted.Length <= MostInLeaf || shift > LastShift)
            return sorted.ToArray();
        var branch = new TrieBranch(owner);
        for (int from = 0, end = 0; from < sorted.Length; from = end)
        {
            int at = IndexOf(sorted[from].Hash, shift);
            while (end < sorted.Length && IndexOf(sorted[end].Hash, shift) == at)
                end++;
            branch._children[at] = new(Of(sorted[from..end], shift + Bits, owner));
        }
        return branch;
    }

    /// <summary>The owner's own branch is changed in place; of another one a copy is.</summary>
    public TrieBranch With(int at, object? child, object owner)
    {
        if (ReferenceEquals(_children[at].Node, child))
            return this;
        TrieBranch own = ReferenceEquals(_owner, owner) ? this : new(owner) { _children = _children };
        own._children[at] = new(child);
        return own;
    }

    /// <summary>One leaf, when few items are left; null: none is.</summary>
    public object? Gathered()
    {
        List<TrieSlot> left = [];
        foreach (TrieChild child in _children)
            if (child.Node is TrieBranch || left.Count > FewLeft)
                return this;
            else if (child.Node is TrieSlot[] leaf)
                left.AddRange(leaf);
        return left.Count > FewLeft ? this : left.Count == 0 ? null : left.ToArray();
    }

    [InlineArray(1 << Bits)]
    private struct Children
    {
        private TrieChild _child;
    }
}
