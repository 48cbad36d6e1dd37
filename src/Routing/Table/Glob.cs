namespace DirMail.Routing.Table;

/// <summary>Patterns of domain names: * stands for any characters, ? for one.</summary>
internal static class Glob
{
    public static bool IsPattern(string text) => text.Length is > 0 and < 256 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '*' or '?');

    /// <summary>Linear in the text for each *, whatever the pattern.</summary>
    public static bool Fits(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern)
    {
        int at = 0, next = 0, star = -1, from = 0;
        while (at < text.Length)
        {
            if (next < pattern.Length && (pattern[next] == '?' || (pattern[next] == text[at] && pattern[next] != '*')))
                (at, next) = (at + 1, next + 1);
            else if (next < pattern.Length && pattern[next] == '*')
                (star, from, next) = (next, at, next + 1);
            else if (star >= 0)
                (at, from, next) = (from + 1, from + 1, star + 1);
            else
                return false;
        }
        return pattern[next..].TrimStart('*').IsEmpty;
    }
}
