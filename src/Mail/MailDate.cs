using System.Globalization;

namespace DirMail.Mail;

/// <summary>The date of header fields (RFC 5322 3.3): "Mon, 02 Nov 2026 15:04:05 +0100".</summary>
public static class MailDate
{
    public static string Format(DateTimeOffset time)
    {
        char sign = time.Offset < TimeSpan.Zero ? '-' : '+';
        TimeSpan offset = time.Offset.Duration();
        return time.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture)
            + string.Create(CultureInfo.InvariantCulture, $"{sign}{offset.Hours:00}{offset.Minutes:00}");
    }
}
