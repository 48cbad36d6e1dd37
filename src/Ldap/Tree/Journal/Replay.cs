using DirMail.Ldap.Ldif;
using DirMail.Ldap.Tree.Changes;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree.Journal;

/// <summary>The tree after one kept record, with what changed; or why the record does not fit the tree.</summary>
internal sealed record Replayed(TreeSnapshot After, IReadOnlyList<TreeChange> Changes, string? Fault = null);

/// <summary>Applies records that the journal holds, and reads those of the base. They were checked when they were written, so only what would break the tree is looked at.</summary>
internal static class Replay
{
    public static Replayed Apply(TreeSnapshot tree, LdifRecord record, DirectorySchema schema) => record switch
    {
        LdifRecord.Add add => Add(tree, add.Dn, add.Attributes, schema),
        _ when tree.Find(record.Dn) is null => Broken(tree, $"{record.Dn} is not there"),
        LdifRecord.Modify modify => Modify(tree, modify, schema),
        LdifRecord.Delete delete => Delete(tree, tree.Find(delete.Dn)!, schema),
        LdifRecord.ModifyDn rename => Rename(tree, rename, schema),
        _ => Broken(tree, "unknown kind of record"),
    };

    /// <summary>The entry of a kept record, or why it is none.</summary>
    public static string? Read(Dn dn, IReadOnlyList<LdapAttribute> attributes, DirectorySchema schema, out TreeEntry entry)
    {
        entry = new TreeEntry(dn, Guid.Empty, []);
        var values = new AttributeValues(schema, []);
        foreach (LdapAttribute attribute in attributes)
            if (values.Apply(new LdapChange(LdapChangeKind.Add, attribute)) is { } fault)
                return fault.Message;
        entry = entry.With(values.Result);
        if (!Guid.TryParse(entry.First("entryUUID"), out Guid uuid))
            return $"{dn} has no entryUUID";
        entry = entry with { Uuid = uuid };
        return null;
    }

    private static Replayed Add(TreeSnapshot tree, Dn dn, IReadOnlyList<LdapAttribute> attributes, DirectorySchema schema)
    {
        if (tree.Find(dn) is not null)
            return Broken(tree, $"{dn} is there twice");
        if (Read(dn, attributes, schema, out TreeEntry entry) is string fault)
            return Broken(tree, fault);
        if (UniqueValues.HasUuid(tree, entry.Uuid, schema))
            return Broken(tree, $"entryUUID of {dn} belongs to another entry");
        return UniqueValues.Taken(entry, tree, schema) is string taken ? Broken(tree, $"{taken} of {dn} belongs to another entry")
            : new Replayed(tree.Add(entry, schema), [new TreeChange(null, entry)]);
    }

    private static Replayed Modify(TreeSnapshot tree, LdifRecord.Modify modify, DirectorySchema schema)
    {
        TreeEntry before = tree.Entry(modify.Dn)!;
        var values = new AttributeValues(schema, before.Attributes);
        foreach (LdapChange change in modify.Changes)
            if (values.Apply(change) is { } fault)
                return Broken(tree, fault.Message);
        TreeEntry after = before.With(values.Result);
        return new Replayed(tree.Replace(after, schema), [new TreeChange(before, after)]);
    }

    private static Replayed Delete(TreeSnapshot tree, TreeNode node, DirectorySchema schema) => node.Children.IsEmpty
        ? new Replayed(tree.Remove(node.Entry, schema), [new TreeChange(node.Entry, null)])
        : Broken(tree, $"{node.Entry.Dn} has entries below it");

    private static Replayed Rename(TreeSnapshot tree, LdifRecord.ModifyDn rename, DirectorySchema schema)
    {
        TreeEntry before = tree.Entry(rename.Dn)!;
        Dn superior = rename.NewSuperior ?? rename.Dn.Parent!;
        Dn to = rename.NewRdn.Under(superior);
        if (tree.Find(superior) is null || (!to.Equals(rename.Dn) && tree.Find(to) is not null) || superior.IsWithin(before.Dn))
            return Broken(tree, $"{rename.Dn} cannot become {to}");
        var values = new AttributeValues(schema, before.Attributes);
        foreach (LdapChange change in RenameEntry.RdnChanges(before, to, rename.DeleteOldRdn, schema))
            if (values.Apply(change) is { } fault)
                return Broken(tree, fault.Message);
        (TreeSnapshot after, IReadOnlyList<TreeChange> changes) = RenameEntry.Move(tree, before, new TreeEntry(to, before.Uuid, values.Result), schema);
        return new Replayed(after, changes);
    }

    private static Replayed Broken(TreeSnapshot tree, string fault) => new(tree, [], fault);
}
