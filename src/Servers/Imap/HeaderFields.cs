using System.Text;
using DirMail.Store;

namespace DirMail.Servers.Imap;

/// <summary>Picks fields out of a header (RFC 9051 HEADER.FIELDS, HEADER.FIELDS.NOT).</summary>
internal static class HeaderFields
{
    /// <summary>Moves the chosen fields, as they are written, and the blank line to the front of <paramref name="header"/>; returns their length.</summary>
    public static int Choose(Span<byte> header, IReadOnlyList<string> names, bool except)
    {
        int chosen = 0, at = 0;
        while (at < header.Length && !IsBlank(header[at..]))
        {
            int length = FieldLength(header[at..]);
            if (IsNamed(header.Slice(at, length), names) != except)
            {
                header.Slice(at, length).CopyTo(header[chosen..]);
                chosen += length;
            }
            at += length;
        }
        int blank = at < header.Length ? (header[at] == '\r' ? 2 : 1) : 0;
        header.Slice(at, blank).CopyTo(header[chosen..]);
        return chosen + blank;
    }

    /// <summary>Reads as much of the range as the buffer holds.</summary>
    public static async ValueTask<int> ReadFullyAsync(this MessageContent content, OctetRange range, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int wanted = (int)Math.Min(buffer.Length, range.Length), length = 0;
        while (length < wanted)
        {
            int read = await content.ReadAsync(range.Start + length, buffer[length..wanted], cancellationToken);
            if (read == 0)
                break;
            length += read;
        }
        return length;
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line[0] == '\n' || line.StartsWith("\r\n"u8);

    /// <summary>With its folded lines.</summary>
    private static int FieldLength(ReadOnlySpan<byte> rest)
    {
        int length = 0;
        do
        {
            int end = rest[length..].IndexOf((byte)'\n');
            length = end < 0 ? rest.Length : length + end + 1;
        }
        while (length < rest.Length && rest[length] is (byte)' ' or (byte)'\t');
        return length;
    }

    private static bool IsNamed(ReadOnlySpan<byte> field, IReadOnlyList<string> names)
    {
        int colon = field.IndexOf((byte)':');
        if (colon < 0)
            return false;
        ReadOnlySpan<byte> name = field[..colon].TrimEnd(" \t"u8);
        for (int i = 0; i < names.Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(name, names[i]))
                return true;
        }
        return false;
    }
}
