using System.Buffers;

namespace DirMail.Routing.Table;

/// <summary>
/// Makes a trie of many items at once: they are put in the order of their hashes, level by level, and then each node is made once and in its size. Large ones on all cores.
/// </summary>
internal sealed class TrieLoad<TKey, TItem, TBy>
    where TItem : class
    where TBy : IKeyed<TKey, TItem>
{
    private const int Bits = 5;
    private const int Slots = 1 << Bits;
    private const int LastShift = 30;
    private const int Large = 20_000;

    private readonly object _owner;
    private readonly List<TItem> _again;
    private readonly (TItem[] Items, int[] Hashes) _one, _other;

    private TrieLoad(TItem[] items, object owner, List<TItem> again)
    {
        (_owner, _again) = (owner, again);
        _one = (items, ArrayPool<int>.Shared.Rent(items.Length));
        _other = (ArrayPool<TItem>.Shared.Rent(items.Length), ArrayPool<int>.Shared.Rent(items.Length));
        for (int i = 0; i < items.Length; i++)
            _one.Hashes[i] = TBy.HashOf(TBy.KeyOf(items[i]));
    }

    private void Return()
    {
        ArrayPool<int>.Shared.Return(_one.Hashes);
        ArrayPool<int>.Shared.Return(_other.Hashes);
        ArrayPool<TItem>.Shared.Return(_other.Items, clearArray: true);
    }

    /// <param name="items">Put in another order.</param>
    /// <param name="again">Gets those whose key an item before them has: they are left out.</param>
    public static HashTrie<TKey, TItem, TBy> Of(TItem[] items, object owner, List<TItem> again)
    {
        if (items.Length == 0)
            return default;
        int before = again.Count;
        var load = new TrieLoad<TKey, TItem, TBy>(items, owner, again);
        object root = load.Make(0, items.Length, 0, isOther: false);
        load.Return();
        return new(root as TrieNode ?? Alone((TItem)root, owner), items.Length - (again.Count - before));
    }

    private static TrieNode Alone(TItem item, object owner)
    {
        var node = TrieNode.WithRoom(1, owner);
        node.Append(1u << (TBy.HashOf(TBy.KeyOf(item)) & (Slots - 1)), item);
        return node;
    }

    /// <summary>A node of those items, which have the hash bits below the shift in common; or the item, when one is left.</summary>
    /// <param name="isOther">In which of the two arrays they are.</param>
    private object Make(int from, int count, int shift, bool isOther)
    {
        (TItem[] items, int[] hashes) = isOther ? _other : _one;
        if (count == 1)
            return items[from];
        if (shift > LastShift)
            return Colliding(items.AsSpan(from, count));
        Span<int> ends = stackalloc int[Slots];
        Sort(from, count, shift, isOther, ends);
        int made = 0;
        for (int slot = 0, start = 0; slot < Slots; start = ends[slot++])
            made += ends[slot] > start ? 1 : 0;
        object?[]? below = count < Large ? null : MakeBelow(from, ends.ToArray(), shift, isOther);
        var node = TrieNode.WithRoom(made, _owner);
        for (int slot = 0, start = 0; slot < Slots; start = ends[slot++])
            if (ends[slot] > start)
                node.Append(1u << slot, below?[slot] ?? Make(from + start, ends[slot] - start, shift + Bits, !isOther));
        return made == 1 && node[0] is TItem only ? only : node;
    }

    private object?[] MakeBelow(int from, int[] ends, int shift, bool isOther)
    {
        object?[] below = new object?[Slots];
        Parallel.For(0, Slots, slot =>
        {
            int start = slot == 0 ? 0 : ends[slot - 1];
            if (ends[slot] > start)
                below[slot] = Make(from + start, ends[slot] - start, shift + Bits, !isOther);
        });
        return below;
    }

    /// <summary>Into the other array, by the next bits of the hash; those with the same bits keep their order.</summary>
    private void Sort(int from, int count, int shift, bool isOther, Span<int> ends)
    {
        (TItem[] items, int[] hashes) = isOther ? _other : _one;
        (TItem[] sortedItems, int[] sortedHashes) = isOther ? _one : _other;
        Span<TItem> to = sortedItems.AsSpan(from, count);
        Span<int> at = stackalloc int[Slots];
        ends.Clear();
        foreach (int hash in hashes.AsSpan(from, count))
            ends[(hash >>> shift) & (Slots - 1)]++;
        for (int slot = 0, sum = 0; slot < Slots; slot++)
        {
            at[slot] = sum;
            ends[slot] = sum += ends[slot];
        }
        for (int i = from; i < from + count; i++)
        {
            int place = at[(hashes[i] >>> shift) & (Slots - 1)]++;
            to[place] = items[i];
            sortedHashes[from + place] = hashes[i];
        }
    }

    /// <summary>All hash bits are the same.</summary>
    private object Colliding(Span<TItem> items)
    {
        var kept = new List<TItem>(items.Length);
        foreach (TItem item in items)
            if (kept.Exists(k => TBy.Same(TBy.KeyOf(k), TBy.KeyOf(item))))
                lock (_again)
                    _again.Add(item);
            else
                kept.Add(item);
        if (kept.Count == 1)
            return kept[0];
        var node = TrieNode.WithRoom(kept.Count, _owner);
        foreach (TItem item in kept)
            node.Append(0, item);
        return node;
    }
}
