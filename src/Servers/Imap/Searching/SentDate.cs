using System.Globalization;

namespace DirMail.Servers.Imap.Searching;

/// <summary>The day of a Date field as its sender wrote it: SENTON disregards time and zone (RFC 9051 6.4.4).</summary>
internal static class SentDate
{
    private const string Months = "JanFebMarAprMayJunJulAugSepOctNovDec";

    /// <summary>Null when no day, month and year follow each other in it. Years of two or three digits: RFC 5322 4.3.</summary>
    public static DateOnly? Of(string? written)
    {
        string[] words = (written ?? "").Split([' ', '\t', ',', '-'], 12, StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i + 2 < words.Length; i++)
        {
            int month = words[i + 1].Length == 3 ? Months.IndexOf(words[i + 1], StringComparison.OrdinalIgnoreCase) : -1;
            if (month >= 0 && month % 3 == 0 && IsNumber(words[i], 2, out int day) && IsNumber(words[i + 2], 4, out int year))
                return Make(words[i + 2].Length switch { 2 when year < 50 => year + 2000, < 4 => year + 1900, _ => year }, month / 3 + 1, day);
        }
        return null;
    }

    private static DateOnly? Make(int year, int month, int day) =>
        year is >= 1 and <= 9999 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new(year, month, day) : null;

    private static bool IsNumber(string word, int most, out int number)
    {
        number = 0;
        return word.Length <= most && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
