using System.Formats.Asn1;
using static DirMail.Ldap.Codec.LdapTags;

namespace DirMail.Ldap.Codec;

/// <summary>Filters (RFC 4511 4.5.1.7), nested no deeper than <see cref="LdapFilter.MaxDepth"/>.</summary>
internal static class FilterCodec
{
    private static readonly LdapFilter None = new LdapFilter.Or([]);

    /// <summary>After a fault the answer is a filter that nothing matches; the reader has the reason.</summary>
    public static LdapFilter Read(ref BerReader reader) => Read(ref reader, LdapFilter.MaxDepth);

    public static void Write(AsnWriter writer, LdapFilter filter)
    {
        switch (filter)
        {
            case LdapFilter.And and: WriteParts(writer, 0, and.Parts); break;
            case LdapFilter.Or or: WriteParts(writer, 1, or.Parts); break;
            case LdapFilter.Not not: WriteParts(writer, 2, [not.Part]); break;
            case LdapFilter.Equal equal: WriteAssertion(writer, 3, equal.Attribute, equal.Value); break;
            case LdapFilter.Substring substring: WriteSubstring(writer, substring); break;
            case LdapFilter.GreaterOrEqual more: WriteAssertion(writer, 5, more.Attribute, more.Value); break;
            case LdapFilter.LessOrEqual less: WriteAssertion(writer, 6, less.Attribute, less.Value); break;
            case LdapFilter.Present present: writer.WriteText(present.Attribute, Primitive(7)); break;
            case LdapFilter.Approximate near: WriteAssertion(writer, 8, near.Attribute, near.Value); break;
            case LdapFilter.Extensible extensible: WriteExtensible(writer, extensible); break;
        }
    }

    private static LdapFilter Read(ref BerReader reader, int depthLeft)
    {
        if (!reader.TryPeek(out Asn1Tag tag) || tag.TagClass != TagClass.ContextSpecific)
        {
            reader.Fail("a filter expected");
            return None;
        }
        if (tag.TagValue == 7)
            return new LdapFilter.Present(reader.Description(tag));
        if (tag.TagValue <= 2 && depthLeft == 0)
        {
            reader.Fail($"a filter nested deeper than {LdapFilter.MaxDepth}");
            return None;
        }
        int outer = reader.Enter(tag);
        LdapFilter filter = ReadContent(ref reader, tag.TagValue, depthLeft - 1);
        reader.Leave(outer);
        return filter;
    }

    private static LdapFilter ReadContent(ref BerReader reader, int choice, int depthLeft)
    {
        switch (choice)
        {
            case 0: return new LdapFilter.And(ReadParts(ref reader, depthLeft));
            case 1: return new LdapFilter.Or(ReadParts(ref reader, depthLeft));
            case 2: return new LdapFilter.Not(Read(ref reader, depthLeft));
            case 3: return new LdapFilter.Equal(reader.Description(), reader.Octets());
            case 4: return ReadSubstring(ref reader);
            case 5: return new LdapFilter.GreaterOrEqual(reader.Description(), reader.Octets());
            case 6: return new LdapFilter.LessOrEqual(reader.Description(), reader.Octets());
            case 8: return new LdapFilter.Approximate(reader.Description(), reader.Octets());
            case 9: return ReadExtensible(ref reader);
            default:
                reader.Fail($"an unknown filter ({choice})");
                return None;
        }
    }

    private static List<LdapFilter> ReadParts(ref BerReader reader, int depthLeft)
    {
        var parts = new List<LdapFilter>();
        while (reader.HasMore)
            parts.Add(Read(ref reader, depthLeft));
        return parts;
    }

    private static LdapFilter.Substring ReadSubstring(ref BerReader reader)
    {
        string attribute = reader.Description();
        int outer = reader.Enter(Asn1Tag.Sequence);
        byte[]? initial = reader.OptionalOctets(Primitive(0));
        var any = new List<byte[]>();
        while (reader.NextIs(Primitive(1)))
            any.Add(reader.Octets(Primitive(1)));
        byte[]? final = reader.OptionalOctets(Primitive(2));
        if (reader.HasMore || (initial is null && final is null && any.Count == 0))
            reader.Fail("a substring filter out of order or empty");
        reader.Leave(outer);
        return new(attribute, initial, any, final);
    }

    private static LdapFilter.Extensible ReadExtensible(ref BerReader reader)
    {
        string? rule = reader.OptionalText(Primitive(1)), attribute = reader.OptionalText(Primitive(2));
        byte[] value = reader.Octets(Primitive(3));
        return new(rule, attribute, value, reader.OptionalBoolean(Primitive(4), false));
    }

    private static void WriteParts(AsnWriter writer, int choice, IReadOnlyList<LdapFilter> parts)
    {
        using (writer.PushSequence(Constructed(choice)))
            foreach (LdapFilter part in parts)
                Write(writer, part);
    }

    private static void WriteAssertion(AsnWriter writer, int choice, string attribute, byte[] value)
    {
        using (writer.PushSequence(Constructed(choice)))
        {
            writer.WriteText(attribute);
            writer.WriteOctetString(value);
        }
    }

    private static void WriteSubstring(AsnWriter writer, LdapFilter.Substring substring)
    {
        using (writer.PushSequence(Constructed(4)))
        {
            writer.WriteText(substring.Attribute);
            using (writer.PushSequence())
            {
                writer.WriteOptional(substring.Initial, Primitive(0));
                foreach (byte[] any in substring.Any)
                    writer.WriteOctetString(any, Primitive(1));
                writer.WriteOptional(substring.Final, Primitive(2));
            }
        }
    }

    private static void WriteExtensible(AsnWriter writer, LdapFilter.Extensible extensible)
    {
        using (writer.PushSequence(Constructed(9)))
        {
            writer.WriteOptional(extensible.Rule, Primitive(1));
            writer.WriteOptional(extensible.Attribute, Primitive(2));
            writer.WriteOctetString(extensible.Value, Primitive(3));
            if (extensible.MatchesDn)
                writer.WriteBoolean(true, Primitive(4));
        }
    }
}
