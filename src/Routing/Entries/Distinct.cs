using System.Collections.Immutable;

namespace DirMail.Routing.Entries;

/// <summary>Values in their order, each once; linear also for very many, and nothing is allocated for none.</summary>
internal struct Distinct<T, TKey>(Func<T, TKey> key)
{
    private const int Few = 8;

    private ImmutableArray<T> _one = [];
    private ImmutableArray<T>.Builder? _values;
    private HashSet<TKey>? _keys;

    public void Add(T value)
    {
        if (_one.IsEmpty)
        {
            _one = [value];
            return;
        }
        _values ??= _one.ToBuilder();
        if (IsNew(value))
            _values.Add(value);
    }

    public readonly ImmutableArray<T> ToImmutable() => _values?.DrainToImmutable() ?? _one;

    private bool IsNew(T value)
    {
        TKey one = key(value);
        if (_values!.Count >= Few)
            return (_keys ??= [.. _values.Select(key)]).Add(one);
        foreach (T other in _values)
            if (EqualityComparer<TKey>.Default.Equals(key(other), one))
                return false;
        return true;
    }
}
