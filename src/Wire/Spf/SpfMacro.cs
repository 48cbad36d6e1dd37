using System.Globalization;
using System.Text;

namespace DirMail.Wire;

/// <summary>Macros of SPF: their grammar, and their expansion from letters that somebody knows the values of (RFC 7208 7).</summary>
internal static class SpfMacro
{
    private const string Letters = "slodiphcrtv", Delimiters = ".-+,/_=";
    private const int MaxDomain = 253;

    /// <summary>Whether every % begins a macro, and all is printable ASCII (7.1: macro-string).</summary>
    public static bool IsValid(string text) => Expand(text, static _ => "") is not null;

    /// <summary>A domain-spec: a macro-string that ends in a macro or in a dot and a top label (7.1).</summary>
    public static bool IsDomain(string text)
    {
        if (text.Length == 0 || !IsValid(text))
            return false;
        if (text[^1] == '}' || text.EndsWith("%%", StringComparison.Ordinal) || text.EndsWith("%_", StringComparison.Ordinal) || text.EndsWith("%-", StringComparison.Ordinal))
            return true;
        string name = text.EndsWith('.') ? text[..^1] : text;
        int dot = name.LastIndexOf('.');
        string top = name[(dot + 1)..];
        return dot >= 0 && top.Length > 0 && top.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') && !top.All(char.IsAsciiDigit) && top[0] != '-' && top[^1] != '-';
    }

    /// <summary>The letters of which <see cref="Expand"/> would ask.</summary>
    public static bool Uses(string text, char letter)
    {
        bool isUsed = false;
        Expand(text, asked => { isUsed |= asked == letter; return ""; });
        return isUsed;
    }

    /// <summary>The text with its macros filled in; null when it is malformed.</summary>
    /// <param name="value">Of a letter in lower case; null: not to be used here.</param>
    public static string? Expand(string text, Func<char, string?> value)
    {
        var expanded = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is < '!' or > '~' && text[i] != ' ')
                return null;
            if (text[i] != '%')
            {
                expanded.Append(text[i]);
                continue;
            }
            if (++i == text.Length)
                return null;
            int end = text.IndexOf('}', i);
            switch (text[i])
            {
                case '%':
                    expanded.Append('%');
                    break;
                case '_':
                    expanded.Append(' ');
                    break;
                case '-':
                    expanded.Append("%20");
                    break;
                case '{' when end > i + 1 && One(text[(i + 1)..end], value) is { } filled:
                    expanded.Append(filled);
                    i = end;
                    break;
                default:
                    return null;
            }
        }
        return expanded.ToString();
    }

    /// <summary>Cut from the left until it fits a question (7.3).</summary>
    public static string Fitting(string domain)
    {
        domain = domain.TrimEnd('.');
        while (domain.Length > MaxDomain && domain.IndexOf('.') is > 0 and var dot)
            domain = domain[(dot + 1)..];
        return domain;
    }

    /// <summary>What stands in the braces: letter, number of parts to keep, "r" for reversed, delimiters (7.1).</summary>
    private static string? One(string macro, Func<char, string?> value)
    {
        char letter = char.ToLowerInvariant(macro[0]);
        int at = 1;
        while (at < macro.Length && char.IsAsciiDigit(macro[at]))
            at++;
        int keep = int.MaxValue;
        if (at > 1 && (!int.TryParse(macro.AsSpan(1, at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out keep) || keep == 0))
            return null;
        bool isReversed = at < macro.Length && macro[at] is 'r' or 'R';
        string delimiters = macro[(isReversed ? at + 1 : at)..];
        if (!Letters.Contains(letter) || delimiters.Any(static c => !Delimiters.Contains(c)) || value(letter) is not { } text)
            return null;
        if (keep != int.MaxValue || isReversed || delimiters.Length > 0)
        {
            string[] parts = text.Split(delimiters.Length == 0 ? ['.'] : delimiters.ToCharArray());
            if (isReversed)
                Array.Reverse(parts);
            text = string.Join('.', parts.TakeLast(keep));
        }
        return char.IsAsciiLetterUpper(macro[0]) ? Uri.EscapeDataString(text) : text;
    }
}
