using System.Text;

namespace DirMail.Mail.Mime;

/// <summary>Reads the words of a structured field from left to right (RFC 5322 3.2, RFC 2045 5.1). Never fails: what is not closed ends with the text.</summary>
internal ref struct FieldCursor(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> text = text;
    private int at;

    public readonly bool AtEnd => at >= text.Length;

    public readonly char Current => text[at];

    public void Step() => at++;

    /// <summary>Passes over blanks and comments; returns the text of the last comment, or null.</summary>
    public string? SkipBlanks()
    {
        string? comment = null;
        while (!AtEnd)
        {
            if (Current == '(')
                comment = Comment();
            else if (char.IsWhiteSpace(Current))
                at++;
            else
                break;
        }
        return comment;
    }

    /// <summary>At a quote: what is between it and the closing one, without the backslashes.</summary>
    public string Quoted()
    {
        var content = new StringBuilder();
        for (at++; !AtEnd && Current != '"'; at++)
            content.Append(Current == '\\' && at + 1 < text.Length ? text[++at] : Current);
        at++;
        return content.ToString();
    }

    /// <summary>Up to one of <paramref name="ends"/>, without the blanks at its end; may be empty.</summary>
    public ReadOnlySpan<char> Until(ReadOnlySpan<char> ends)
    {
        ReadOnlySpan<char> rest = text[Math.Min(at, text.Length)..];
        int length = rest.IndexOfAny(ends);
        if (length < 0)
            length = rest.Length;
        at += length;
        return rest[..length].TrimEnd();
    }

    private string Comment()
    {
        var content = new StringBuilder();
        int depth = 1;
        for (at++; !AtEnd; at++)
        {
            char c = Current;
            if (c == '\\' && at + 1 < text.Length)
                c = text[++at];
            else if (c == '(')
                depth++;
            else if (c == ')' && --depth == 0)
                break;
            content.Append(c);
        }
        at++;
        return content.ToString().Trim();
    }
}
