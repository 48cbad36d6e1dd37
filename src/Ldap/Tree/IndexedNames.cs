using System.Collections;
using System.Collections.Immutable;

namespace DirMail.Ldap.Tree;

/// <summary>Names of entries, mostly one: that one is kept as it is, more as a sorted set.</summary>
internal readonly struct IndexedNames : IReadOnlyCollection<string>
{
    private readonly object? _names;

    private IndexedNames(object? names) => _names = names;

    public static IndexedNames Of(List<string> names) => names is [string one] ? new(one) : new(ImmutableSortedSet.CreateRange(StringComparer.Ordinal, names));

    public int Count => _names switch { null => 0, string => 1, _ => ((ImmutableSortedSet<string>)_names).Count };

    public IndexedNames With(string name) => _names switch
    {
        null => new(name),
        string one when one == name => this,
        string one => new(ImmutableSortedSet.Create(StringComparer.Ordinal, one, name)),
        _ => new(((ImmutableSortedSet<string>)_names).Add(name)),
    };

    public IndexedNames Without(string name)
    {
        if (_names is not ImmutableSortedSet<string> many)
            return _names is string one && one != name ? this : default;
        many = many.Remove(name);
        return many.Count == 1 ? new(many[0]) : new(many);
    }

    public IEnumerator<string> GetEnumerator() => _names switch
    {
        null => Enumerable.Empty<string>().GetEnumerator(),
        string one => Enumerable.Repeat(one, 1).GetEnumerator(),
        _ => ((IEnumerable<string>)_names).GetEnumerator(),
    };

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
