using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DirMail.Routing.Table;

/// <summary>
/// A node of a <see cref="HashTrie{TKey,TItem,TBy}"/>: one slot for each bit of the map. Below the last level of hash bits the map is empty and items lie side by side.
/// Most nodes are small, and have their slots inside them: a step down is then one load and not two, each of which may miss the processor's caches.
/// </summary>
internal sealed class TrieNode(object owner)
{
    private const int Inside = 4;

    private readonly object _owner = owner;
    private Few _few;
    private object[] _more = [];

    public uint Map { get; private set; }
    public int Count { get; private set; }

    /// <summary>A lookup steps from cold object to cold object: the array's length would be one more to wait for, and the map already says that the slot is there.</summary>
    public object this[int at] => at < Inside ? _few[at] : Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_more), at - Inside);

    /// <summary>An empty one for so many slots.</summary>
    public static TrieNode WithRoom(int count, object owner) => new(owner) { _more = count > Inside ? new object[count - Inside] : [] };

    /// <summary>Into the room of an own node, behind the others.</summary>
    public void Append(uint bit, object slot)
    {
        Set(Count++, slot);
        Map |= bit;
    }

    public int Index(uint bit) => BitOperations.PopCount(Map & (bit - 1));

    /// <summary>A load fills nodes slot by slot: an own node with room is changed in place, and one without gets a little more than it needs.</summary>
    public TrieNode Insert(int at, uint bit, object slot, object owner)
    {
        TrieNode node = Own(owner, Count + 1);
        node.MakeRoom(at);
        node.Set(at, slot);
        node.Map |= bit;
        return node;
    }

    public TrieNode Remove(int at, uint bit, object owner)
    {
        TrieNode node = Own(owner, Count);
        for (int i = at + 1; i < node.Count; i++)
            node.Set(i - 1, node[i]);
        node.Set(--node.Count, null!);
        node.Map &= ~bit;
        return node;
    }

    public TrieNode Replace(int at, object slot, object owner)
    {
        if (ReferenceEquals(this[at], slot))
            return this;
        TrieNode node = Own(owner, Count);
        node.Set(at, slot);
        return node;
    }

    private void Set(int at, object slot)
    {
        if (at < Inside)
            _few[at] = slot;
        else
            _more[at - Inside] = slot;
    }

    private void MakeRoom(int at)
    {
        if (Count >= Inside)
        {
            int from = Math.Max(at - Inside, 0);
            Array.Copy(_more, from, _more, from + 1, Count - Inside - from);
            if (at < Inside)
                _more[0] = _few[Inside - 1];
        }
        for (int i = Math.Min(Count, Inside - 1); i > at; i--)
            _few[i] = _few[i - 1];
        Count++;
    }

    /// <summary>This node or a copy of the owner's own, with room for so many slots.</summary>
    private TrieNode Own(object owner, int count)
    {
        bool isOwn = ReferenceEquals(_owner, owner);
        TrieNode node = isOwn ? this : new TrieNode(owner) { _few = _few, Count = Count, Map = Map };
        if (count - Inside > node._more.Length)
            Array.Resize(ref node._more, (isOwn ? Room(count) : count) - Inside);
        if (!isOwn && Count > Inside)
            Array.Copy(_more, node._more, Count - Inside);
        return node;
    }

    /// <summary>A quarter more, but no more than the level can have.</summary>
    private static int Room(int count) => count <= 32 ? Math.Min(32, (count + (count >> 2) + 1) & ~1) : count + 1;

    [InlineArray(Inside)]
    private struct Few
    {
        private object _slot;
    }
}
