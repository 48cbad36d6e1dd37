using DirMail.Ldap.Ldif;
using DirMail.Ldap.Tree.Access;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>RFC 4511 4.6: all changes or none, in the order given.</summary>
internal static class ModifyEntry
{
    public static WriteOutcome Stage(WriteContext context, Dn dn, IReadOnlyList<LdapChange> changes)
    {
        if (context.Before.Entry(dn) is not { } before)
            return WriteOutcome.Refuse(LdapResultCode.NoSuchObject, "", Superiors.Nearest(dn, context.Before, context.Access));
        foreach (LdapChange change in changes)
            if (Refused(context, before, change) is { } refused)
                return new WriteOutcome.Refused(refused);
        LdapResult? fault = Apply(context, before, changes, out TreeEntry after) ?? Fault(context, before, after);
        if (fault is not null)
            return new WriteOutcome.Refused(fault);
        var record = new LdifRecord.Modify(before.Dn, [.. Written(context, changes, after), .. Bookkeeping.Modified(context)]);
        return new WriteOutcome.Staged(context.Before.Replace(after, context.Schema), [new TreeChange(before, after)], [record]);
    }

    private static LdapResult? Apply(WriteContext context, TreeEntry before, IReadOnlyList<LdapChange> changes, out TreeEntry after)
    {
        after = before;
        var values = new AttributeValues(context.Schema, before.Attributes);
        foreach (LdapChange change in changes)
            if (values.Apply(change) is { } fault)
                return fault;
        Bookkeeping.Modified(values, context);
        after = before.With(values.Result);
        return null;
    }

    /// <summary>Access to a change: the attribute as such is asked for when values go away unnamed, each named value otherwise.</summary>
    private static LdapResult? Refused(WriteContext context, TreeEntry entry, LdapChange change)
    {
        if (context.Schema.Attribute(change.Attribute.Description) is not { } type)
            return context.Access.May(AccessRight.Disclose, entry, AccessCheck.Entry)
                ? new LdapResult(LdapResultCode.UndefinedAttributeType, "", "attribute type undefined") : context.Access.Refusal(entry);
        bool unnamed = change.Kind is LdapChangeKind.Replace or LdapChangeKind.Increment || change.Attribute.Values.Count == 0;
        bool may = (!unnamed || context.Access.May(AccessRight.Write, entry, type))
            && change.Attribute.Values.All(v => context.Access.May(AccessRight.Write, entry, type, v));
        if (!may)
            return context.Access.Refusal(entry);
        return type.IsReadOnly ? new LdapResult(LdapResultCode.ConstraintViolation, "", $"{type.Name}: no user modification allowed") : null;
    }

    private static LdapResult? Fault(WriteContext context, TreeEntry before, TreeEntry after)
    {
        if (EntryCheck.Fault(after, context.Schema) is { } fault)
            return fault.Code == LdapResultCode.NamingViolation ? fault with { Code = LdapResultCode.NotAllowedOnRdn } : fault;
        if (!ReferenceEquals(EntryCheck.StructuralClass(before, context.Schema), EntryCheck.StructuralClass(after, context.Schema)))
            return new LdapResult(LdapResultCode.ObjectClassModsProhibited, "", "structural object class cannot change");
        return UniqueValues.Taken(after, context.Before, context.Schema) is string taken
            ? new LdapResult(LdapResultCode.ConstraintViolation, "", $"{taken}: another entry has this value") : null;
    }

    /// <summary>What the journal keeps: for passwords and increments the result, so that no clear text is in it and replaying needs no arithmetic.</summary>
    private static IEnumerable<LdapChange> Written(WriteContext context, IReadOnlyList<LdapChange> changes, TreeEntry after)
    {
        HashSet<AttributeType> asResult = [context.Schema.UserPassword];
        foreach (LdapChange change in changes.Where(c => c.Kind == LdapChangeKind.Increment))
            asResult.Add(context.Schema.Attribute(change.Attribute.Description)!);
        foreach (LdapChange change in changes)
        {
            AttributeType type = context.Schema.Attribute(change.Attribute.Description)!;
            string description = AttributeValues.Canonical(type, change.Attribute.Description);
            yield return asResult.Contains(type)
                ? new LdapChange(LdapChangeKind.Replace, new LdapAttribute(description, (IReadOnlyList<byte[]>)[.. after.Find(description)?.Values ?? []]))
                : change;
        }
    }
}
