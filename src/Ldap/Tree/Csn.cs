using System.Globalization;

namespace DirMail.Ldap.Tree;

/// <summary>Change sequence numbers in OpenLDAP's form: time, count within the microsecond, server, modification. Ordinal order is the order of changes.</summary>
internal static class Csn
{
    public const string None = "";

    /// <summary>The next number after <paramref name="last"/>: of now, or just after the last one when the clock stands or went back.</summary>
    public static string After(string last, DateTimeOffset now)
    {
        string time = now.UtcDateTime.ToString("yyyyMMddHHmmss.ffffff", CultureInfo.InvariantCulture) + "Z";
        string lastTime = last.Length > 0 ? last[..last.IndexOf('#', StringComparison.Ordinal)] : "";
        if (string.CompareOrdinal(time, lastTime) > 0)
            return $"{time}#000000#000#000000";
        string[] parts = last.Split('#');
        int count = int.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) + 1;
        return $"{lastTime}#{count:x6}#000#000000";
    }

    public static bool IsValid(string text)
    {
        string[] parts = text.Split('#');
        return parts.Length == 4 && parts[0].Length == 22 && parts[0][^1] == 'Z' && NormalCount(parts[1]) && text.Length == 40;
    }

    private static bool NormalCount(string text) => text.Length == 6 && text.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');
}
