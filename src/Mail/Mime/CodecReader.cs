using System.Text;
using System.Text.Unicode;

namespace DirMail.Mail.Mime;

/// <summary>Reads what <see cref="CodecWriter"/> wrote. Sticky: the first damage ends it, and everything read after that is empty.</summary>
internal ref struct CodecReader(ReadOnlySpan<byte> stored)
{
    private ReadOnlySpan<byte> rest = stored;

    public bool IsDamaged { get; private set; }

    /// <summary>All read, nothing left, no damage.</summary>
    public readonly bool IsComplete => !IsDamaged && rest.IsEmpty;

    public void Fail()
    {
        IsDamaged = true;
        rest = default;
    }

    public byte Octet()
    {
        if (rest.IsEmpty)
        {
            Fail();
            return 0;
        }
        byte value = rest[0];
        rest = rest[1..];
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
    public int Count(int leastOctets) => (int)Number(rest.Length / leastOctets);

    public string? Text()
    {
        int length = (int)Number(rest.Length) - 1;
        if (length < 0)
            return null;
        if (length > rest.Length || !Utf8.IsValid(rest[..length]))
        {
            Fail();
            return null;
        }
        string text = Encoding.UTF8.GetString(rest[..length]);
        rest = rest[length..];
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
