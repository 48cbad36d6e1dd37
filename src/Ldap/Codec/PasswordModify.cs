using System.Formats.Asn1;
using static DirMail.Ldap.Codec.LdapTags;

namespace DirMail.Ldap.Codec;

/// <summary>The password modify operation's values (RFC 3062). No user: the one who asks; no new password: the server makes one.</summary>
public sealed record PasswordModify(string? User, byte[]? OldPassword, byte[]? NewPassword)
{
    public LdapOperation.ExtendedRequest ToRequest()
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteOptional(User, Primitive(0));
            writer.WriteOptional(OldPassword, Primitive(1));
            writer.WriteOptional(NewPassword, Primitive(2));
        }
        return new(LdapOids.PasswordModify, writer.Encode());
    }

    /// <summary>Null when the value is malformed. A request without a value asks for all defaults.</summary>
    public static PasswordModify? Read(LdapOperation.ExtendedRequest request)
    {
        if (request.Value is null)
            return new(null, null, null);
        var reader = new BerReader(request.Value);
        int outer = reader.Enter(Asn1Tag.Sequence);
        var value = new PasswordModify(reader.OptionalText(Primitive(0)), reader.OptionalOctets(Primitive(1)), reader.OptionalOctets(Primitive(2)));
        reader.Leave(outer);
        return reader.Failure is null ? value : null;
    }

    /// <summary>The response's value: the password that the server made.</summary>
    public static byte[] Made(byte[] password)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
            writer.WriteOctetString(password, Primitive(0));
        return writer.Encode();
    }

    /// <summary>The password that the server made; null when it made none.</summary>
    public static byte[]? ReadMade(LdapOperation.ExtendedResponse response)
    {
        if (response.Value is null)
            return null;
        var reader = new BerReader(response.Value);
        reader.Enter(Asn1Tag.Sequence);
        byte[]? password = reader.OptionalOctets(Primitive(0));
        return reader.Failure is null ? password : null;
    }
}
