using System.Text;

namespace DirMail.Ldap.Codec;

/// <summary>
/// One entry as octets, for keeping: a search result entry (RFC 4511 4.5.2) without the message around it. Written straight into its place, since a refresh writes a
/// million of them; <see cref="EntryOctets"/> reads it.
/// </summary>
public static class EntryCodec
{
    private const byte Entry = 0x64, Sequence = 0x30, Set = 0x31, OctetString = 0x04;

    /// <summary>Octets that writing it needs.</summary>
    public static int SizeOf(LdapEntry entry) => Whole(ContentOf(entry));

    /// <summary>Gives the octets written: <see cref="SizeOf"/>.</summary>
    public static int Write(LdapEntry entry, Span<byte> to)
    {
        int at = Header(to, Entry, ContentOf(entry));
        at += Text(to[at..], entry.Dn.Text);
        at += Header(to[at..], Sequence, AttributesOf(entry));
        foreach (LdapAttribute attribute in entry.Attributes)
            at += Write(attribute, to[at..]);
        return at;
    }

    private static int Write(LdapAttribute attribute, Span<byte> to)
    {
        int at = Header(to, Sequence, ContentOf(attribute));
        at += Text(to[at..], attribute.Description);
        at += Header(to[at..], Set, ValuesOf(attribute));
        foreach (byte[] value in attribute.Values)
        {
            at += Header(to[at..], OctetString, value.Length);
            value.CopyTo(to[at..]);
            at += value.Length;
        }
        return at;
    }

    private static int ContentOf(LdapEntry entry) => Whole(Encoding.UTF8.GetByteCount(entry.Dn.Text)) + Whole(AttributesOf(entry));

    private static int AttributesOf(LdapEntry entry)
    {
        int size = 0;
        foreach (LdapAttribute attribute in entry.Attributes)
            size += Whole(ContentOf(attribute));
        return size;
    }

    private static int ContentOf(LdapAttribute attribute) => Whole(Encoding.UTF8.GetByteCount(attribute.Description)) + Whole(ValuesOf(attribute));

    private static int ValuesOf(LdapAttribute attribute)
    {
        int size = 0;
        foreach (byte[] value in attribute.Values)
            size += Whole(value.Length);
        return size;
    }

    private static int Whole(int content) => 2 + LengthOctets(content) + content;

    private static int LengthOctets(int content) => content switch { < 0x80 => 0, <= 0xff => 1, <= 0xffff => 2, <= 0xffffff => 3, _ => 4 };

    private static int Header(Span<byte> to, byte tag, int content)
    {
        int more = LengthOctets(content);
        to[0] = tag;
        to[1] = (byte)(more == 0 ? content : 0x80 | more);
        for (int i = 0; i < more; i++)
            to[2 + i] = (byte)(content >> (8 * (more - 1 - i)));
        return 2 + more;
    }

    private static int Text(Span<byte> to, string text)
    {
        int size = Encoding.UTF8.GetByteCount(text);
        int at = Header(to, OctetString, size);
        return at + Encoding.UTF8.GetBytes(text, to[at..]);
    }
}
