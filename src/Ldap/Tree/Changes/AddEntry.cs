using System.Text;
using DirMail.Ldap.Ldif;
using DirMail.Ldap.Tree.Access;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>RFC 4511 4.7. Rights are needed on the parent's "children", on the entry, and on each of its attributes. Faults are told in the order in which OpenLDAP finds them.</summary>
internal static class AddEntry
{
    public static WriteOutcome Stage(WriteContext context, Dn name, IReadOnlyList<LdapAttribute> attributes)
    {
        if (SchemaNames.Canonical(name, context.Schema) is not { } dn || !SchemaNames.HasValidRdn(dn, context.Schema))
            return WriteOutcome.Refuse(LdapResultCode.InvalidDnSyntax, "invalid DN");
        if (ValueCheck.Fault(attributes, context.Schema, context.Access.Requester.IsProgram) is { } wrong)
            return new WriteOutcome.Refused(wrong);
        if (Values(context, dn, attributes, out AttributeValues values, out Guid uuid) is { } twice)
            return new WriteOutcome.Refused(twice);
        var given = new TreeEntry(dn, uuid, values.Result);
        if (EntryCheck.Fault(given, context.Schema) is { } violation)
            return new WriteOutcome.Refused(violation);
        if (dn.IsRoot || dn.Equals(VirtualEntries.SubschemaName) || context.Before.Find(dn) is not null)
            return WriteOutcome.Refuse(LdapResultCode.EntryAlreadyExists);
        TreeEntry? parent = context.Before.Entry(TreeSnapshot.Above(dn.Normal));
        if (parent is null && !context.Access.Requester.IsProgram)
            return new WriteOutcome.Refused(Superiors.NotThere(dn, context));
        if (parent is not null && !context.Access.May(AccessRight.Write, parent, AccessCheck.Children))
            return new WriteOutcome.Refused(context.Access.Refusal(parent));
        LdapResult? fault = Taken(context, given, values, out TreeEntry entry) ?? Refused(context, entry);
        return fault is not null ? new WriteOutcome.Refused(fault)
            : new WriteOutcome.Staged(context.Before.Add(entry, context.Schema), [new TreeChange(null, entry)], [new LdifRecord.Add(dn, entry.Whole().Attributes)]);
    }

    /// <summary>What the client gives and, where it left them out, the values of the name. A load may name the entryUUID to keep.</summary>
    private static LdapResult? Values(WriteContext context, Dn dn, IReadOnlyList<LdapAttribute> attributes, out AttributeValues values, out Guid uuid)
    {
        values = new AttributeValues(context.Schema, []);
        uuid = Guid.NewGuid();
        foreach (LdapAttribute attribute in attributes)
        {
            if (context.Schema.Attribute(attribute.Description) is { IsReadOnly: true } type)
            {
                if (ReferenceEquals(type, context.Schema.EntryUuid) && attribute.Values.Count > 0)
                    uuid = Guid.Parse(NormalForm.Uuid(attribute.Values[0])!);
                continue;
            }
            if (values.Apply(new LdapChange(LdapChangeKind.Add, attribute)) is { } refused)
                return refused;
        }
        foreach ((string type, string value) in dn.Rdn)
            if (values.Find(type)?.Has(Encoding.UTF8.GetBytes(value)) != true)
                values.Apply(new LdapChange(LdapChangeKind.Add, new LdapAttribute(type, value)));
        return null;
    }

    /// <summary>The entry with its operational attributes; a fault when a value of it is another's.</summary>
    private static LdapResult? Taken(WriteContext context, TreeEntry given, AttributeValues values, out TreeEntry entry)
    {
        Bookkeeping.Created(values, given, context);
        entry = given.With(values.Result);
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
