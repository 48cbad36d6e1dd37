using System.Globalization;
using System.Text;

namespace DirMail.Mail.Sieve;

/// <summary>How set changes its value (RFC 5229 4.1): those of a higher precedence first, of each precedence one.</summary>
internal sealed record Modifier(string Tag, int Precedence, Func<string, string> Change)
{
    public static readonly Modifier[] All =
    [
        new("lower", 40, static text => text.ToLowerInvariant()),
        new("upper", 40, static text => text.ToUpperInvariant()),
        new("lowerfirst", 30, static text => text.Length == 0 ? text : text[..1].ToLowerInvariant() + text[1..]),
        new("upperfirst", 30, static text => text.Length == 0 ? text : text[..1].ToUpperInvariant() + text[1..]),
        new("quotewildcard", 20, Quote),
        new("length", 10, static text => text.EnumerateRunes().Count().ToString(CultureInfo.InvariantCulture)),
    ];

    private static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length);
        foreach (char c in text)
            quoted.Append(c is '*' or '?' or '\\' ? "\\" : "").Append(c);
        return quoted.ToString();
    }
}
