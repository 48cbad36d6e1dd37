using System.Collections.Immutable;
using System.Runtime.InteropServices;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree;

/// <summary>
/// Which entries have a value, by equality, for the attributes that are looked up by value (<see cref="AttributeType.IsIndexed"/>). Immutable, a part of one
/// <see cref="TreeSnapshot"/>: what it names is in that state. Object classes are kept as an entry names them; asking for one also looks at its subclasses.
/// </summary>
internal sealed class TreeIndex
{
    private readonly ImmutableDictionary<IndexKey, IndexedNames> _names;

    private TreeIndex(ImmutableDictionary<IndexKey, IndexedNames> names) => _names = names;

    public static TreeIndex Empty { get; } = new(ImmutableDictionary<IndexKey, IndexedNames>.Empty);

    /// <summary>Normal names of the entries that have the value.</summary>
    public IndexedNames With(AttributeType type, string key) => _names.GetValueOrDefault(new(type, key));

    /// <summary>The next index after an entry changed; null for one that is not there before or after.</summary>
    public TreeIndex After(TreeEntry? before, TreeEntry? after, DirectorySchema schema)
    {
        if (before is not null && after is not null && before.Dn.Normal == after.Dn.Normal)
            return Changed(before, after, schema);
        var names = _names;
        if (before is not null)
            foreach (IndexKey key in Keys(before, schema))
                names = Without(names, key, before.Dn.Normal);
        if (after is not null)
            foreach (IndexKey key in Keys(after, schema))
                names = names.SetItem(key, names.GetValueOrDefault(key).With(after.Dn.Normal));
        return new(names);
    }

    /// <summary>Of many entries at once, for opening a directory.</summary>
    public static TreeIndex Of(IEnumerable<TreeEntry> entries, DirectorySchema schema)
    {
        var names = new Dictionary<IndexKey, List<string>>();
        foreach (TreeEntry entry in entries)
            foreach (IndexKey key in Keys(entry, schema))
                (CollectionsMarshal.GetValueRefOrAddDefault(names, key, out _) ??= new(1)).Add(entry.Dn.Normal);
        return new(names.ToImmutableDictionary(n => n.Key, n => IndexedNames.Of(n.Value)));
    }

    /// <summary>Most changes touch no indexed value: then nothing is made new.</summary>
    private TreeIndex Changed(TreeEntry before, TreeEntry after, DirectorySchema schema)
    {
        HashSet<IndexKey> gone = [.. Keys(before, schema)];
        var names = _names;
        foreach (IndexKey key in Keys(after, schema))
            if (!gone.Remove(key))
                names = names.SetItem(key, names.GetValueOrDefault(key).With(after.Dn.Normal));
        foreach (IndexKey key in gone)
            names = Without(names, key, before.Dn.Normal);
        return ReferenceEquals(names, _names) ? this : new(names);
    }

    private static ImmutableDictionary<IndexKey, IndexedNames> Without(ImmutableDictionary<IndexKey, IndexedNames> names, IndexKey key, string name) =>
        names.GetValueOrDefault(key).Without(name) is { Count: > 0 } left ? names.SetItem(key, left) : names.Remove(key);

    private static IEnumerable<IndexKey> Keys(TreeEntry entry, DirectorySchema schema)
    {
        foreach (ObjectClass named in entry.Classes(schema))
            yield return new(schema.ObjectClassAttribute, named.Oid);
        foreach (TreeAttribute attribute in entry.Attributes)
            if (attribute.Type.IsIndexed && !ReferenceEquals(attribute.Type, schema.ObjectClassAttribute))
                foreach (byte[] value in attribute.Values)
                    if (KeyOf(attribute.Type, value) is string key)
                        yield return new(attribute.Type, key);
    }

    /// <summary>The form in which equal values are the same; null for a value that equals none.</summary>
    public static string? KeyOf(AttributeType type, byte[] value) =>
        type.Equality?.Normalize(value) is string normal ? ValueConstraints.UniqueKey(type, normal) : null;
}

/// <summary>One value of one attribute, in its normal form.</summary>
internal readonly record struct IndexKey(AttributeType Type, string Value);
