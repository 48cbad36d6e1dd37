using System.Numerics;

namespace DirMail.Routing.Table;

/// <summary>A node of a <see cref="HashTrie{TKey,TItem,TBy}"/>: one slot for each bit of the map. Below the last level of hash bits the map is empty and items lie side by side.</summary>
internal sealed class TrieNode(object owner)
{
    private readonly object _owner = owner;

    public uint Map { get; private set; }
    public object[] Slots { get; private set; } = [];

    public int Index(uint bit) => BitOperations.PopCount(Map & (bit - 1));

    public TrieNode Insert(int at, uint bit, object slot, object owner) => Changed([.. Slots.AsSpan(0, at), slot, .. Slots.AsSpan(at)], Map | bit, owner);

    public TrieNode Remove(int at, uint bit, object owner) => Changed([.. Slots.AsSpan(0, at), .. Slots.AsSpan(at + 1)], Map & ~bit, owner);

    public TrieNode Replace(int at, object slot, object owner)
    {
        if (ReferenceEquals(Slots[at], slot))
            return this;
        if (!ReferenceEquals(_owner, owner))
            return Changed([.. Slots.AsSpan(0, at), slot, .. Slots.AsSpan(at + 1)], Map, owner);
        Slots[at] = slot;
        return this;
    }

    private TrieNode Changed(object[] slots, uint map, object owner)
    {
        TrieNode node = ReferenceEquals(_owner, owner) ? this : new TrieNode(owner);
        node.Slots = slots;
        node.Map = map;
        return node;
    }
}
