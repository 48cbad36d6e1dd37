using System.Text;

namespace DirMail.Mail.Mime;

/// <summary>Reads the words of a structured field from left to right (RFC 5322 3.2, RFC 2045 5.1). Never fails: what is not closed ends with the text.</summary>
internal ref struct FieldCursor(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    public readonly bool AtEnd => _at >= _text.Length;

    public readonly char Current => _text[_at];

    public void Step() => _at++;

    /// <summary>Passes over blanks and comments; returns the text of the last comment, or null.</summary>
    public string? SkipBlanks()
    {
        string? comment = null;
        while (!AtEnd)
        {
            if (Current == '(')
                comment = Comment();
            else if (char.IsWhiteSpace(Current))
                _at++;
            else
                break;
        }
        return comment;
    }

    /// <summary>At a quote: what is between it and the closing one, without the backslashes.</summary>
    public string Quoted()
    {
        var content = new StringBuilder();
        for (_at++; !AtEnd && Current != '"'; _at++)
            content.Append(Current == '\\' && _at + 1 < _text.Length ? _text[++_at] : Current);
        _at++;
        return content.ToString();
    }

    /// <summary>Up to one of <paramref name="ends"/>, without the blanks at its end; may be empty.</summary>
    public ReadOnlySpan<char> Until(ReadOnlySpan<char> ends)
    {
        ReadOnlySpan<char> rest = _text[Math.Min(_at, _text.Length)..];
        int length = rest.IndexOfAny(ends);
        if (length < 0)
            length = rest.Length;
        _at += length;
        return rest[..length].TrimEnd();
    }

    private string Comment()
    {
        var content = new StringBuilder();
        int depth = 1;
        for (_at++; !AtEnd; _at++)
        {
            char c = Current;
            if (c == '\\' && _at + 1 < _text.Length)
                c = _text[++_at];
            else if (c == '(')
                depth++;
            else if (c == ')' && --depth == 0)
                break;
            content.Append(c);
        }
        _at++;
        return content.ToString().Trim();
    }
}
