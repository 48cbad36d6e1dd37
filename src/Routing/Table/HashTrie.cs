using System.Runtime.CompilerServices;

namespace DirMail.Routing.Table;

/// <summary>How items of a trie are known: the item holds its own key.</summary>
internal interface IKeyed<TKey, TItem>
{
    static abstract TKey KeyOf(TItem item);
    static abstract bool Same(TKey left, TKey right);

    /// <summary>Alike in all bits: where an item lies is guessed from the highest ones.</summary>
    static abstract int HashOf(TKey key);
}

/// <summary>
/// A persistent hash trie: a change copies the path to one leaf and shares the rest, so a snapshot costs O(change). A leaf is an array of items in the order of their hashes, 16 octets
/// each and no node of its own: a million entries with five indexes would not fit in balanced trees. Up to a hundred items are one leaf, and a lookup is one step: from the
/// hash to about where the item lies, and from there to the item. Each step may be one to memory, which costs more than all there is to compute.
/// Within one batch the branches made under its <c>owner</c> are changed in place; nobody else sees them until the batch is published.
/// </summary>
internal readonly struct HashTrie<TKey, TItem, TBy>
    where TItem : class
    where TBy : IKeyed<TKey, TItem>
{
    /// <summary>A <see cref="TrieBranch"/>, a leaf (<see cref="TrieSlot"/>[], never empty), or null.</summary>
    private readonly object? _root;

    internal HashTrie(object? root, int count)
    {
        _root = root;
        Count = count;
    }

    public int Count { get; }

    public TItem? Find(TKey key) => Find(key, TBy.HashOf(key));

    /// <param name="hash">Of the key: for who has it before there is a trie to look in.</param>
    public TItem? Find(TKey key, int hash)
    {
        object? node = _root;
        int count = Count, shift = 0;
        for (; node is TrieBranch branch; shift += TrieBranch.Bits)
        {
            TrieChild child = branch[TrieBranch.IndexOf((uint)hash, shift)];
            (node, count) = (child.Node, child.Count);
        }
        if (node is not TrieSlot[] leaf)
            return null;
        int at = IndexIn(leaf, count, key, (uint)hash, shift);
        return at < 0 ? null : Unsafe.As<TItem>(leaf[at].Item);
    }

    /// <summary>Adds the item, or puts it in the place of the one with its key.</summary>
    public HashTrie<TKey, TItem, TBy> With(TItem item, object owner)
    {
        bool isNew = false;
        TKey key = TBy.KeyOf(item);
        object root = Put(_root, new(item, key, (uint)TBy.HashOf(key), owner), 0, ref isNew);
        return new(root, Count + (isNew ? 1 : 0));
    }

    /// <summary>The same, unless one with its key is there.</summary>
    public bool TryAdd(TItem item, object owner, out HashTrie<TKey, TItem, TBy> with)
    {
        bool isNew = false;
        TKey key = TBy.KeyOf(item);
        object root = Put(_root, new(item, key, (uint)TBy.HashOf(key), owner) { IsNew = true }, 0, ref isNew);
        with = isNew ? new(root, Count + 1) : this;
        return isNew;
    }

    /// <summary>The same of many at once. Those that are more than what is there make a new trie with it; few are added one by one.</summary>
    /// <param name="again">Gets those whose key is there, or in one before them: they are left out.</param>
    public HashTrie<TKey, TItem, TBy> WithAll(TItem[] items, object owner, List<TItem> again)
    {
        if (items.Length > Count)
            return TrieLoad<TKey, TItem, TBy>.Of(Count == 0 ? items : [.. Items, .. items], owner, again);
        HashTrie<TKey, TItem, TBy> with = this;
        foreach (TItem item in items)
            if (!with.TryAdd(item, owner, out with))
                again.Add(item);
        return with;
    }

    public HashTrie<TKey, TItem, TBy> Without(TKey key, object owner) =>
        Find(key) is null ? this : new(Take(_root!, key, (uint)TBy.HashOf(key), 0, owner), Count - 1);

    public IEnumerable<TItem> Items => Walk(_root);

    private static IEnumerable<TItem> Walk(object? node)
    {
        if (node is TrieSlot[] leaf)
            foreach (TrieSlot slot in leaf)
                yield return (TItem)slot.Item;
        else if (node is TrieBranch branch)
            for (int at = 0; at < 1 << TrieBranch.Bits; at++)
                foreach (TItem item in Walk(branch[at].Node))
                    yield return item;
    }

    private static object Put(object? node, in Putting put, int shift, ref bool isNew)
    {
        if (node is TrieBranch branch)
        {
            int child = TrieBranch.IndexOf(put.Hash, shift);
            return branch.With(child, Put(branch[child].Node, put, shift + TrieBranch.Bits, ref isNew), put.Owner);
        }
        TrieSlot[] leaf = (TrieSlot[]?)node ?? [];
        int at = IndexIn(leaf, leaf.Length, put.Key, put.Hash, shift);
        if (at >= 0)
            return put.IsNew ? leaf : (TrieSlot[])[.. leaf.AsSpan(..at), put.Slot, .. leaf.AsSpan((at + 1)..)];
        isNew = true;
        return TrieBranch.Of([.. leaf.AsSpan(..~at), put.Slot, .. leaf.AsSpan(~at..)], shift, put.Owner);
    }

    /// <summary>The key is known to be there.</summary>
    private static object? Take(object node, TKey key, uint hash, int shift, object owner)
    {
        if (node is TrieBranch branch)
        {
            int child = TrieBranch.IndexOf(hash, shift);
            object? rest = Take(branch[child].Node!, key, hash, shift + TrieBranch.Bits, owner);
            branch = branch.With(child, rest, owner);
            return rest is null ? branch.Gathered() : branch;
        }
        var leaf = (TrieSlot[])node;
        int at = IndexIn(leaf, leaf.Length, key, hash, shift);
        return leaf.Length == 1 ? null : (TrieSlot[])[.. leaf.AsSpan(..at), .. leaf.AsSpan((at + 1)..)];
    }

    /// <summary>Where the key is in a leaf; else the complement of where it would be. Hashes are spread evenly, so it lies a few slots from where its own says.</summary>
    private static int IndexIn(TrieSlot[] leaf, int count, TKey key, uint hash, int shift)
    {
        int at = shift > TrieBranch.LastShift ? 0 : (int)(((ulong)(hash << shift) * (uint)count) >> 32);
        while (at < count && leaf[at].Hash < hash)
            at++;
        while (at > 0 && leaf[at - 1].Hash >= hash)
            at--;
        for (; at < count && leaf[at].Hash == hash; at++)
            if (TBy.Same(TBy.KeyOf(Unsafe.As<TItem>(leaf[at].Item)), key))
                return at;
        return ~at;
    }

    /// <summary>Its key and hash are worked out once, not on every level.</summary>
    private readonly record struct Putting(TItem Item, TKey Key, uint Hash, object Owner)
    {
        /// <summary>Whoever is there stays.</summary>
        public bool IsNew { get; init; }

        public TrieSlot Slot => new(Hash, Item);
    }
}
