using System.Text;
using DirMail.Mail.Mime;

namespace DirMail.Servers.Imap.Sorting;

/// <summary>A subject without what answering and forwarding put around it (RFC 5256 2.1).</summary>
/// <param name="IsReply">Something of that kind was there.</param>
internal readonly record struct BaseSubject(string Text, bool IsReply)
{
    public static BaseSubject Of(string? subject)
    {
        string text = Plain(subject ?? "");
        bool isReply = false;
        while (true)
        {
            text = WithoutTrailers(text, ref isReply);
            text = WithoutLeaders(text, ref isReply);
            if (!text.StartsWith("[fwd:", StringComparison.OrdinalIgnoreCase) || !text.EndsWith(']'))
                return new(text, isReply);
            isReply = true;
            text = text[5..^1];
        }
    }

    /// <summary>Decoded, with single blanks.</summary>
    private static string Plain(string subject)
    {
        StringBuilder plain = new(subject.Length);
        foreach (char c in EncodedWords.Decode(subject))
        {
            if (!char.IsWhiteSpace(c))
                plain.Append(c);
            else if (plain.Length > 0 && plain[^1] != ' ')
                plain.Append(' ');
        }
        return plain.ToString();
    }

    private static string WithoutTrailers(string text, ref bool isReply)
    {
        while (true)
        {
            text = text.TrimEnd(' ');
            if (!text.EndsWith("(fwd)", StringComparison.OrdinalIgnoreCase))
                return text;
            isReply = true;
            text = text[..^5];
        }
    }

    private static string WithoutLeaders(string text, ref bool isReply)
    {
        while (true)
        {
            text = text.TrimStart(' ');
            int start = 0;
            while (Blob(text, start) is var blob and > 0)
                start += blob;
            if (Reference(text, start) is var length and > 0)
            {
                isReply = true;
                text = text[(start + length)..];
            }
            else if (Blob(text, 0) is var first and > 0 && first < text.Length)
            {
                text = text[first..];
            }
            else
            {
                return text;
            }
        }
    }

    /// <summary>Length of "[anything] " there; 0 when there is none.</summary>
    private static int Blob(string text, int at)
    {
        if (at >= text.Length || text[at] != '[')
            return 0;
        int end = text.AsSpan(at + 1).IndexOfAny('[', ']');
        if (end < 0 || text[at + 1 + end] == '[')
            return 0;
        return Blanks(text, at + end + 2) - at;
    }

    /// <summary>Length of "Re: ", "Fwd [blob]:" and the like there; 0 when there is none.</summary>
    private static int Reference(string text, int at)
    {
        ReadOnlySpan<char> rest = text.AsSpan(at);
        int word = rest.StartsWith("re", StringComparison.OrdinalIgnoreCase) ? 2
            : rest.StartsWith("fwd", StringComparison.OrdinalIgnoreCase) ? 3
            : rest.StartsWith("fw", StringComparison.OrdinalIgnoreCase) ? 2 : 0;
        if (word == 0)
            return 0;
        int end = Blanks(text, at + word);
        end += Blob(text, end);
        return end < text.Length && text[end] == ':' ? end + 1 - at : 0;
    }

    private static int Blanks(string text, int at)
    {
        while (at < text.Length && text[at] == ' ')
            at++;
        return at;
    }
}
