using System.Formats.Asn1;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace DirMail.Ldap.Codec;

/// <summary>
/// An entry as <see cref="EntryCodec"/> writes it, read where it lies: a value is a slice of the octets, and nothing is made for what nobody asks for. One object reads any number of entries,
/// each until the next; used by one thread. Takes nothing on trust.
/// </summary>
public sealed class EntryOctets : IEntryContent
{
    private readonly List<Attribute> _attributes = [];
    private readonly List<(int Start, int Length)> _values = [];
    private ReadOnlyMemory<byte> _octets;
    private char[] _name = new char[256];
    private int _nameLength;
    private Dn? _dn;

    /// <param name="First">Number of its first value among those of all attributes.</param>
    private readonly record struct Attribute(string Description, int First, int Count);

    public Dn Dn => _dn ??= Dn.Parse(DnText.ToString());

    public ReadOnlySpan<char> DnText => _name.AsSpan(0, _nameLength);

    public int Count => _attributes.Count;

    public string Description(int attribute) => _attributes[attribute].Description;

    public int IndexOf(string description)
    {
        ReadOnlySpan<Attribute> all = CollectionsMarshal.AsSpan(_attributes);
        for (int i = 0; i < all.Length; i++)
            if (all[i].Description.Equals(description, StringComparison.OrdinalIgnoreCase))
                return i;
        return -1;
    }

    public int ValueCount(int attribute) => _attributes[attribute].Count;

    public ReadOnlySpan<byte> Value(int attribute, int value)
    {
        (int start, int length) = _values[_attributes[attribute].First + value];
        return _octets.Span.Slice(start, length);
    }

    /// <summary>This object with that entry; null when the octets are none, or its name is none.</summary>
    public EntryOctets? Read(ReadOnlyMemory<byte> octets)
    {
        _octets = octets;
        _attributes.Clear();
        _values.Clear();
        var reader = new BerReader(octets.Span);
        int outer = reader.Enter(LdapTags.Operation(LdapTags.SearchEntry));
        bool isNamed = ReadName(reader.Content(Asn1Tag.PrimitiveOctetString));
        int outerOfAttributes = reader.Enter(Asn1Tag.Sequence);
        while (reader.HasMore)
            ReadAttribute(ref reader);
        reader.Leave(outerOfAttributes);
        reader.Leave(outer);
        return reader.Failure is null && isNamed ? this : null;
    }

    private bool ReadName(ReadOnlySpan<byte> octets)
    {
        _dn = null;
        _nameLength = 0;
        if (!Utf8.IsValid(octets))
            return false;
        if (octets.Length > _name.Length)
            _name = new char[octets.Length];
        _nameLength = Encoding.UTF8.GetChars(octets, _name);
        return (_nameLength <= Dn.MaxLength && Ldap.DnText.IsPlain(DnText)) || Dn.TryParse(DnText.ToString(), out _dn);
    }

    private void ReadAttribute(ref BerReader reader)
    {
        int outer = reader.Enter(Asn1Tag.Sequence), first = _values.Count;
        string description = reader.Description();
        int outerOfSet = reader.Enter(Asn1Tag.SetOf);
        while (reader.HasMore)
        {
            int length = reader.Content(Asn1Tag.PrimitiveOctetString).Length;
            _values.Add((reader.Position - length, length));
        }
        reader.Leave(outerOfSet);
        reader.Leave(outer);
        _attributes.Add(new(description, first, _values.Count - first));
    }
}
