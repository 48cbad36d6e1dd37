using System.Formats.Asn1;
using DirMail.Ldap.Client;
using static DirMail.Ldap.Codec.LdapTags;

namespace DirMail.Ldap.Codec;

/// <summary>One whole message's octets to the message (RFC 4511 appendix B).</summary>
internal static class MessageReader
{
    private const int UsualAttributes = 12;

    public static LdapMessage? Read(ReadOnlySpan<byte> octets, out string? error)
    {
        var reader = new BerReader(octets);
        int outer = reader.Enter(Asn1Tag.Sequence);
        int id = reader.Integer();
        if (id < 0)
            reader.Fail("a negative message id");
        LdapOperation? operation = ReadOperation(ref reader);
        IReadOnlyList<LdapControl> controls = reader.NextIs(Constructed(0)) ? ReadControls(ref reader) : [];
        reader.Leave(outer);
        error = reader.Failure;
        return error is null && operation is not null ? new(id, operation, controls) : null;
    }

    private static LdapOperation? ReadOperation(ref BerReader reader)
    {
        if (!reader.TryPeek(out Asn1Tag tag) || tag.TagClass != TagClass.Application || tag != Operation(tag.TagValue))
        {
            reader.Fail("an operation expected");
            return null;
        }
        switch (tag.TagValue)
        {
            case Unbind: reader.Content(tag); return new LdapOperation.UnbindRequest();
            case Delete: return new LdapOperation.DeleteRequest(reader.Text(tag));
            case Abandon: return new LdapOperation.AbandonRequest(reader.Number(reader.Content(tag)));
        }
        int outer = reader.Enter(tag);
        LdapOperation? operation = ReadContent(ref reader, tag.TagValue);
        reader.Leave(outer);
        return operation;
    }

    private static LdapOperation? ReadContent(ref BerReader reader, int number)
    {
        switch (number)
        {
            case SearchEntry: return new LdapOperation.SearchResultEntry(reader.Text(), ReadAttributes(ref reader));
            case SearchReference: return new LdapOperation.SearchResultReference(ReadTexts(ref reader));
            case SearchDone: return new LdapOperation.SearchResultDone(ReadResult(ref reader));
            case Intermediate: return new LdapOperation.IntermediateResponse(reader.OptionalText(Primitive(0)), reader.OptionalOctets(Primitive(1)));
            case BindRequest: return new LdapOperation.BindRequest(reader.Integer(), reader.Text(), ReadCredentials(ref reader));
            case BindResponse: return new LdapOperation.BindResponse(ReadResult(ref reader), reader.OptionalOctets(Primitive(7)));
            case SearchRequest: return ReadSearch(ref reader);
            case ModifyRequest: return new LdapOperation.ModifyRequest(reader.Text(), ReadChanges(ref reader));
            case ModifyResponse: return new LdapOperation.ModifyResponse(ReadResult(ref reader));
            case AddRequest: return new LdapOperation.AddRequest(reader.Text(), ReadAttributes(ref reader));
            case AddResponse: return new LdapOperation.AddResponse(ReadResult(ref reader));
            case DeleteResponse: return new LdapOperation.DeleteResponse(ReadResult(ref reader));
            case ModifyDnRequest: return new LdapOperation.ModifyDnRequest(reader.Text(), reader.Text(), reader.Boolean(), reader.OptionalText(Primitive(0)));
            case ModifyDnResponse: return new LdapOperation.ModifyDnResponse(ReadResult(ref reader));
            case CompareRequest: return ReadCompare(ref reader);
            case CompareResponse: return new LdapOperation.CompareResponse(ReadResult(ref reader));
            case ExtendedRequest: return new LdapOperation.ExtendedRequest(reader.Description(Primitive(0)), reader.OptionalOctets(Primitive(1)));
            case ExtendedResponse:
                return new LdapOperation.ExtendedResponse(ReadResult(ref reader), reader.OptionalText(Primitive(10)), reader.OptionalOctets(Primitive(11)));
            default:
                reader.Fail($"an unknown operation ({number})");
                return null;
        }
    }

    private static LdapOperation.CompareRequest ReadCompare(ref BerReader reader)
    {
        string dn = reader.Text();
        int outer = reader.Enter(Asn1Tag.Sequence);
        var compare = new LdapOperation.CompareRequest(dn, reader.Description(), reader.Octets());
        reader.Leave(outer);
        return compare;
    }

