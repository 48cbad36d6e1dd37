using System.Buffers;
using System.Text;

namespace DirMail.Mail.Dkim;

/// <summary>The header of a message in the form that is signed (RFC 6376 3.4.1, 3.4.2, 5.4.2).</summary>
public sealed class CanonicalHeader(ReadOnlyMemory<byte> octets)
{
    public HeaderBlock Block { get; } = HeaderBlock.Parse(octets.Span);

    /// <summary>
    /// What a signature covers: the named fields, each name taking the lowest one not taken yet and nothing when there is none left, then the signature's own field
    /// without its b= and line end.
    /// </summary>
    public byte[] Signed(IEnumerable<string> names, ReadOnlySpan<byte> signatureField, Canonicalization way)
    {
        var left = new Dictionary<string, Stack<HeaderField>>(StringComparer.OrdinalIgnoreCase);
        foreach (HeaderField field in Block.Fields)
        {
            if (!left.TryGetValue(field.Name, out Stack<HeaderField>? same))
                left[field.Name] = same = new();
            same.Push(field);
        }
        var signed = new ArrayBufferWriter<byte>(4096);
        foreach (string name in names)
            if (left.TryGetValue(name, out Stack<HeaderField>? same) && same.TryPop(out HeaderField? field))
                Write(signed, Octets(field), way);
        Write(signed, WithoutSignature(signatureField), way, lineEnd: false);
        return signed.WrittenSpan.ToArray();
    }

    public ReadOnlySpan<byte> Octets(HeaderField field) => octets.Span.Slice(field.Offset, field.Length);

    public static void Write(IBufferWriter<byte> to, ReadOnlySpan<byte> field, Canonicalization way, bool lineEnd = true)
    {
        field = field.TrimEnd("\r\n"u8);
        if (way == Canonicalization.Simple)
            to.Write(field);
        else
            WriteRelaxed(to, field);
        if (lineEnd)
            to.Write("\r\n"u8);
    }

    /// <summary>Name in lower case, folds undone, blanks run together, none around the colon and at the end.</summary>
    private static void WriteRelaxed(IBufferWriter<byte> to, ReadOnlySpan<byte> field)
    {
        int colon = field.IndexOf((byte)':');
        ReadOnlySpan<byte> name = field[..colon].TrimEnd(" \t"u8), value = field[(colon + 1)..].Trim(" \t\r\n"u8);
        Ascii.ToLower(name, to.GetSpan(name.Length), out int written);
        to.Advance(written);
        to.Write(":"u8);
        while (!value.IsEmpty)
        {
            int end = value.IndexOfAny(" \t\r\n"u8);
            if (end < 0)
                end = value.Length;
            to.Write(value[..end]);
            value = value[end..];
            ReadOnlySpan<byte> next = value.TrimStart(" \t\r\n"u8);
            // a line end without a blank is no fold, and cannot stand within a field
            if (!next.IsEmpty)
                to.Write(" "u8);
            value = next;
        }
    }

    /// <summary>The field with the value of its b= taken out, blanks and all (RFC 6376 3.7).</summary>
    internal static byte[] WithoutSignature(ReadOnlySpan<byte> field)
    {
        int at = field.IndexOf((byte)':') + 1;
        while (at < field.Length)
        {
            int end = field[at..].IndexOf((byte)';') is >= 0 and var length ? at + length : field.TrimEnd("\r\n"u8).Length;
            ReadOnlySpan<byte> tag = field[at..Math.Max(at, end)];
            int equals = tag.IndexOf((byte)'=');
            if (equals >= 0 && tag[..equals].Trim(" \t\r\n"u8).SequenceEqual("b"u8))
                return [.. field[..(at + equals + 1)], .. field[end..]];
            at = Math.Max(at, end) + 1;
        }
        return field.ToArray();
    }
}
