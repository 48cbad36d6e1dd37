using System.Buffers;
using System.Formats.Asn1;
using System.Text;

namespace DirMail.Ldap.Codec;

/// <summary>What LDAP writes besides the types of ASN.1: text as octets, and elements that may be missing.</summary>
internal static class BerWriting
{
    public static void WriteText(this AsnWriter writer, string text, Asn1Tag? tag = null)
    {
        int size = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (size <= 512)
        {
            Span<byte> octets = stackalloc byte[size];
            writer.WriteOctetString(octets[..Encoding.UTF8.GetBytes(text, octets)], tag);
            return;
        }
        byte[] rented = ArrayPool<byte>.Shared.Rent(size);
        writer.WriteOctetString(rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)), tag);
        ArrayPool<byte>.Shared.Return(rented);
    }

    public static void WriteOptional(this AsnWriter writer, string? text, Asn1Tag? tag = null)
    {
        if (text is not null)
            writer.WriteText(text, tag);
    }

    public static void WriteOptional(this AsnWriter writer, byte[]? octets, Asn1Tag? tag = null)
    {
        if (octets is not null)
            writer.WriteOctetString(octets, tag);
    }
}
