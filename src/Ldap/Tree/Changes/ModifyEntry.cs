using DirMail.Ldap.Ldif;
using DirMail.Ldap.Tree.Access;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>RFC 4511 4.6: all changes or none, in the order given.</summary>
internal static class ModifyEntry
{
    public static WriteOutcome Stage(WriteContext context, Dn given, IReadOnlyList<LdapChange> changes)
    {
        if (SchemaNames.Canonical(given, context.Schema) is not { } dn)
            return WriteOutcome.Refuse(LdapResultCode.InvalidDnSyntax, "invalid DN");
        if (ValueCheck.Fault(changes, context.Schema, context.Access.Requester.IsProgram) is { } wrong)
            return new WriteOutcome.Refused(wrong);
        if (context.Before.Entry(dn) is not { } before)
            return new WriteOutcome.Refused(Superiors.NotThere(dn, context));
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
        AttributeType type = context.Schema.Attribute(change.Attribute.Description)!;
        bool unnamed = change.Kind is LdapChangeKind.Replace or LdapChangeKind.Increment || change.Attribute.Values.Count == 0;
        bool may = (!unnamed || context.Access.May(AccessRight.Write, entry, type))
            && change.Attribute.Values.All(v => context.Access.May(AccessRight.Write, entry, type, v));
        return may ? null : context.Access.Refusal(entry);
    }

    private static LdapResult? Fault(WriteContext context, TreeEntry before, TreeEntry after)
    {
        if (EntryCheck.ClassFault(after, context.Schema) is { } classFault)
            return classFault;
        if (!ReferenceEquals(EntryCheck.StructuralClass(before, context.Schema), EntryCheck.StructuralClass(after, context.Schema)))
            return new LdapResult(LdapResultCode.ObjectClassModsProhibited, "", "structural object class cannot change");
        if (EntryCheck.ContentFault(after, context.Schema) is { } fault)
            return fault;
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
