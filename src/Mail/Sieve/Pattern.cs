namespace DirMail.Mail.Sieve;

/// <summary>A key of :matches (RFC 5228 2.7.1): * is any number of characters, ? is one; a backslash before a character takes it as it is.</summary>
internal sealed class Pattern
{
    private const int Any = -1, One = -2;

    /// <summary>Of the wildcards, those whose texts are noted (RFC 5229 3.2).</summary>
    private const int MostNoted = 9;

    private readonly int[] _units;

    public Pattern(string key)
    {
        var units = new List<int>(key.Length);
        for (int i = 0; i < key.Length; i++)
            units.Add(key[i] switch
            {
                '*' => Any,
                '?' => One,
                '\\' when i + 1 < key.Length => key[++i],
                var c => c,
            });
        _units = [.. units];
    }

    /// <summary>
    /// Each * takes as little as it can, from the left; at most the length of the text is looked at for each character of the pattern, which the run pays for.
    /// When it fits, the run has noted what the wildcards stand for.
    /// </summary>
    /// <param name="value">The same text as it was before it was made comparable: of the same length.</param>
    public bool Fits(string text, string value, SieveRun run)
    {
        Span<(int From, int To)> noted = stackalloc (int, int)[MostNoted];
        int at = 0, next = 0, star = -1, from = 0, wildcards = 0, wildcardsAtStar = 0;
        while (at < text.Length)
        {
            if (!run.Spend(1))
                return false;
            int unit = next < _units.Length ? _units[next] : int.MinValue;
            if (unit == Any)
            {
                Note(noted, wildcardsAtStar = wildcards++, at, at);
                (star, from, next) = (next, at, next + 1);
            }
            else if (unit == One)
            {
                int length = char.IsSurrogatePair(text, at) ? 2 : 1;
                Note(noted, wildcards++, at, at + length);
                (at, next) = (at + length, next + 1);
            }
            else if (unit == text[at])
            {
                (at, next) = (at + 1, next + 1);
            }
            else if (star >= 0)
            {
                (at, from, next, wildcards) = (from + 1, from + 1, star + 1, wildcardsAtStar + 1);
                Extend(noted, wildcardsAtStar, at);
            }
            else
            {
                return false;
            }
        }
        for (; next < _units.Length && _units[next] == Any; next++)
            Note(noted, wildcards++, at, at);
        if (next < _units.Length)
            return false;
        run.Variables.Matched = [value, .. Texts(noted[..Math.Min(wildcards, MostNoted)], value)];
        return true;
    }

    private static void Note(Span<(int From, int To)> noted, int wildcard, int from, int to)
    {
        if (wildcard < noted.Length)
            noted[wildcard] = (from, to);
    }

    private static void Extend(Span<(int From, int To)> noted, int wildcard, int to)
    {
        if (wildcard < noted.Length)
            noted[wildcard].To = to;
    }

    private static string[] Texts(ReadOnlySpan<(int From, int To)> noted, string value)
    {
        var texts = new string[noted.Length];
        for (int i = 0; i < texts.Length; i++)
            texts[i] = value[noted[i].From..noted[i].To];
        return texts;
    }
}
