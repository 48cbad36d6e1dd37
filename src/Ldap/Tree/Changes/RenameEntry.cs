using System.Text;
using DirMail.Ldap.Ldif;
using DirMail.Ldap.Tree.Access;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>The new name of an entry: its first RDN, whether the old RDN's values go, and the entry it moves below (null: where it is).</summary>
public sealed record NewName(Dn Rdn, bool DeleteOldRdn, Dn? Superior);

/// <summary>RFC 4511 4.9: renames an entry and may move it, with all that lies below it.</summary>
internal static class RenameEntry
{
    public static WriteOutcome Stage(WriteContext context, Dn given, NewName wanted)
    {
        if (SchemaNames.Canonical(given, context.Schema) is not { } dn)
            return WriteOutcome.Refuse(LdapResultCode.InvalidDnSyntax, "invalid DN");
        if (Canonical(wanted, context.Schema) is not { } name)
            return WriteOutcome.Refuse(LdapResultCode.InvalidDnSyntax, "invalid new RDN or superior");
        if (context.Before.Entry(dn) is not { } before)
            return new WriteOutcome.Refused(Superiors.NotThere(dn, context));
        if (context.Before.Roots.Contains(dn.Normal))
            return WriteOutcome.Refuse(LdapResultCode.AffectsMultipleDsas, "a naming context cannot be renamed");
        TreeEntry oldParent = context.Before.Entry(TreeSnapshot.Above(dn.Normal))!;
        TreeEntry? parent = name.Superior is null ? oldParent : context.Before.Entry(name.Superior);
        if (parent is null)
            return WriteOutcome.Refuse(LdapResultCode.NoSuchObject, "no such new superior");
        if (Refused(context, before, oldParent, parent) is { } refused)
            return new WriteOutcome.Refused(refused);
        if (parent.Dn.IsWithin(before.Dn))
            return WriteOutcome.Refuse(LdapResultCode.UnwillingToPerform, "the new superior lies below the entry itself");
        Dn newDn = name.Rdn.Under(parent.Dn);
        if (!newDn.Equals(dn) && context.Before.Find(newDn) is not null)
            return WriteOutcome.Refuse(LdapResultCode.EntryAlreadyExists);
        LdapResult? fault = Renamed(context, before, newDn, name.DeleteOldRdn, out TreeEntry after);
        return fault is not null ? new WriteOutcome.Refused(fault) : Staged(context, before, after, name);
    }

    private static NewName? Canonical(NewName name, DirectorySchema schema)
    {
        Dn? superior = name.Superior is null ? null : SchemaNames.Canonical(name.Superior, schema);
        bool isValid = name.Rdn.Depth == 1 && (name.Superior is null || superior is not null) && SchemaNames.HasValidRdn(name.Rdn, schema);
        return isValid ? name with { Rdn = SchemaNames.Canonical(name.Rdn, schema)!, Superior = superior } : null;
    }

    /// <summary>The state after the move; also what replaying the journal does.</summary>
    public static (TreeSnapshot After, IReadOnlyList<TreeChange> Changes) Move(TreeSnapshot snapshot, TreeEntry before, TreeEntry after, DirectorySchema schema)
    {
        List<TreeEntry> old = [.. snapshot.Subtree(before.Dn.Normal).Select(n => n.Entry)];
        var renamed = new Dictionary<string, Dn>(StringComparer.Ordinal) { [before.Dn.Normal] = after.Dn };
        var changes = new List<TreeChange> { new(before, after) };
        foreach (TreeEntry entry in old.Skip(1))
        {
            Dn to = Dn.Parse(entry.Dn.RdnText).Under(renamed[TreeSnapshot.Above(entry.Dn.Normal)]);
            renamed[entry.Dn.Normal] = to;
            changes.Add(new TreeChange(entry, entry.Named(to)));
        }
        foreach (TreeEntry entry in Enumerable.Reverse(old))
            snapshot = snapshot.Remove(entry, schema);
        foreach (TreeChange change in changes)
            snapshot = snapshot.Add(change.After!, schema);
        return (snapshot, changes);
    }

