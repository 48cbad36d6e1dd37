using System.Formats.Asn1;
using System.Text;
using System.Text.Unicode;

namespace DirMail.Ldap.Codec;

/// <summary>
/// Walks over BER as LDAP restricts it (RFC 4511 5.1: definite lengths, primitive octet strings). Sticky: after the first fault every read
/// gives an empty answer and <see cref="Failure"/> says what was wrong, so callers ask once, at the end. Never throws, never reads past its octets.
/// </summary>
internal ref struct BerReader(ReadOnlySpan<byte> octets)
{
    private readonly ReadOnlySpan<byte> _octets = octets;
    private int _position;
    private int _end = octets.Length;

    public string? Failure { get; private set; }

    /// <summary>Where the next element begins.</summary>
    public readonly int Position => _position;

    /// <summary>Whether the element entered last holds more.</summary>
    public readonly bool HasMore => Failure is null && _position < _end;

    /// <summary>Goes into a constructed element; gives the outer end, to be handed to <see cref="Leave"/>.</summary>
    public int Enter(Asn1Tag tag)
    {
        int outer = _end, length = Header(tag.AsConstructed());
        _end = _position + length;
        return outer;
    }

    /// <summary>Leaves the element; what is left of it is an extension to be ignored (RFC 4511 4).</summary>
    public void Leave(int outer)
    {
        if (Failure is not null)
            return;
        _position = _end;
        _end = outer;
    }

    public readonly bool NextIs(Asn1Tag tag) => TryPeek(out Asn1Tag next) && next == tag;

    public readonly bool TryPeek(out Asn1Tag tag)
    {
        tag = default;
        return HasMore && Asn1Tag.TryDecode(_octets[_position.._end], out tag, out _);
    }

    /// <summary>Content of a primitive element, still in the reader's octets.</summary>
    public ReadOnlySpan<byte> Content(Asn1Tag tag)
    {
        int length = Header(tag);
        ReadOnlySpan<byte> content = _octets.Slice(_position, length);
        _position += length;
        return content;
    }

    /// <summary>The next element as it is, tag and length included, without passing over it; empty when there is none, or its length takes more than one octet.</summary>
    public readonly ReadOnlySpan<byte> PeekShort() =>
        HasMore && _end - _position >= 2 && _octets[_position + 1] is var length && length < 0x80 && length <= _end - _position - 2 ? _octets.Slice(_position, 2 + length) : [];

    /// <summary>Passes over what <see cref="PeekShort"/> gave.</summary>
    public void Pass(ReadOnlySpan<byte> element) => _position += element.Length;

    public byte[] Octets() => Octets(Asn1Tag.PrimitiveOctetString);

    public byte[] Octets(Asn1Tag tag) => Content(tag) is { IsEmpty: false } content ? content.ToArray() : [];

    public byte[]? OptionalOctets(Asn1Tag tag) => NextIs(tag) ? Octets(tag) : null;

    public string Text() => Text(Asn1Tag.PrimitiveOctetString);

    public string Text(Asn1Tag tag) => Text(Content(tag));

    public string? OptionalText(Asn1Tag tag) => NextIs(tag) ? Text(tag) : null;

    /// <summary>An attribute description or object identifier: few differ, so the strings are shared. Other than ASCII is no description, but that is for the answer to say.</summary>
    public string Description() => Description(Asn1Tag.PrimitiveOctetString);

    public string Description(Asn1Tag tag)
    {
        ReadOnlySpan<byte> content = Content(tag);
        return Ascii.IsValid(content) ? SharedNames.Get(content) : Text(content);
    }

    public int Integer() => Number(Content(Asn1Tag.Integer));

    public int Enumerated() => Number(Content(Asn1Tag.Enumerated));

    public bool Boolean() => Boolean(Asn1Tag.Boolean);

    public bool Boolean(Asn1Tag tag)
    {
        ReadOnlySpan<byte> content = Content(tag);
        if (content.Length == 1)
            return content[0] != 0;
        Fail("a boolean of other than one octet");
        return false;
    }

    public bool OptionalBoolean(Asn1Tag tag, bool otherwise) => NextIs(tag) ? Boolean(tag) : otherwise;

    /// <summary>Passes over one element of whatever kind.</summary>
    public void Skip()
    {
        if (TryPeek(out Asn1Tag tag))
            _position += Header(tag);
        else
            Fail("an element expected");
    }

    public void Fail(string reason)
    {
        Failure ??= $"{reason} at octet {_position}";
        _position = _end;
    }

    /// <summary>Two's complement of 1 to 4 octets: LDAP has no larger number.</summary>
    public int Number(ReadOnlySpan<byte> content)
    {
        if (content.Length is < 1 or > 4)
        {
            Fail("a number out of range");
            return 0;
        }
        int value = (sbyte)content[0];
        for (int i = 1; i < content.Length; i++)
            value = (value << 8) | content[i];
        return value;
    }

    /// <summary>Moves to the content of the next element and gives its length; 0 after a fault.</summary>
    private int Header(Asn1Tag expected)
    {
        ReadOnlySpan<byte> rest = _octets[_position.._end];
        if (Failure is not null)
            return 0;
        if (IsShort(rest, expected))
        {
            _position += 2;
            return rest[1];
        }
        // The decoder also knows indefinite lengths (0x80), which LDAP forbids; looking for their end could take long.
        if (!Asn1Tag.TryDecode(rest, out Asn1Tag tag, out int tagLength) || tagLength == rest.Length || rest[tagLength] == 0x80)
            Fail($"element {expected} expected");
        else if (tag != expected)
            Fail($"element {expected} expected, {tag} found");
        else if (!AsnDecoder.TryReadEncodedValue(rest, AsnEncodingRules.BER, out _, out int offset, out int length, out _))
            Fail("a length that is wrong or larger than what holds it");
        else
        {
            _position += offset;
            return length;
        }
        return 0;
    }

    /// <summary>Nearly every element: its tag and its length take one octet each.</summary>
    private static bool IsShort(ReadOnlySpan<byte> rest, Asn1Tag expected) =>
        rest.Length >= 2 && rest[1] <= rest.Length - 2 && rest[1] < 0x80
        && expected.TagValue < 31 && rest[0] == (byte)((int)expected.TagClass | (expected.IsConstructed ? 0x20 : 0) | expected.TagValue);

    private string Text(ReadOnlySpan<byte> content)
    {
        if (Utf8.IsValid(content))
            return Encoding.UTF8.GetString(content);
        Fail("text that is not UTF-8");
        return "";
    }
}
