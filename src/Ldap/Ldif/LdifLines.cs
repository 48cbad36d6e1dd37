using System.Text;

namespace DirMail.Ldap.Ldif;

/// <summary>One line of a record, unfolded: what stands before the colon, and the value's octets. A line of "-" has no name and no value.</summary>
internal sealed record LdifLine(string Name, byte[] Value, int Number)
{
    public bool IsDash => Name.Length == 0;

    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    public string Text => Encoding.UTF8.GetString(Value);
}

/// <summary>The lines between two blank ones; the first fault ends them.</summary>
internal sealed record LdifBlock(IReadOnlyList<LdifLine> Lines, LdifItem.Error? Error);

/// <summary>Unfolds lines, leaves comments out, decodes values (RFC 2849, notes 1 to 8), one record's lines at a time.</summary>
internal sealed class LdifLines(TextReader file)
{
    private const int MaxLineLength = 24 * 1024 * 1024;

    private string? _ahead;
    private int _aheadNumber;

    /// <summary>The next lines that stand together; null at the end of the file.</summary>
    public LdifBlock? NextBlock()
    {
        var lines = new List<LdifLine>();
        LdifItem.Error? error = null;
        while (NextUnfolded() is var (text, number))
        {
            if (text.Length == 0 && lines.Count == 0 && error is null)
                continue;
            if (text.Length == 0)
                break;
            if (text[0] == '#' || error is not null)
                continue;
            error = Parse(text, number, out LdifLine? line);
            if (line is not null)
                lines.Add(line);
        }
        return lines.Count == 0 && error is null ? null : new(lines, error);
    }

    private (string Text, int Number)? NextUnfolded()
    {
        if (NextRaw() is not { } first)
            return null;
        int number = _aheadNumber;
        string text = first;
        StringBuilder? folded = null;
        while (text.Length > 0 && NextRaw() is { } next)
        {
            if (!next.StartsWith(' '))
            {
                _ahead = next;
                break;
            }
            folded ??= new StringBuilder(text);
            // Longer than any value may be: what follows is read and dropped, and the value is refused by its length.
            if (folded.Length <= MaxLineLength)
                folded.Append(next, 1, next.Length - 1);
        }
        return (folded?.ToString() ?? text, number);
    }

    private string? NextRaw()
    {
        if (_ahead is { } line)
        {
            _ahead = null;
            return line;
        }
        _aheadNumber++;
        return file.ReadLine();
    }

    private static LdifItem.Error? Parse(string text, int number, out LdifLine? line)
    {
        line = null;
        if (text.Length > MaxLineLength)
            return new(number, "a value that is too long");
        if (text == "-")
        {
            line = new("", [], number);
            return null;
        }
        int colon = text.IndexOf(':');
        if (text[0] == ' ' || colon < 0)
            return new(number, text[0] == ' ' ? "a continued line with nothing before it" : "'name: value' expected");
        string name = text[..colon];
        if (!IsDescription(name))
            return new(number, $"'{Short(name)}' is no attribute description");
        ReadOnlySpan<char> rest = text.AsSpan(colon + 1);
        if (rest.StartsWith('<'))
            return new(number, "values from URLs are not read");
        byte[]? value = rest.StartsWith(':') ? FromBase64(rest[1..].Trim(' ')) : Encoding.UTF8.GetBytes(rest.TrimStart(' ').ToString());
        if (value is null)
            return new(number, $"the value of {name} is not base64");
        line = new(name, value, number);
        return null;
    }

    private static byte[]? FromBase64(ReadOnlySpan<char> text)
    {
        byte[] octets = new byte[text.Length / 4 * 3 + 3];
        return Convert.TryFromBase64Chars(text, octets, out int written) ? octets[..written] : null;
    }

    private static bool IsDescription(string name)
    {
        if (name.Length == 0 || !char.IsAsciiLetterOrDigit(name[0]))
            return false;
        foreach (char c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or ';' or '_'))
                return false;
        return true;
    }

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
