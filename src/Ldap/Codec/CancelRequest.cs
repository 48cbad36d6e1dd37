using System.Formats.Asn1;

namespace DirMail.Ldap.Codec;

/// <summary>The cancel operation's value (RFC 3909 2.1).</summary>
/// <param name="CancelId">Message id of the operation to be ended.</param>
public sealed record CancelRequest(int CancelId)
{
    public LdapOperation.ExtendedRequest ToRequest()
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
            writer.WriteInteger(CancelId);
        return new(LdapOids.Cancel, writer.Encode());
    }

    /// <summary>Null when the value is malformed.</summary>
    public static CancelRequest? Read(LdapOperation.ExtendedRequest request)
    {
        var reader = new BerReader(request.Value);
        int outer = reader.Enter(Asn1Tag.Sequence);
        var value = new CancelRequest(reader.Integer());
        reader.Leave(outer);
        return reader.Failure is null ? value : null;
    }
}
