namespace DirMail.Ldap.Tree.Schema;

/// <summary>
/// A matching rule (RFC 4517 4.2) as a normal form: two values match when their normal forms are equal, and sort as <see cref="Order"/> sorts these.
/// A null normal form means the value has not the rule's syntax; an assertion on it is Undefined.
/// </summary>
internal sealed record MatchingRule(string Name, string Oid, Func<byte[], string?> Normalize)
{
    public Comparison<string> Order { get; init; } = string.CompareOrdinal;

    /// <summary>The normal form of a fragment of a substring assertion: blanks at its ends count.</summary>
    public Func<byte[], string?> NormalizeFragment { get; init; } = Normalize;

    private static readonly MatchingRule[] s_all =
    [
        new("objectIdentifierMatch", "2.5.13.0", NormalForm.Folded),
        new("objectIdentifierFirstComponentMatch", "2.5.13.30", NormalForm.FirstComponent),
        new("distinguishedNameMatch", "2.5.13.1", NormalForm.Name),
        new("uniqueMemberMatch", "2.5.13.23", NormalForm.Name),
        new("caseIgnoreMatch", "2.5.13.2", NormalForm.Folded),
        new("caseIgnoreOrderingMatch", "2.5.13.3", NormalForm.Folded),
        new("caseIgnoreSubstringsMatch", "2.5.13.4", NormalForm.Folded) { NormalizeFragment = NormalForm.FoldedFragment },
        new("caseExactMatch", "2.5.13.5", NormalForm.Exact),
        new("caseExactOrderingMatch", "2.5.13.6", NormalForm.Exact),
        new("caseExactSubstringsMatch", "2.5.13.7", NormalForm.Exact) { NormalizeFragment = NormalForm.ExactFragment },
        new("numericStringMatch", "2.5.13.8", NormalForm.Digits),
        new("numericStringSubstringsMatch", "2.5.13.10", NormalForm.Digits),
        new("caseIgnoreListMatch", "2.5.13.11", NormalForm.Folded),
        new("caseIgnoreListSubstringsMatch", "2.5.13.12", NormalForm.Folded) { NormalizeFragment = NormalForm.FoldedFragment },
        new("booleanMatch", "2.5.13.13", NormalForm.Boolean),
        new("integerMatch", "2.5.13.14", NormalForm.Integer) { Order = NormalForm.CompareIntegers },
        new("integerOrderingMatch", "2.5.13.15", NormalForm.Integer) { Order = NormalForm.CompareIntegers },
        new("bitStringMatch", "2.5.13.16", NormalForm.Exact),
        new("octetStringMatch", "2.5.13.17", NormalForm.Octets),
        new("telephoneNumberMatch", "2.5.13.20", NormalForm.Digits),
        new("telephoneNumberSubstringsMatch", "2.5.13.21", NormalForm.Digits),
        new("generalizedTimeMatch", "2.5.13.27", NormalForm.Time),
        new("generalizedTimeOrderingMatch", "2.5.13.28", NormalForm.Time),
        new("caseExactIA5Match", "1.3.6.1.4.1.1466.109.114.1", NormalForm.Exact),
        new("caseIgnoreIA5Match", "1.3.6.1.4.1.1466.109.114.2", NormalForm.Folded),
        new("caseIgnoreIA5SubstringsMatch", "1.3.6.1.4.1.1466.109.114.3", NormalForm.Folded) { NormalizeFragment = NormalForm.FoldedFragment },
        new("caseExactIA5SubstringsMatch", "1.3.6.1.4.1.4203.1.2.1", NormalForm.Exact) { NormalizeFragment = NormalForm.ExactFragment },
        new("UUIDMatch", "1.3.6.1.1.16.2", NormalForm.Uuid),
        new("UUIDOrderingMatch", "1.3.6.1.1.16.3", NormalForm.Uuid),
        new("CSNMatch", "1.3.6.1.4.1.4203.666.11.2.1", NormalForm.Folded),
        new("CSNOrderingMatch", "1.3.6.1.4.1.4203.666.11.2.2", NormalForm.Folded),
    ];

    private static readonly Dictionary<string, MatchingRule> s_byName = s_all
        .SelectMany(r => new[] { (Key: r.Name, r), (Key: r.Oid, r) })
        .ToDictionary(p => p.Key, p => p.r, StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyList<MatchingRule> All => s_all;

    public static MatchingRule? Find(string nameOrOid) => s_byName.GetValueOrDefault(nameOrOid);
}
