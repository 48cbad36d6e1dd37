using System.Buffers;
using System.Net;
using System.Text;
using DirMail.Mail.Mime;

namespace DirMail.Servers.Imap;

/// <summary>The first words of a message (RFC 8970): of its first plain text, or else of its first HTML without the marks. Only the front of the part is read.</summary>
internal static class Preview
{
    /// <summary>RFC 8970 3.2: at most 200 characters.</summary>
    private const int MaxCharacters = 200;

    private const int TextOctets = 2 * 1024;

    /// <summary>HTML begins with styles, often.</summary>
    private const int HtmlOctets = 32 * 1024;

    /// <summary>Empty when the message has no text; null when its text cannot be decoded.</summary>
    public static async ValueTask<string?> OfAsync(StoredMessage message, CancellationToken cancellationToken)
    {
        MimePart root = message.Structure!.Root;
        if ((Find(root, "plain") ?? Find(root, "html")) is not { } part)
            return "";
        if (TransferDecoder.For(part.Encoding) is not { } decoder)
            return null;
        bool isHtml = part.Subtype == "html";
        string text = await ReadAsync(message, part, decoder, isHtml ? HtmlOctets : TextOctets, cancellationToken);
        return Words(isHtml ? WebUtility.HtmlDecode(WithoutMarks(text)) : text);
    }

    private static MimePart? Find(MimePart part, string subtype)
    {
        if (part.Type == "text" && part.Subtype == subtype && part.Disposition != "attachment")
            return part;
        if (!part.IsMultipart)
            return null;
        foreach (MimePart child in part.Children)
        {
            if (Find(child, subtype) is { } found)
                return found;
        }
        return null;
    }

    private static async ValueTask<string> ReadAsync(StoredMessage message, MimePart part, TransferDecoder decoder, int most, CancellationToken cancellationToken)
    {
        int length = (int)Math.Min(most, part.BodyEnd - part.BodyStart);
        byte[] octets = ArrayPool<byte>.Shared.Rent(Math.Max(length, 1));
        try
        {
            long start = message.Shown(part.BodyStart);
            int read = await message.Content.ReadFullyAsync(new(start, start + length), octets.AsMemory(0, length), cancellationToken);
            ArrayBufferWriter<byte> decoded = new(most);
            decoder.Write(octets.AsSpan(0, read), decoded);
            // a character cut in two at the end is left out
            char[] characters = new char[decoded.WrittenCount + 1];
            return new(characters, 0, Charsets.Of(part).GetDecoder().GetChars(decoded.WrittenSpan, characters, flush: false));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(octets);
        }
    }

    /// <summary>No tags, comments, styles and scripts; a tag parts words.</summary>
    private static string WithoutMarks(string html)
    {
        StringBuilder text = new(html.Length);
        for (int at = 0; at < html.Length;)
        {
            int open = html.IndexOf('<', at);
            text.Append(html, at, (open < 0 ? html.Length : open) - at).Append(' ');
            if (open < 0)
                break;
            string end = IsNamed(html, open, "style") ? "</style" : IsNamed(html, open, "script") ? "</script" : IsNamed(html, open, "title") ? "</title" : IsNamed(html, open, "!--") ? "--" : "";
            int close = end.Length == 0 ? open : html.IndexOf(end, open, StringComparison.OrdinalIgnoreCase);
            at = close < 0 ? html.Length : html.IndexOf('>', close) is var last and >= 0 ? last + 1 : html.Length;
        }
        return text.ToString();
    }

    private static bool IsNamed(string html, int open, string name) => string.Compare(html, open + 1, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>With single blanks, cut at the end of a character.</summary>
    private static string Words(string text)
    {
        StringBuilder words = new(MaxCharacters);
        int characters = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isBlank = Rune.IsWhiteSpace(rune) || Rune.IsControl(rune);
            if (isBlank && (words.Length == 0 || words[^1] == ' '))
                continue;
            if (++characters > MaxCharacters)
                break;
            words.Append(isBlank ? " " : rune.ToString());
        }
        return words.ToString().TrimEnd();
    }
}
