using System.Globalization;
using DirMail.Mail;

namespace DirMail.Servers.Smtp;

/// <summary>Values of REQUIRETLS (RFC 8689), HOLDFOR and HOLDUNTIL (RFC 4865), BY (RFC 2852) and MT-PRIORITY (RFC 6710). Pure; null is what cannot be meant.</summary>
internal static class WishParameters
{
    /// <summary>The longest a message may be asked to be held (RFC 4865 4): as long as mail is held here at all.</summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromDays(30);

    /// <summary>"2592000 2026-12-27T06:30:00Z": the most for HOLDFOR, in seconds, and for HOLDUNTIL.</summary>
    public static string HoldLimits(DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)LongestHold.TotalSeconds} {(now + LongestHold).UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}");

    public static DeliveryWishes? With(DeliveryWishes wishes, string key, string? value, DateTimeOffset now) => (key, value) switch
    {
        ("REQUIRETLS", null) => wishes with { RequireTls = true },
        ("HOLDFOR", { } seconds) when wishes.NotBefore is null && TryNumber(seconds, 9, out long wait) && wait > 0 => Held(wishes, now + TimeSpan.FromSeconds(wait), now),
        ("HOLDUNTIL", { } time) when wishes.NotBefore is null && TryTime(time, out DateTimeOffset until) => Held(wishes, until, now),
        ("BY", { } by) => By(wishes, by.ToUpperInvariant(), now),
        ("MT-PRIORITY", { Length: <= 2 } digits) when int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int priority) && priority is >= -9 and <= 9 =>
            wishes with { Priority = priority },
        _ => null,
    };

    private static DeliveryWishes? Held(DeliveryWishes wishes, DateTimeOffset until, DateTimeOffset now) =>
        until - now <= LongestHold ? wishes with { NotBefore = until > now ? until : now } : null;

    /// <summary>"120;R", "-5;NT": seconds from now, what shall happen then, and whether relays shall be told of. To be returned at once is no wish (RFC 2852 4).</summary>
    private static DeliveryWishes? By(DeliveryWishes wishes, string value, DateTimeOffset now)
    {
        int semicolon = value.IndexOf(';');
        if (semicolon < 1 || value[(semicolon + 1)..] is not ("R" or "N" or "RT" or "NT"))
            return null;
        bool isPast = value[0] == '-', isReturned = value[semicolon + 1] == 'R';
        if (!TryNumber(value[(value[0] is '-' or '+' ? 1 : 0)..semicolon], 9, out long seconds) || (isReturned && (isPast || seconds == 0)))
            return null;
        return wishes with { By = new(now + TimeSpan.FromSeconds(isPast ? -seconds : seconds), isReturned, value[^1] == 'T') };
    }

    private static bool TryTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text.ToUpperInvariant(), ["yyyy-MM-ddTHH:mm:ssZ", "yyyy-MM-ddTHH:mm:sszzz", "yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", "yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz"],
            CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);

    private static bool TryNumber(string text, int digits, out long number)
    {
        number = 0;
        return text.Length <= digits && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
