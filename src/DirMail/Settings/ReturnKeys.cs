using System.Globalization;
using System.Security.Cryptography;
using DirMail.Mail;

namespace DirMail.Settings;

/// <summary>
/// The keys of return addresses (<see cref="Srs"/>) in the data folder's secrets: a line of words "day:key in base64", the newest first. A start that finds the newest older than
/// a quarter makes another; the one before stays as long as addresses that it signed are good.
/// </summary>
internal static class ReturnKeys
{
    public const string Name = "srs";

    private const int ChangedAfterDays = 90;

    /// <exception cref="IOException">New ones cannot be kept.</exception>
    public static Srs LoadOrMake(Secrets secrets, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        string kept = secrets.Read(Name) ?? "";
        List<Key> keys = [.. kept.Split(' ').Select(Key.Read).OfType<Key>()];
        if (keys.Count == 0 || keys[0].Since.AddDays(ChangedAfterDays) <= today)
            keys.Insert(0, new(today, RandomNumberGenerator.GetBytes(Srs.KeyOctets)));
        // a day more than they are good for: one may have been signed late on the day of the change
        int good = 1 + keys.Zip(keys.Skip(1)).TakeWhile(pair => pair.First.Since.AddDays(Srs.MaxDays + 1) >= today).Count();
        string line = string.Join(' ', keys.Take(good));
        if (line != kept)
            secrets.Write(Name, line);
        return new Srs([.. keys.Take(good).Select(static key => (ReadOnlyMemory<byte>)key.Octets)]);
    }

    private sealed record Key(DateOnly Since, byte[] Octets)
    {
        /// <summary>Null: it is none, and left out.</summary>
        public static Key? Read(string word)
        {
            byte[] octets = new byte[Srs.KeyOctets];
            return word.Split(':') is [var day, var key] && DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly since)
                && Convert.TryFromBase64String(key, octets, out int length) && length == octets.Length ? new(since, octets) : null;
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Since:yyyy-MM-dd}:{Convert.ToBase64String(Octets)}");
    }
}
