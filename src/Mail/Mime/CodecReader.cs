using System.Text;
using System.Text.Unicode;

namespace DirMail.Mail.Mime;

/// <summary>Reads what <see cref="CodecWriter"/> wrote. Sticky: the first damage ends it, and everything read after that is empty.</summary>
internal ref struct CodecReader(ReadOnlySpan<byte> stored)
{
    private ReadOnlySpan<byte> _rest = stored;

    public bool IsDamaged { get; private set; }

    /// <summary>All read, nothing left, no damage.</summary>
    public readonly bool IsComplete => !IsDamaged && _rest.IsEmpty;

    public void Fail()
    {
        IsDamaged = true;
        _rest = default;
    }

    public byte Octet()
    {
        if (_rest.IsEmpty)
        {
            Fail();
            return 0;
        }
        byte value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    /// <summary>From 0 to <paramref name="highest"/>.</summary>
    public long Number(long highest)
    {
        ulong value = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            byte octet = Octet();
            value |= (ulong)(octet & 0x7F) << shift;
            if (octet < 0x80)
            {
                if (value <= (ulong)Math.Max(0, highest))
                    return (long)value;
                break;
            }
        }
        Fail();
        return 0;
    }

    /// <summary>Of things that take at least <paramref name="leastOctets"/> each: never more than the octets left can hold.</summary>
    public int Count(int leastOctets) => (int)Number(_rest.Length / leastOctets);

    public string? Text()
    {
        int length = (int)Number(_rest.Length) - 1;
        if (length < 0)
            return null;
        if (length > _rest.Length || !Utf8.IsValid(_rest[..length]))
        {
            Fail();
            return null;
        }
        string text = Encoding.UTF8.GetString(_rest[..length]);
        _rest = _rest[length..];
        return text;
    }

    public readonly int Left => _rest.Length;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>A text as its octets, UTF-8.</summary>
    public StoredText Octets()
    {
        int length = (int)Number(_rest.Length) - 1;
        if (length < 0)
            return default;
        if (length > _rest.Length || !Utf8.IsValid(_rest[..length]))
        {
            Fail();
            return default;
        }
        var text = new StoredText(_rest[..length]);
        _rest = _rest[length..];
        return text;
    }

    public string RequiredText()
    {
        if (Text() is { } text)
            return text;
        Fail();
        return "";
    }
}
