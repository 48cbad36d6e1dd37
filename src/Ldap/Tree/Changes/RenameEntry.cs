using System.Text;
using DirMail.Ldap.Ldif;
using DirMail.Ldap.Tree.Access;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>The new name of an entry: its first RDN, whether the old RDN's values go, and the entry it moves below (null: where it is).</summary>
internal sealed record NewName(Dn Rdn, bool DeleteOldRdn, Dn? Superior);

/// <summary>RFC 4511 4.9: renames an entry and may move it, with all that lies below it.</summary>
internal static class RenameEntry
{
    public static WriteOutcome Stage(WriteContext context, Dn dn, NewName name)
    {
        if (context.Before.Entry(dn) is not { } before)
            return WriteOutcome.Refuse(LdapResultCode.NoSuchObject, "", Superiors.Nearest(dn, context.Before, context.Access));
        if (name.Rdn.Depth != 1)
            return WriteOutcome.Refuse(LdapResultCode.InvalidDnSyntax, "the new RDN is not one RDN");
        if (context.Before.Roots.Contains(dn.Normal))
            return WriteOutcome.Refuse(LdapResultCode.UnwillingToPerform, "a naming context cannot be renamed");
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

    /// <summary>What the new name asks of the entry's attributes: old values away when asked for, new values there.</summary>
    public static IEnumerable<LdapChange> RdnChanges(TreeEntry before, Dn newDn, bool deleteOldRdn, DirectorySchema schema)
    {
        IReadOnlyList<(string Type, string Value)> wanted = newDn.Rdn;
        foreach ((string type, string value) in deleteOldRdn ? before.Dn.Rdn : [])
            if (!wanted.Any(w => Same(w, (type, value), schema)))
                yield return new LdapChange(LdapChangeKind.Delete, new LdapAttribute(type, value));
        foreach ((string type, string value) in wanted)
            if (schema.Attribute(type) is not { } known || before.Find(known)?.Has(Encoding.UTF8.GetBytes(value)) != true)
                yield return new LdapChange(LdapChangeKind.Add, new LdapAttribute(type, value));
    }

    private static bool Same((string Type, string Value) one, (string Type, string Value) other, DirectorySchema schema) =>
        schema.Attribute(one.Type) is { } type && ReferenceEquals(type, schema.Attribute(other.Type))
        && type.Key(Encoding.UTF8.GetBytes(one.Value)) == type.Key(Encoding.UTF8.GetBytes(other.Value));
}
