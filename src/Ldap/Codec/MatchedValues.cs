using System.Formats.Asn1;

namespace DirMail.Ldap.Codec;

/// <summary>The control that has a search return only the values that a filter matches (RFC 3876).</summary>
public static class MatchedValues
{
    public const string Oid = "1.2.826.0.1.3344810.2.3";

    /// <summary>The filter's items, of which any may match; null when the value is malformed. And, or and not do not occur in it.</summary>
    public static IReadOnlyList<LdapFilter>? Read(LdapControl control)
    {
        var reader = new BerReader(control.Value);
        var items = new List<LdapFilter>();
        int outer = reader.Enter(Asn1Tag.Sequence);
        while (reader.HasMore)
            items.Add(FilterCodec.Read(ref reader));
        reader.Leave(outer);
        return reader.Failure is null && items.Count > 0 && !items.Any(i => i is LdapFilter.And or LdapFilter.Or or LdapFilter.Not) ? items : null;
    }
}
