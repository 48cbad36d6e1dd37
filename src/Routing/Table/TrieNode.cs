using System.Numerics;

namespace DirMail.Routing.Table;

/// <summary>A node of a <see cref="HashTrie{TKey,TItem,TBy}"/>: one slot for each bit of the map. Below the last level of hash bits the map is empty and items lie side by side.</summary>
internal sealed class TrieNode(object owner)
{
    private readonly object _owner = owner;
    private object[] _slots = [];
    private int _count;

    public uint Map { get; private set; }
    public ReadOnlySpan<object> Slots => _slots.AsSpan(0, _count);
    public int Count => _count;

    public object this[int at] => _slots[at];

    public int Index(uint bit) => BitOperations.PopCount(Map & (bit - 1));

    /// <summary>A load fills nodes slot by slot: an own node with room is changed in place, and one without gets a little more than it needs.</summary>
    public TrieNode Insert(int at, uint bit, object slot, object owner)
    {
        TrieNode node = Own(owner);
        object[] slots = ReferenceEquals(node, this) && _count < _slots.Length ? _slots : new object[ReferenceEquals(node, this) ? Room(_count + 1) : _count + 1];
        if (!ReferenceEquals(slots, _slots))
            Array.Copy(_slots, slots, at);
        Array.Copy(_slots, at, slots, at + 1, _count - at);
        slots[at] = slot;
        return node.Become(slots, _count + 1, Map | bit);
    }

    public TrieNode Remove(int at, uint bit, object owner) =>
        Own(owner).Become([.. Slots[..at], .. Slots[(at + 1)..]], _count - 1, Map & ~bit);

    public TrieNode Replace(int at, object slot, object owner)
    {
        if (ReferenceEquals(_slots[at], slot))
            return this;
        if (!ReferenceEquals(_owner, owner))
            return new TrieNode(owner).Become([.. Slots[..at], slot, .. Slots[(at + 1)..]], _count, Map);
        _slots[at] = slot;
        return this;
    }

    /// <summary>A quarter more, but no more than the level can have.</summary>
    private static int Room(int count) => count < 4 ? count : count <= 32 ? Math.Min(32, (count + (count >> 2) + 1) & ~1) : count + 1;

    private TrieNode Own(object owner) => ReferenceEquals(_owner, owner) ? this : new TrieNode(owner);

    private TrieNode Become(object[] slots, int count, uint map)
    {
        (_slots, _count, Map) = (slots, count, map);
        return this;
    }
}
