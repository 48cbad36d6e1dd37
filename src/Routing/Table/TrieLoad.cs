using System.Buffers;

namespace DirMail.Routing.Table;

/// <summary>Makes a trie of many items at once: they are put in the order of their hashes, and then each node is made once and in its size. Large ones on all cores.</summary>
internal sealed class TrieLoad<TKey, TItem, TBy>
    where TItem : class
    where TBy : IKeyed<TKey, TItem>
{
    private const int Large = 20_000;

    private readonly TItem[] _items;
    private readonly object _owner;
    private readonly List<TItem> _again;

    private TrieLoad(TItem[] items, object owner, List<TItem> again) => (_items, _owner, _again) = (items, owner, again);

    /// <param name="again">Gets those whose key an item before them has: they are left out.</param>
    public static HashTrie<TKey, TItem, TBy> Of(TItem[] items, object owner, List<TItem> again)
    {
        int before = again.Count;
        object? root = new TrieLoad<TKey, TItem, TBy>(items, owner, again).Root();
        return new(root, items.Length - (again.Count - before));
    }

    private object? Root()
    {
        ulong[] order = GC.AllocateUninitializedArray<ulong>(_items.Length);
        for (int i = 0; i < _items.Length; i++)
            order[i] = ((ulong)(uint)TBy.HashOf(TBy.KeyOf(_items[i])) << 32) | (uint)i;
        return _items.Length < Large ? Node(order, 0) : Branch(order);
    }

    /// <param name="order">Of some items: hashes above, which item below.</param>
    private object? Node(Span<ulong> order, int shift)
    {
        if (order.IsEmpty)
            return null;
        order.Sort();
        TrieSlot[] slots = ArrayPool<TrieSlot>.Shared.Rent(order.Length);
        int count = 0;
        foreach (ulong next in order)
        {
            var slot = new TrieSlot((uint)(next >> 32), _items[(int)(uint)next]);
            if (!IsThere(slots.AsSpan(0, count), slot))
                slots[count++] = slot;
            else
                lock (_again)
                    _again.Add((TItem)slot.Item);
        }
        object node = TrieBranch.Of(slots.AsSpan(0, count), shift, _owner);
        ArrayPool<TrieSlot>.Shared.Return(slots, clearArray: true);
        return node;
    }

    private static bool IsThere(ReadOnlySpan<TrieSlot> before, TrieSlot slot)
    {
        for (int i = before.Length - 1; i >= 0 && before[i].Hash == slot.Hash; i--)
            if (TBy.Same(TBy.KeyOf((TItem)before[i].Item), TBy.KeyOf((TItem)slot.Item)))
                return true;
        return false;
    }

    /// <summary>Those of each child of the root are brought together, and each child is made on the next free core.</summary>
    private TrieBranch Branch(ulong[] order)
    {
        const int Children = 1 << TrieBranch.Bits;
        ulong[] byChild = GC.AllocateUninitializedArray<ulong>(order.Length);
        int[] starts = new int[Children + 1];
        foreach (ulong next in order)
            starts[TrieBranch.IndexOf((uint)(next >> 32), 0) + 1]++;
        for (int child = 0; child < Children; child++)
            starts[child + 1] += starts[child];
        int[] ends = [.. starts];
        foreach (ulong next in order)
            byChild[ends[TrieBranch.IndexOf((uint)(next >> 32), 0)]++] = next;
        object?[] made = new object?[Children];
        Parallel.For(0, Children, child => made[child] = Node(byChild.AsSpan(starts[child]..starts[child + 1]), TrieBranch.Bits));
        var root = new TrieBranch(_owner);
        for (int child = 0; child < Children; child++)
            root = root.With(child, made[child], _owner);
        return root;
    }
}
