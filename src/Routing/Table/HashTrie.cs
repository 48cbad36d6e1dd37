using System.Runtime.CompilerServices;

namespace DirMail.Routing.Table;

/// <summary>How items of a trie are known: the item holds its own key.</summary>
internal interface IKeyed<TKey, TItem>
{
    static abstract TKey KeyOf(TItem item);
    static abstract bool Same(TKey left, TKey right);
    static abstract int HashOf(TKey key);
}

/// <summary>
/// A persistent hash trie: a change copies the path to one leaf (about four small nodes in a million) and shares the rest, so a snapshot costs O(change).
/// Items are leaves themselves, 8 octets a slot and no node of their own: a million entries with five indexes would not fit in balanced trees.
/// A slot holds a node or an item and nothing else, so what is no node is taken for an item without asking: a check of the item's type would cost more than the step.
/// Within one batch the nodes made under its <c>owner</c> are changed in place; nobody else sees them until the batch is published.
/// </summary>
internal readonly struct HashTrie<TKey, TItem, TBy>
    where TItem : class
    where TBy : IKeyed<TKey, TItem>
{
    private const int Bits = 5;
    private const int LastShift = 30;

    private readonly TrieNode? _root;

    private HashTrie(TrieNode? root, int count)
    {
        _root = root;
        Count = count;
    }

    public int Count { get; }

    public TItem? Find(TKey key)
    {
        TrieNode? node = _root;
        int hash = TBy.HashOf(key);
        for (int shift = 0; node is not null; shift += Bits)
        {
            if (shift > LastShift)
                return node.Slots.Cast<TItem>().FirstOrDefault(i => TBy.Same(TBy.KeyOf(i), key));
            uint bit = 1u << ((hash >>> shift) & 31);
            if ((node.Map & bit) == 0)
                return null;
            object slot = node.Slots[node.Index(bit)];
            node = slot as TrieNode;
            if (node is null)
                return TBy.Same(TBy.KeyOf(Unsafe.As<TItem>(slot)), key) ? Unsafe.As<TItem>(slot) : null;
        }
        return null;
    }

    /// <summary>Adds the item, or puts it in the place of the one with its key.</summary>
    public HashTrie<TKey, TItem, TBy> With(TItem item, object owner)
    {
        bool isNew = false;
        TrieNode root = Put(_root ?? new TrieNode(owner), item, 0, owner, ref isNew);
        return new(root, Count + (isNew ? 1 : 0));
    }

    public HashTrie<TKey, TItem, TBy> Without(TKey key, object owner)
    {
        if (_root is null || Find(key) is null)
            return this;
        return Count == 1 ? default : new(Take(_root, key, 0, owner), Count - 1);
    }

    public IEnumerable<TItem> Items => _root is null ? [] : Walk(_root);

    private static IEnumerable<TItem> Walk(TrieNode node)
    {
        foreach (object slot in node.Slots)
            if (slot is TrieNode inner)
                foreach (TItem below in Walk(inner))
                    yield return below;
            else
                yield return (TItem)slot;
    }

    private static TrieNode Put(TrieNode node, TItem item, int shift, object owner, ref bool isNew)
    {
        if (shift > LastShift)
            return PutColliding(node, item, owner, ref isNew);
        uint bit = 1u << ((TBy.HashOf(TBy.KeyOf(item)) >>> shift) & 31);
        int at = node.Index(bit);
        if ((node.Map & bit) == 0)
        {
            isNew = true;
            return node.Insert(at, bit, item, owner);
        }
        object slot = node.Slots[at];
        if (slot is TrieNode below)
            return node.Replace(at, Put(below, item, shift + Bits, owner, ref isNew), owner);
        if (TBy.Same(TBy.KeyOf(Unsafe.As<TItem>(slot)), TBy.KeyOf(item)))
            return node.Replace(at, item, owner);
        TrieNode split = Put(new TrieNode(owner), (TItem)slot, shift + Bits, owner, ref isNew);
        return node.Replace(at, Put(split, item, shift + Bits, owner, ref isNew), owner);
    }

    private static TrieNode PutColliding(TrieNode node, TItem item, object owner, ref bool isNew)
    {
        int at = Array.FindIndex(node.Slots, s => TBy.Same(TBy.KeyOf((TItem)s), TBy.KeyOf(item)));
        isNew = at < 0;
        return at < 0 ? node.Insert(node.Slots.Length, 0, item, owner) : node.Replace(at, item, owner);
    }

    /// <summary>The key is known to be there.</summary>
    private static TrieNode Take(TrieNode node, TKey key, int shift, object owner)
    {
        if (shift > LastShift)
            return node.Remove(Array.FindIndex(node.Slots, s => TBy.Same(TBy.KeyOf((TItem)s), key)), 0, owner);
        uint bit = 1u << ((TBy.HashOf(key) >>> shift) & 31);
        int at = node.Index(bit);
        if (node.Slots[at] is not TrieNode below)
            return node.Remove(at, bit, owner);
        TrieNode rest = Take(below, key, shift + Bits, owner);
        return node.Replace(at, rest.Slots is [TItem only] ? only : rest, owner);
    }
}
