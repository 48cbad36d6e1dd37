using System.Buffers;
using System.Text;

namespace DirMail.Mail.Mime;

/// <summary>
/// Reads and writes encoded words "=?charset?B?...?=" (RFC 2047, with the language of RFC 2231 5). What is none, or damaged, or of an unknown charset, stays as it is.
/// Neighbours of the same charset are joined before they are decoded: some senders cut a character in two.
/// </summary>
public static class EncodedWords
{
    /// <summary>Of what a word encodes: with what stands around it a line has 76 characters at most (RFC 2047 2).</summary>
    private const int MostWordOctets = 42;

    public static string Decode(string text)
    {
        if (!text.Contains("=?", StringComparison.Ordinal))
            return text;
        var decoded = new StringBuilder(text.Length);
        var octets = new List<byte>();
        Encoding? charset = null;
        int at = 0;
        while (at < text.Length)
        {
            int start = text.IndexOf("=?", at, StringComparison.Ordinal);
            if (start < 0)
                break;
            ReadOnlySpan<char> between = text.AsSpan(at, start - at);
            if (!TryWord(text.AsSpan(start), out Word word))
            {
                Flush(decoded, octets, ref charset);
                decoded.Append(between).Append("=?");
                at = start + 2;
                continue;
            }
            // blanks between two words are no text (RFC 2047 6.2)
            if (charset is null || !between.IsWhiteSpace())
            {
                Flush(decoded, octets, ref charset);
                decoded.Append(between);
            }
            else if (charset != word.Charset)
            {
                Flush(decoded, octets, ref charset);
            }
            charset = word.Charset;
            octets.AddRange(word.Octets);
            at = start + word.Length;
        }
        Flush(decoded, octets, ref charset);
        return decoded.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>The value of an unstructured field (RFC 5322 2.2.1): as it is where that is ASCII, else in words of whole characters, one a line. Nothing in it ends the field.</summary>
    /// <param name="text">Without control characters.</param>
    public static string Encode(string text)
    {
        if (text.All(static c => c is >= ' ' and <= '~') && !text.Contains("=?", StringComparison.Ordinal))
            return text;
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Encoding.UTF8.GetByteCount(word.ToString()) + rune.Utf8SequenceLength > MostWordOctets)
            {
                words.Add(word.ToString());
                word.Clear();
            }
            word.Append(rune);
        }
        words.Add(word.ToString());
        return string.Join("\r\n ", words.Select(static w => $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(w))}?="));
    }

    private static void Flush(StringBuilder decoded, List<byte> octets, ref Encoding? charset)
    {
        if (charset is not null)
            decoded.Append(charset.GetString([.. octets]));
        octets.Clear();
        charset = null;
    }

    private static bool TryWord(ReadOnlySpan<char> text, out Word word)
    {
        word = default;
        int charsetEnd = text[2..].IndexOf('?') + 2;
        if (charsetEnd < 3 || text.Length < charsetEnd + 4 || text[charsetEnd + 2] != '?')
            return false;
        int content = charsetEnd + 3;
        int end = text[content..].IndexOf("?=");
        if (end < 0)
            return false;
        ReadOnlySpan<char> name = text[2..charsetEnd];
        int language = name.IndexOf('*');
        if (Charsets.Find(language < 0 ? name : name[..language]) is not { } charset)
            return false;
        if (!TryOctets((char)(text[charsetEnd + 1] | 0x20), text.Slice(content, end), out byte[] octets))
            return false;
        word = new(charset, octets, content + end + 2);
        return true;
    }

    private static bool TryOctets(char encoding, ReadOnlySpan<char> content, out byte[] octets)
    {
        octets = [];
        if (encoding is not ('b' or 'q') || content.ContainsAnyExceptInRange(' ', '~'))
            return false;
        byte[] ascii = Encoding.ASCII.GetBytes(content.ToArray());
        if (encoding == 'q')
            ascii.AsSpan().Replace((byte)'_', (byte)' ');
        TransferDecoder decoder = TransferDecoder.For(encoding == 'b' ? "base64" : "quoted-printable")!;
        var output = new ArrayBufferWriter<byte>(ascii.Length + 1);
        decoder.Write(ascii, output);
        // a blank at the end is text here, not the rest of a line
        if (encoding == 'q' && ascii is [.., (byte)' '])
            decoder.Write("=\n"u8, output);
        decoder.Complete(output);
        octets = output.WrittenSpan.ToArray();
        return true;
    }

    private readonly record struct Word(Encoding Charset, byte[] Octets, int Length);
}
