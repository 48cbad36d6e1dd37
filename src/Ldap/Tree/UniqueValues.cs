using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree;

/// <summary>The values of an entry that no other entry may have (<see cref="ValueConstraints.Unique"/>), and its entryUUID.</summary>
internal static class UniqueValues
{
    /// <summary>The first attribute with a value that another entry owns already; null when there is none.</summary>
    public static string? Taken(TreeEntry entry, TreeSnapshot snapshot, DirectorySchema schema)
    {
        foreach ((AttributeType type, ObjectClass owner, string key) in Of(entry, schema))
            foreach (string name in snapshot.Index.With(type, key))
                if (snapshot.Entry(name) is { } other && other.Uuid != entry.Uuid && other.IsOf(owner, schema))
                    return type.Name;
        return null;
    }

    public static bool HasUuid(TreeSnapshot snapshot, Guid uuid, DirectorySchema schema) => snapshot.Index.With(schema.EntryUuid, uuid.ToString("D")).Count > 0;

    /// <summary>The values that count: the class that makes them so is the one other entries must have too.</summary>
    public static IEnumerable<(AttributeType Type, ObjectClass Owner, string Key)> Of(TreeEntry entry, DirectorySchema schema)
    {
        foreach ((string name, string className) in ValueConstraints.Unique)
            if (entry.Find(name) is { } attribute && schema.Class(className) is { } owner && entry.IsOf(owner, schema))
                foreach (byte[] value in attribute.Values)
                    if (TreeIndex.KeyOf(attribute.Type, value) is string key)
                        yield return (attribute.Type, owner, key);
    }
}
