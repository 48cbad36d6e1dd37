using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree;

/// <summary>The values of an entry that no other entry may have (<see cref="ValueConstraints.Unique"/>).</summary>
internal static class UniqueValues
{
    public static IEnumerable<(string Attribute, string Value)> Of(TreeEntry entry, DirectorySchema schema)
    {
        yield return ("entryUUID", entry.Uuid.ToString("N"));
        foreach ((string name, string className) in ValueConstraints.Unique)
            if (entry.Find(name) is { } attribute && schema.Class(className) is { } needed && entry.IsOf(needed, schema))
                foreach (byte[] value in attribute.Values)
                    yield return (attribute.Type.Name, ValueConstraints.UniqueKey(attribute.Type, value));
    }

    /// <summary>The first value that another entry owns already; null when there is none.</summary>
    public static string? Taken(TreeEntry entry, TreeSnapshot snapshot, DirectorySchema schema)
    {
        foreach ((string attribute, string value) key in Of(entry, schema))
            if (snapshot.Owners.TryGetValue(key, out Guid owner) && owner != entry.Uuid)
                return key.attribute;
        return null;
    }
}
