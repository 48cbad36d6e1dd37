using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>The operational attributes that the directory keeps in each entry.</summary>
internal static class Bookkeeping
{
    public static void Created(AttributeValues values, TreeEntry entry, WriteContext context)
    {
        values.Set("structuralObjectClass", EntryCheck.StructuralClass(entry, context.Schema)?.Name ?? "");
        values.Set("entryUUID", entry.Uuid.ToString("D"));
        values.Set("creatorsName", context.Writer);
        values.Set("createTimestamp", context.Timestamp);
        Modified(values, context);
    }

    public static void Modified(AttributeValues values, WriteContext context)
    {
        foreach (LdapChange change in Modified(context))
            values.Apply(change);
    }

    /// <summary>The same as changes, for the journal.</summary>
    public static IReadOnlyList<LdapChange> Modified(WriteContext context) =>
    [
        new(LdapChangeKind.Replace, new LdapAttribute("entryCSN", context.Csn)),
        new(LdapChangeKind.Replace, new LdapAttribute("modifiersName", context.Writer)),
        new(LdapChangeKind.Replace, new LdapAttribute("modifyTimestamp", context.Timestamp)),
    ];
}
