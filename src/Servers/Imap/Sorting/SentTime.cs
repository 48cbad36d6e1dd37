using System.Globalization;
using DirMail.Mail.Mime;
using DirMail.Servers.Imap.Searching;
using DirMail.Store;

namespace DirMail.Servers.Imap.Sorting;

/// <summary>When a message was sent, in UTC (RFC 5256 2.2): the Date field, or the internal date where that cannot be read.</summary>
internal static class SentTime
{
    public static DateTimeOffset Of(MessageEnvelope? envelope, MailboxEntry entry)
    {
        if (SentDate.Of(envelope?.Date) is not { } day)
            return entry.InternalDate;
        string[] words = envelope!.Date!.Split([' ', '\t'], 16, StringSplitOptions.RemoveEmptyEntries);
        int at = Array.FindIndex(words, static word => word.Contains(':', StringComparison.Ordinal));
        if (at < 0 || !TimeOnly.TryParseExact(words[at], ["H:m:s", "H:m"], CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time))
            return new(day, TimeOnly.MinValue, TimeSpan.Zero);
        DateTime written = day.ToDateTime(time);
        TimeSpan zone = at + 1 < words.Length ? Zone(words[at + 1]) : TimeSpan.Zero;
        return zone < TimeSpan.Zero && written > DateTime.MaxValue + zone || zone > TimeSpan.Zero && written < DateTime.MinValue + zone
            ? new(written, TimeSpan.Zero)
            : new(written, zone);
    }

    /// <summary>RFC 5322 3.3 and the names of 4.3; what is neither is UTC.</summary>
    private static TimeSpan Zone(string word)
    {
        if (word.Length == 5 && word[0] is '+' or '-' && int.TryParse(word.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int digits))
        {
            TimeSpan offset = new(digits / 100, digits % 100, 0);
            return offset > TimeSpan.FromHours(14) ? TimeSpan.Zero : word[0] == '-' ? -offset : offset;
        }
        return TimeSpan.FromHours(word.ToUpperInvariant() switch { "EDT" => -4, "EST" or "CDT" => -5, "CST" or "MDT" => -6, "MST" or "PDT" => -7, "PST" => -8, _ => 0 });
    }
}
