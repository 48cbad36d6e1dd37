using System.Numerics;

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
/// Within one batch the nodes made under its <c>owner</c> are changed in place; nobody else sees them until the batch is published.
/// </summary>
internal readonly struct HashTrie<TKey, TItem, TBy>
    where TItem : class
    where TBy : IKeyed<TKey, TItem>
{
    private const int Bits = 5;
    private const int LastShift = 30;

    private readonly Node? _root;

    private HashTrie(Node? root, int count)
    {
        _root = root;
        Count = count;
    }

    public int Count { get; }

    public TItem? Find(TKey key)
    {
        Node? node = _root;
        int hash = TBy.HashOf(key);
        for (int shift = 0; node is not null; shift += Bits)
        {
            if (shift > LastShift)
                return node.Slots.Cast<TItem>().FirstOrDefault(i => TBy.Same(TBy.KeyOf(i), key));
            uint bit = 1u << ((hash >>> shift) & 31);
            if ((node.Map & bit) == 0)
                return null;
            object slot = node.Slots[node.Index(bit)];
            if (slot is TItem item)
                return TBy.Same(TBy.KeyOf(item), key) ? item : null;
            node = (Node)slot;
        }
        return null;
    }

    /// <summary>Adds the item, or puts it in the place of the one with its key.</summary>
    public HashTrie<TKey, TItem, TBy> With(TItem item, object owner)
    {
        bool isNew = false;
        Node root = Put(_root ?? new Node(owner), item, 0, owner, ref isNew);
        return new(root, Count + (isNew ? 1 : 0));
    }

    public HashTrie<TKey, TItem, TBy> Without(TKey key, object owner)
    {
        if (_root is null || Find(key) is null)
            return this;
        return Count == 1 ? default : new(Take(_root, key, 0, owner), Count - 1);
    }

    public IEnumerable<TItem> Items => _root is null ? [] : Walk(_root);

    private static IEnumerable<TItem> Walk(Node node)
    {
        foreach (object slot in node.Slots)
            if (slot is TItem item)
                yield return item;
            else
                foreach (TItem below in Walk((Node)slot))
                    yield return below;
    }

    private static Node Put(Node node, TItem item, int shift, object owner, ref bool isNew)
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
        if (slot is Node below)
            return node.Replace(at, Put(below, item, shift + Bits, owner, ref isNew), owner);
        if (TBy.Same(TBy.KeyOf((TItem)slot), TBy.KeyOf(item)))
            return node.Replace(at, item, owner);
        Node split = Put(new Node(owner), (TItem)slot, shift + Bits, owner, ref isNew);
        return node.Replace(at, Put(split, item, shift + Bits, owner, ref isNew), owner);
    }

    private static Node PutColliding(Node node, TItem item, object owner, ref bool isNew)
    {
        int at = Array.FindIndex(node.Slots, s => TBy.Same(TBy.KeyOf((TItem)s), TBy.KeyOf(item)));
        isNew = at < 0;
        return at < 0 ? node.Insert(node.Slots.Length, 0, item, owner) : node.Replace(at, item, owner);
    }

    /// <summary>The key is known to be there.</summary>
    private static Node Take(Node node, TKey key, int shift, object owner)
    {
        if (shift > LastShift)
            return node.Remove(Array.FindIndex(node.Slots, s => TBy.Same(TBy.KeyOf((TItem)s), key)), 0, owner);
        uint bit = 1u << ((TBy.HashOf(key) >>> shift) & 31);
        int at = node.Index(bit);
        if (node.Slots[at] is not Node below)
            return node.Remove(at, bit, owner);
        Node rest = Take(below, key, shift + Bits, owner);
        return node.Replace(at, rest.Slots is [TItem only] ? only : rest, owner);
    }

    private sealed class Node(object owner)
    {
        private readonly object _owner = owner;

        public uint Map { get; private set; }
        public object[] Slots { get; private set; } = [];

        public int Index(uint bit) => BitOperations.PopCount(Map & (bit - 1));

        public Node Insert(int at, uint bit, object slot, object owner) => Changed([.. Slots.AsSpan(0, at), slot, .. Slots.AsSpan(at)], Map | bit, owner);

        public Node Remove(int at, uint bit, object owner) => Changed([.. Slots.AsSpan(0, at), .. Slots.AsSpan(at + 1)], Map & ~bit, owner);

        public Node Replace(int at, object slot, object owner)
        {
            if (ReferenceEquals(Slots[at], slot))
                return this;
            if (!ReferenceEquals(_owner, owner))
                return Changed([.. Slots.AsSpan(0, at), slot, .. Slots.AsSpan(at + 1)], Map, owner);
            Slots[at] = slot;
            return this;
        }

        private Node Changed(object[] slots, uint map, object owner)
        {
            Node node = ReferenceEquals(_owner, owner) ? this : new Node(owner);
            node.Slots = slots;
            node.Map = map;
            return node;
        }
    }
}
