using System.Diagnostics.CodeAnalysis;

namespace DirMail.Routing.Access;

/// <summary>A map that holds at most so many keys: the one that was touched longest ago goes first. Not safe for several threads.</summary>
internal sealed class Recent<TKey, TValue>(int capacity) where TKey : notnull where TValue : class, new()
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _nodes = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _order = new();

    public int Count => _nodes.Count;

    public bool TryGet(TKey key, [NotNullWhen(true)] out TValue? value)
    {
        value = _nodes.TryGetValue(key, out LinkedListNode<(TKey, TValue Value)>? node) ? node.Value.Value : null;
        return value is not null;
    }

    /// <summary>The key's value, made when there is none, and now the last to go.</summary>
    public TValue Touch(TKey key)
    {
        if (_nodes.TryGetValue(key, out LinkedListNode<(TKey, TValue Value)>? known))
        {
            _order.Remove(known);
            _order.AddLast(known);
            return known.Value.Value;
        }
        if (_nodes.Count == capacity)
            Remove(_order.First!.Value.Key);
        var value = new TValue();
        _nodes.Add(key, _order.AddLast((key, value)));
        return value;
    }

    public void Remove(TKey key)
    {
        if (_nodes.Remove(key, out LinkedListNode<(TKey, TValue)>? node))
            _order.Remove(node);
    }
}
