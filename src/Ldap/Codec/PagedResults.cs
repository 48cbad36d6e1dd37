using System.Formats.Asn1;

namespace DirMail.Ldap.Codec;

/// <summary>Simple paged results (RFC 2696), both ways.</summary>
/// <param name="Size">Asked: entries a page. Answered: the server's estimate of all, 0 when it has none.</param>
/// <param name="Cookie">Empty: the first page asked, or the last page answered.</param>
public sealed record PagedResults(int Size, byte[] Cookie)
{
    public const string Oid = "1.2.840.113556.1.4.319";

    public LdapControl ToControl(bool critical = false)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(Size);
            writer.WriteOctetString(Cookie);
        }
        return new(Oid, critical, writer.Encode());
    }

    /// <summary>Null when the value is malformed.</summary>
    public static PagedResults? Read(LdapControl control)
    {
        var reader = new BerReader(control.Value);
        int outer = reader.Enter(Asn1Tag.Sequence);
        var value = new PagedResults(reader.Integer(), reader.Octets());
        reader.Leave(outer);
        return reader.Failure is null && value.Size >= 0 ? value : null;
    }
}
