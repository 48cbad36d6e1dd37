using DirMail.Ldap.Ldif;

namespace DirMail.Ldap.Tree.Password;

/// <summary>Replaces clear-text passwords in what a client writes by hashes, before anything is stored, logged or pushed.</summary>
internal static class PasswordHashing
{
    public static IReadOnlyList<LdapAttribute> InAttributes(IReadOnlyList<LdapAttribute> attributes) =>
        attributes.Any(IsPassword) ? [.. attributes.Select(InAttribute)] : attributes;

    /// <summary>Values to delete stay as given: they are compared with what is stored.</summary>
    public static IReadOnlyList<LdapChange> InChanges(IReadOnlyList<LdapChange> changes) =>
        changes.Any(c => IsPassword(c.Attribute)) ? [.. changes.Select(c => c.Kind == LdapChangeKind.Delete ? c : c with { Attribute = InAttribute(c.Attribute) })] : changes;

    /// <summary>Of many records at once, on all processors: a load of thousands of clear-text passwords takes a while.</summary>
    public static IReadOnlyList<LdifRecord> InRecords(IReadOnlyList<LdifRecord> records)
    {
        var hashed = new LdifRecord[records.Count];
        Parallel.For(0, records.Count, i => hashed[i] = records[i] switch
        {
            LdifRecord.Content content => content with { Attributes = InAttributes(content.Attributes) },
            LdifRecord.Add add => add with { Attributes = InAttributes(add.Attributes) },
            LdifRecord.Modify modify => modify with { Changes = InChanges(modify.Changes) },
            LdifRecord other => other,
        });
        return hashed;
    }

    private static bool IsPassword(LdapAttribute attribute) =>
        attribute.Description.Equals("userPassword", StringComparison.OrdinalIgnoreCase)
        || attribute.Description.StartsWith("userPassword;", StringComparison.OrdinalIgnoreCase)
        || attribute.Description == "2.5.4.35";

    private static LdapAttribute InAttribute(LdapAttribute attribute) =>
        IsPassword(attribute) ? attribute with { Values = [.. attribute.Values.Select(PasswordHash.ForStore)] } : attribute;
}
