using System.Formats.Asn1;
using static DirMail.Ldap.Codec.LdapTags;

namespace DirMail.Ldap.Codec;

/// <summary>The controls that have a write answer with the entry as it was before or is after it (RFC 4527).</summary>
public static class ReadEntry
{
    public const string BeforeOid = "1.3.6.1.1.13.1";
    public const string AfterOid = "1.3.6.1.1.13.2";

    /// <summary>The attributes asked for; null when the value is malformed.</summary>
    public static IReadOnlyList<string>? Read(LdapControl control)
    {
        var reader = new BerReader(control.Value);
        var attributes = new List<string>();
        int outer = reader.Enter(Asn1Tag.Sequence);
        while (reader.HasMore)
            attributes.Add(reader.Description());
        reader.Leave(outer);
        return reader.Failure is null ? attributes : null;
    }

    public static LdapControl Answer(string oid, LdapEntry entry)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence(Operation(SearchEntry)))
            MessageWriter.WriteEntry(writer, new LdapOperation.SearchResultEntry(entry.Dn.Text, entry.Attributes));
        return new(oid, Critical: false, writer.Encode());
    }
}