    private static WriteOutcome Staged(WriteContext context, TreeEntry before, TreeEntry after, NewName name)
    {
        (TreeSnapshot snapshot, IReadOnlyList<TreeChange> changes) = Move(context.Before, before, after, context.Schema);
        var record = new LdifRecord.ModifyDn(before.Dn, name.Rdn, name.DeleteOldRdn, name.Superior);
        return new WriteOutcome.Staged(snapshot, changes, [record, new LdifRecord.Modify(after.Dn, Bookkeeping.Modified(context))]);
    }

    private static LdapResult? Refused(WriteContext context, TreeEntry entry, TreeEntry oldParent, TreeEntry parent)
    {
        if (!context.Access.May(AccessRight.Write, entry, AccessCheck.Entry) || !context.Access.May(AccessRight.Write, oldParent, AccessCheck.Children))
            return context.Access.Refusal(entry);
        return context.Access.May(AccessRight.Write, parent, AccessCheck.Children) ? null : context.Access.Refusal(parent);
    }

    private static LdapResult? Renamed(WriteContext context, TreeEntry before, Dn newDn, bool deleteOldRdn, out TreeEntry after)
    {
        after = before;
        var values = new AttributeValues(context.Schema, before.Attributes);
        foreach (LdapChange change in RdnChanges(before, newDn, deleteOldRdn, context.Schema))
        {
            if (context.Schema.Attribute(change.Attribute.Description) is not { } type)
                return new LdapResult(LdapResultCode.UndefinedAttributeType, "", $"{change.Attribute.Description}: attribute type undefined");
            if (type.IsReadOnly)
                return new LdapResult(LdapResultCode.ConstraintViolation, "", $"{type.Name}: no user modification allowed");
            if (!context.Access.May(AccessRight.Write, before, type, change.Attribute.Values[0]))
                return context.Access.Refusal(before);
            if (values.Apply(change) is { } refused)
                return refused;
        }
        Bookkeeping.Modified(values, context);
        after = new TreeEntry(newDn, before.Uuid, values.Result);
        return EntryCheck.Fault(after, context.Schema) ?? (UniqueValues.Taken(after, context.Before, context.Schema) is string taken
            ? new LdapResult(LdapResultCode.ConstraintViolation, "", $"{taken}: another entry has this value") : null);
    }

    /// <summary>What the new name asks of the entry's attributes: old values away when asked for, new values there. One that differs in spelling alone counts as old and new.</summary>
    public static IEnumerable<LdapChange> RdnChanges(TreeEntry before, Dn newDn, bool deleteOldRdn, DirectorySchema schema)
    {
        IReadOnlyList<(string Type, string Value)> wanted = newDn.Rdn, old = deleteOldRdn ? before.Dn.Rdn : [];
        List<(string Type, string Value)> respelled = [.. wanted.Where(w => old.Any(o => Same(w, o, schema)) && !IsThere(before, w, schema, (kept, given) => kept.AsSpan().SequenceEqual(given)))];
        foreach ((string Type, string Value) pair in old)
            if (!wanted.Any(w => Same(w, pair, schema)) || respelled.Any(r => Same(r, pair, schema)))
                yield return new LdapChange(LdapChangeKind.Delete, new LdapAttribute(pair.Type, pair.Value));
        foreach ((string Type, string Value) pair in wanted)
            if (respelled.Contains(pair) || !IsThere(before, pair, schema, (kept, given) => schema.Attribute(pair.Type)!.Key(kept) == schema.Attribute(pair.Type)!.Key(given)))
                yield return new LdapChange(LdapChangeKind.Add, new LdapAttribute(pair.Type, pair.Value));
    }

    private static bool IsThere(TreeEntry entry, (string Type, string Value) pair, DirectorySchema schema, Func<byte[], byte[], bool> same) =>
        schema.Attribute(pair.Type) is { } type && entry.Find(type) is { } own && own.Values.Any(v => same(v, Encoding.UTF8.GetBytes(pair.Value)));

    private static bool Same((string Type, string Value) one, (string Type, string Value) other, DirectorySchema schema) =>
        schema.Attribute(one.Type) is { } type && ReferenceEquals(type, schema.Attribute(other.Type))
        && type.Key(Encoding.UTF8.GetBytes(one.Value)) == type.Key(Encoding.UTF8.GetBytes(other.Value));
}
