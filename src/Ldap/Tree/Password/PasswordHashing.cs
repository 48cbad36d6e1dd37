using DirMail.Ldap.Ldif;

namespace DirMail.Ldap.Tree.Password;

/// <summary>
/// Replaces clear-text passwords in what a client writes by hashes, before anything is stored, logged or pushed, and before the one lock of all writes is
/// taken: hashing is slow. <see cref="Fault(IEnumerable{LdapAttribute})"/> comes first: it bounds that work.
/// </summary>
internal static class PasswordHashing
{
    private const int MaxValues = 8;

    /// <summary>Why passwords in there cannot be taken; null when they can.</summary>
    public static LdapResult? Fault(IEnumerable<LdapAttribute> attributes)
    {
        List<byte[]> values = [.. attributes.Where(IsPassword).SelectMany(a => a.Values)];
        string? fault = values.Count > MaxValues ? $"{values.Count} passwords; {MaxValues} at most" : values.Select(PasswordHash.Fault).FirstOrDefault(f => f is not null);
        return fault is null ? null : new LdapResult(LdapResultCode.ConstraintViolation, "", $"userPassword: {fault}");
    }

    public static LdapResult? Fault(IEnumerable<LdapChange> changes) => Fault(changes.Where(c => c.Kind != LdapChangeKind.Delete).Select(c => c.Attribute));

    public static LdapResult? Fault(LdifRecord record) => record switch
    {
        LdifRecord.Content content => Fault(content.Attributes),
        LdifRecord.Add add => Fault(add.Attributes),
        LdifRecord.Modify modify => Fault(modify.Changes),
        _ => null,
    };

    /// <summary>Passwords to delete that are given in clear text become the stored values that they fit.</summary>
    public static IReadOnlyList<LdapChange> DeletingStored(IReadOnlyList<LdapChange> changes, IReadOnlyList<byte[]> stored)
    {
        if (!changes.Any(c => c.Kind == LdapChangeKind.Delete && IsPassword(c.Attribute)))
            return changes;
        return [.. changes.Select(c => c.Kind == LdapChangeKind.Delete && IsPassword(c.Attribute) ? c with { Attribute = Stored(c.Attribute, stored) } : c)];
    }

    public static IReadOnlyList<LdapAttribute> InAttributes(IReadOnlyList<LdapAttribute> attributes) =>
        attributes.Any(IsPassword) ? [.. attributes.Select(InAttribute)] : attributes;

    /// <summary>Values to delete stay as given.</summary>
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

    private static LdapAttribute Stored(LdapAttribute given, IReadOnlyList<byte[]> stored) => given.Values.Count > MaxValues ? given : given with
    {
        Values = [.. given.Values.Select(v => !PasswordHash.IsHash(v) && PasswordHash.FittingOf(v, stored) is var at and >= 0 ? stored[at] : v)],
    };

    private static LdapAttribute InAttribute(LdapAttribute attribute) =>
        IsPassword(attribute) ? attribute with { Values = [.. attribute.Values.Select(PasswordHash.ForStore)] } : attribute;
}