    private static LdapOperation.SearchRequest ReadSearch(ref BerReader reader)
    {
        string @base = reader.Text();
        int scope = reader.Enumerated(), dereference = reader.Enumerated(), sizeLimit = reader.Integer(), timeLimit = reader.Integer();
        bool typesOnly = reader.Boolean();
        LdapFilter filter = FilterCodec.Read(ref reader);
        int outer = reader.Enter(Asn1Tag.Sequence);
        var attributes = new List<string>();
        while (reader.HasMore)
            attributes.Add(reader.Description());
        reader.Leave(outer);
        return new(@base, (LdapScope)scope, filter, attributes)
        {
            Dereference = (LdapDereference)dereference,
            SizeLimit = sizeLimit,
            TimeLimit = timeLimit,
            TypesOnly = typesOnly,
        };
    }

    private static LdapCredentials ReadCredentials(ref BerReader reader)
    {
        if (reader.NextIs(Primitive(0)))
            return new LdapCredentials.Simple(reader.Octets(Primitive(0)));
        if (!reader.NextIs(Constructed(3)))
        {
            reader.Skip();
            return new LdapCredentials.Unknown();
        }
        int outer = reader.Enter(Constructed(3));
        var sasl = new LdapCredentials.Sasl(reader.Text(), reader.OptionalOctets(Asn1Tag.PrimitiveOctetString));
        reader.Leave(outer);
        return sasl;
    }

    public static List<LdapAttribute> ReadAttributes(ref BerReader reader)
    {
        var attributes = new List<LdapAttribute>(UsualAttributes);
        int outer = reader.Enter(Asn1Tag.Sequence);
        while (reader.HasMore)
            attributes.Add(ReadSharedAttribute(ref reader));
        reader.Leave(outer);
        return attributes;
    }

    private static LdapAttribute ReadSharedAttribute(ref BerReader reader)
    {
        ReadOnlySpan<byte> element = reader.PeekShort();
        if (SharedAttributes.Find(element, out uint hash) is { } known)
        {
            reader.Pass(element);
            return known;
        }
        LdapAttribute attribute = ReadAttribute(ref reader);
        if (reader.Failure is null)
            SharedAttributes.Offer(element, hash, attribute);
        return attribute;
    }

    private static LdapAttribute ReadAttribute(ref BerReader reader)
    {
        int outer = reader.Enter(Asn1Tag.Sequence);
        string description = reader.Description();
        int outerOfSet = reader.Enter(Asn1Tag.SetOf);
        IReadOnlyList<byte[]> values = reader.HasMore ? ReadValues(ref reader) : [];
        reader.Leave(outerOfSet);
        reader.Leave(outer);
        return new(description, values);
    }

    /// <summary>Most attributes have one value: an array of one is smaller than a list.</summary>
    private static IReadOnlyList<byte[]> ReadValues(ref BerReader reader)
    {
        byte[] first = reader.Octets();
        if (!reader.HasMore)
            return new[] { first };
        var values = new List<byte[]> { first };
        while (reader.HasMore)
            values.Add(reader.Octets());
        return values;
    }

    private static List<LdapChange> ReadChanges(ref BerReader reader)
    {
        var changes = new List<LdapChange>();
        int outer = reader.Enter(Asn1Tag.Sequence);
        while (reader.HasMore)
        {
            int outerOfChange = reader.Enter(Asn1Tag.Sequence);
            changes.Add(new((LdapChangeKind)reader.Enumerated(), ReadAttribute(ref reader)));
            reader.Leave(outerOfChange);
        }
        reader.Leave(outer);
        return changes;
    }

    private static List<string> ReadTexts(ref BerReader reader)
    {
        var texts = new List<string>();
        while (reader.HasMore)
            texts.Add(reader.Text());
        return texts;
    }

    private static LdapResult ReadResult(ref BerReader reader)
    {
        var result = new LdapResult((LdapResultCode)reader.Enumerated(), reader.Text(), reader.Text());
        if (result is { Code: LdapResultCode.Success, MatchedDn: "", Message: "" })
            result = LdapResult.Success;
        if (!reader.NextIs(Constructed(3)))
            return result;
        int outer = reader.Enter(Constructed(3));
        result = result with { Referrals = ReadTexts(ref reader) };
        reader.Leave(outer);
        return result;
    }

    private static List<LdapControl> ReadControls(ref BerReader reader)
    {
        var controls = new List<LdapControl>();
        int outer = reader.Enter(Constructed(0));
        while (reader.HasMore)
        {
            int outerOfControl = reader.Enter(Asn1Tag.Sequence);
            controls.Add(new(reader.Description(), reader.OptionalBoolean(Asn1Tag.Boolean, false), reader.OptionalOctets(Asn1Tag.PrimitiveOctetString)));
            reader.Leave(outerOfControl);
        }
        reader.Leave(outer);
        return controls;
    }
}
