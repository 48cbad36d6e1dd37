using DirMail.Ldap.Ldif;
using DirMail.Ldap.Tree.Access;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>RFC 4511 4.7. Rights are needed on the parent's "children", on the entry, and on each of its attributes.</summary>
internal static class AddEntry
{
    public static WriteOutcome Stage(WriteContext context, Dn dn, IReadOnlyList<LdapAttribute> attributes)
    {
        if (dn.IsRoot || dn.Equals(VirtualEntries.SubschemaName) || context.Before.Find(dn) is not null)
            return WriteOutcome.Refuse(LdapResultCode.EntryAlreadyExists);
        TreeEntry? parent = context.Before.Entry(TreeSnapshot.Above(dn.Normal));
        if (parent is null && !context.Access.Requester.IsProgram)
            return WriteOutcome.Refuse(LdapResultCode.NoSuchObject, "no entry above it", Superiors.Nearest(dn, context.Before, context.Access));
        if (parent is not null && !context.Access.May(AccessRight.Write, parent, AccessCheck.Children))
            return new WriteOutcome.Refused(context.Access.Refusal(parent));
        LdapResult? fault = Make(context, dn, attributes, out TreeEntry entry) ?? Refused(context, entry);
        return fault is not null ? new WriteOutcome.Refused(fault)
            : new WriteOutcome.Staged(context.Before.Add(entry, context.Schema), [new TreeChange(null, entry)], [new LdifRecord.Add(dn, entry.Whole().Attributes)]);
    }

    /// <summary>The entry with its operational attributes, checked against schema and uniqueness but not against the access rules. A load may name the entryUUID to keep.</summary>
    public static LdapResult? Make(WriteContext context, Dn dn, IReadOnlyList<LdapAttribute> attributes, out TreeEntry entry)
    {
        entry = new TreeEntry(dn, Guid.NewGuid(), []);
        var values = new AttributeValues(context.Schema, []);
        foreach (LdapAttribute attribute in attributes)
        {
            if (context.Schema.Attribute(attribute.Description) is { IsReadOnly: true } type)
            {
                if (!context.Access.Requester.IsProgram)
                    return new LdapResult(LdapResultCode.ConstraintViolation, "", $"{type.Name}: no user modification allowed");
                if (type.Name == "entryUUID" && NormalForm.Uuid(attribute.Values[0]) is string kept)
                    entry = new TreeEntry(dn, Guid.Parse(kept), []);
                continue;
            }
            if (values.Apply(new LdapChange(LdapChangeKind.Add, attribute)) is { } refused)
                return refused;
        }
        entry = entry.With(values.Result);
        if (EntryCheck.Fault(entry, context.Schema) is { } fault)
            return fault;
        Bookkeeping.Created(values, entry, context);
        entry = entry.With(values.Result);
        string? taken = UniqueValues.HasUuid(context.Before, entry.Uuid, context.Schema) ? "entryUUID" : UniqueValues.Taken(entry, context.Before, context.Schema);
        return taken is not null
            ? new LdapResult(LdapResultCode.ConstraintViolation, "", $"{taken}: another entry has this value") : null;
    }

    private static LdapResult? Refused(WriteContext context, TreeEntry entry)
    {
        if (!context.Access.May(AccessRight.Write, entry, AccessCheck.Entry))
            return new LdapResult(LdapResultCode.InsufficientAccessRights, "", "no access by the access rules");
        foreach (TreeAttribute attribute in entry.Attributes.Where(a => !a.Type.IsReadOnly))
            foreach (byte[] value in attribute.Values)
                if (!context.Access.May(AccessRight.Write, entry, attribute.Type, value))
                    return new LdapResult(LdapResultCode.InsufficientAccessRights, "", $"{attribute.Type.Name}: no access by the access rules");
        return null;
    }
}
