using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace DirMail.Mail;

/// <summary>Turns the octets of a field's value into text.</summary>
internal static class HeaderText
{
    private static readonly SearchValues<byte> LineEndsAndNul = SearchValues.Create("\r\n\0"u8);

    /// <summary>Without folds (RFC 5322 2.2.3: the line ends go, the blanks stay), stray CR, LF and NUL; trimmed. UTF-8 when it is, else Latin-1.</summary>
    public static string Unfold(ReadOnlySpan<byte> value)
    {
        value = value.Trim(" \t\r\n\0"u8);
        if (value.IndexOfAny(LineEndsAndNul) < 0)
            return Decode(value);
        byte[] kept = ArrayPool<byte>.Shared.Rent(value.Length);
        int length = 0;
        while (!value.IsEmpty)
        {
            int cut = value.IndexOfAny(LineEndsAndNul);
            ReadOnlySpan<byte> piece = cut < 0 ? value : value[..cut];
            piece.CopyTo(kept.AsSpan(length));
            length += piece.Length;
            value = cut < 0 ? default : value[(cut + 1)..];
        }
        string text = Decode(kept.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(kept);
        return text;
    }

    public static string Decode(ReadOnlySpan<byte> octets) =>
        (Utf8.IsValid(octets) ? Encoding.UTF8 : Encoding.Latin1).GetString(octets);
}
