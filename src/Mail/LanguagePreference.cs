using System.Globalization;

namespace DirMail.Mail;

/// <summary>Which of several languages is for somebody who prefers some: the first of them, or the nearest language that it is a form of (RFC 4647 3.4).</summary>
public static class LanguagePreference
{
    private const int MostRanges = 20;

    /// <param name="preferred">A value of preferredLanguage (RFC 2798 2.7): "fr", or as Accept-Language has it, "fr-CA, en;q=0.8". Null: no preference.</param>
    /// <param name="available">Language tags, in lower case.</param>
    /// <returns>One of them; null: none will do.</returns>
    public static string? Choose(string? preferred, IReadOnlyCollection<string> available)
    {
        if (preferred is null)
            return null;
        IEnumerable<string> ranges = preferred.Split(',', MostRanges + 1).Take(MostRanges).Select(Read).Where(static range => range.Quality > 0).OrderByDescending(static range => range.Quality).Select(static range => range.Tag);
        foreach (string range in ranges)
            for (string tag = range; tag.Length > 0; tag = Shortened(tag))
                if (available.Contains(tag))
                    return tag;
        return null;
    }

    private static (string Tag, double Quality) Read(string range)
    {
        string[] parts = range.Split(';', StringSplitOptions.TrimEntries);
        double quality = parts.Length > 1 && parts[1].StartsWith("q=", StringComparison.OrdinalIgnoreCase)
            && double.TryParse(parts[1].AsSpan(2), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double said) ? said : 1;
        return (parts[0].ToLowerInvariant(), quality);
    }

    /// <summary>Without its last subtag, and a single letter before that.</summary>
    private static string Shortened(string tag)
    {
        int end = tag.LastIndexOf('-');
        return end <= 0 ? "" : end > 2 && tag[end - 2] == '-' ? tag[..(end - 2)] : tag[..end];
    }
}
