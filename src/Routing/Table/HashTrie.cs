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

    internal HashTrie(TrieNode? root, int count)
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
                return IndexIn(node, key) is var found and >= 0 ? (TItem)node[found] : null;
            uint bit = 1u << ((hash >>> shift) & 31);
            if ((node.Map & bit) == 0)
                return null;
            object slot = node[node.Index(bit)];
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
        TKey key = TBy.KeyOf(item);
        TrieNode root = Put(_root ?? new TrieNode(owner), new(item, key, TBy.HashOf(key), owner), 0, ref isNew);
        return new(root, Count + (isNew ? 1 : 0));
    }

    /// <summary>The same, unless one with its key is there.</summary>
    public bool TryAdd(TItem item, object owner, out HashTrie<TKey, TItem, TBy> with)
    {
        bool isNew = false;
        TKey key = TBy.KeyOf(item);
        TrieNode root = Put(_root ?? new TrieNode(owner), new(item, key, TBy.HashOf(key), owner) { IsNew = true }, 0, ref isNew);
        with = isNew ? new(root, Count + 1) : this;
        return isNew;
    }

    /// <summary>The same of many at once. Those that are more than what is there make a new trie with it; few are added one by one.</summary>
    /// <param name="items">Put in another order.</param>
    /// <param name="again">Gets those whose key is there, or in one before them: they are left out.</param>
    public HashTrie<TKey, TItem, TBy> WithAll(TItem[] items, object owner, List<TItem> again)
    {
        if (items.Length > Count)
            return TrieLoad<TKey, TItem, TBy>.Of(Count == 0 ? items : [.. Items.ToArray(), .. items], owner, again);
        HashTrie<TKey, TItem, TBy> with = this;
        foreach (TItem item in items)
            if (!with.TryAdd(item, owner, out with))
                again.Add(item);
        return with;
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
        for (int i = 0; i < node.Count; i++)
            if (node[i] is TrieNode inner)
                foreach (TItem below in Walk(inner))
                    yield return below;
            else
                yield return (TItem)node[i];
    }

    private static TrieNode Put(TrieNode node, in Putting put, int shift, ref bool isNew)
    {
        if (shift > LastShift)
            return PutColliding(node, put, ref isNew);
        uint bit = 1u << ((put.Hash >>> shift) & 31);
        int at = node.Index(bit);
        if ((node.Map & bit) == 0)
        {
            isNew = true;
            return node.Insert(at, bit, put.Item, put.Owner);
        }
        object slot = node[at];
        if (slot is TrieNode below)
            return node.Replace(at, Put(below, put, shift + Bits, ref isNew), put.Owner);
        TItem there = Unsafe.As<TItem>(slot);
        TKey key = TBy.KeyOf(there);
        if (TBy.Same(key, put.Key))
            return put.IsNew ? node : node.Replace(at, put.Item, put.Owner);
        TrieNode split = Put(new TrieNode(put.Owner), new(there, key, TBy.HashOf(key), put.Owner), shift + Bits, ref isNew);
        return node.Replace(at, Put(split, put, shift + Bits, ref isNew), put.Owner);
    }

    private static TrieNode PutColliding(TrieNode node, in Putting put, ref bool isNew)
    {
        int at = IndexIn(node, put.Key);
        isNew = at < 0;
        return at < 0 ? node.Insert(node.Count, 0, put.Item, put.Owner) : put.IsNew ? node : node.Replace(at, put.Item, put.Owner);
    }

    /// <summary>The key is known to be there.</summary>
    private static TrieNode Take(TrieNode node, TKey key, int shift, object owner)
    {
        if (shift > LastShift)
            return node.Remove(IndexIn(node, key), 0, owner);
        uint bit = 1u << ((TBy.HashOf(key) >>> shift) & 31);
        int at = node.Index(bit);
        if (node[at] is not TrieNode below)
            return node.Remove(at, bit, owner);
        TrieNode rest = Take(below, key, shift + Bits, owner);
        return node.Replace(at, rest.Count == 1 && rest[0] is TItem only ? only : rest, owner);
    }

    /// <summary>Among items whose hashes are the same; -1: not there.</summary>
    private static int IndexIn(TrieNode node, TKey key)
    {
        for (int i = 0; i < node.Count; i++)
            if (TBy.Same(TBy.KeyOf((TItem)node[i]), key))
                return i;
        return -1;
    }

    /// <summary>Its key and hash are worked out once, not on every level.</summary>
    private readonly record struct Putting(TItem Item, TKey Key, int Hash, object Owner)
    {
        /// <summary>Whoever is there stays.</summary>
        public bool IsNew { get; init; }
    }
}
