namespace DirMail.Mail.Sieve;

/// <summary>A key of :matches (RFC 5228 2.7.1): * is any number of characters, ? is one; a backslash before a character takes it as it is.</summary>
internal sealed class Pattern
{
    private const int Any = -1, One = -2;

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

    /// <summary>At most the length of the text for each character of the pattern, which the run pays for.</summary>
    public bool Fits(string text, SieveRun run)
    {
        int at = 0, next = 0, star = -1, from = 0;
        while (at < text.Length)
        {
            if (!run.Spend(1))
                return false;
            int unit = next < _units.Length ? _units[next] : int.MinValue;
            if (unit == Any)
                (star, from, next) = (next, at, next + 1);
            else if (unit == One)
                (at, next) = (at + (char.IsSurrogatePair(text, at) ? 2 : 1), next + 1);
            else if (unit == text[at])
                (at, next) = (at + 1, next + 1);
            else if (star >= 0)
                (at, from, next) = (from + 1, from + 1, star + 1);
            else
                return false;
        }
        return Array.TrueForAll(_units[next..], static unit => unit == Any);
    }
}
