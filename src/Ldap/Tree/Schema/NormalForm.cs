using System.Globalization;
using System.Numerics;
using System.Text;

namespace DirMail.Ldap.Tree.Schema;

/// <summary>The normal forms of values by syntax (RFC 4517, RFC 4518). Each gives null for a value that has not the syntax.</summary>
internal static class NormalForm
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    public static string? Text(byte[] value)
    {
        try
        {
            return s_strict.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    public static string? Exact(byte[] value) => ExactFragment(value)?.Trim(' ');
    public static string? Folded(byte[] value) => FoldedFragment(value)?.Trim(' ');
    public static string? FoldedFragment(byte[] value) => ExactFragment(value)?.ToLowerInvariant();

    public static string? ExactFragment(byte[] value)
    {
        if (Text(value) is not string text)
            return null;
        if (!Ascii.IsValid(text))
            text = text.IsNormalized(NormalizationForm.FormKC) ? text : text.Normalize(NormalizationForm.FormKC);
        while (text.Contains("  ", StringComparison.Ordinal))
            text = text.Replace("  ", " ", StringComparison.Ordinal);
        return text;
    }

    public static string? Octets(byte[] value) => Convert.ToHexString(value);

    /// <summary>Numbers as people write them: blanks and hyphens do not count.</summary>
    public static string? Digits(byte[] value) => Folded(value)?.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);

    /// <summary>A name; for a uniqueMember the optional bit string after it is dropped (RFC 4517 3.3.21).</summary>
    public static string? Name(byte[] value)
    {
        if (Text(value) is not string text)
            return null;
        if (text.EndsWith("'B", StringComparison.Ordinal) && text.LastIndexOf("#'", StringComparison.Ordinal) is var at and >= 0)
            text = text[..at];
        return Dn.TryParse(text, out Dn? dn) ? SchemaNames.Canonical(dn!, DirectorySchema.DirMail)?.Normal : null;
    }

    public static string? Boolean(byte[] value) => Text(value)?.ToUpperInvariant() is "TRUE" or "FALSE" ? Text(value)!.ToUpperInvariant() : null;

    public static string? Uuid(byte[] value) => Guid.TryParseExact(Text(value), "D", out Guid id) ? id.ToString("D") : null;

    public static string? FirstComponent(byte[] value)
    {
        string? text = Folded(value);
        return text?.StartsWith('(') == true ? text.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1) : text;
    }

    /// <summary>RFC 4517 3.3.16: no plus, no leading zeros; so the text is its own normal form.</summary>
    public static string? Integer(byte[] value)
    {
        ReadOnlySpan<byte> digits = value.AsSpan().StartsWith("-"u8) ? value.AsSpan(1) : value;
        bool isNumber = digits.Length is > 0 and <= 1024 && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') && (digits[0] != '0' || value.Length == 1);
        return isNumber ? Encoding.ASCII.GetString(value) : null;
    }

    public static int CompareIntegers(string left, string right) =>
        BigInteger.Parse(left, CultureInfo.InvariantCulture).CompareTo(BigInteger.Parse(right, CultureInfo.InvariantCulture));

    /// <summary>GeneralizedTime (RFC 4517 3.3.13) as UTC, so that the text sorts as the time does.</summary>
    public static string? Time(byte[] value) => Text(value) is string text && TryTime(text, out DateTimeOffset time)
        ? time.UtcDateTime.ToString("yyyyMMddHHmmss.fffffff", CultureInfo.InvariantCulture) : null;

    public static bool TryTime(string text, out DateTimeOffset time)
    {
        time = default;
        int zone = text.IndexOfAny(['Z', '+', '-']);
        if (zone < 0 || !TryZone(text[zone..], out TimeSpan offset))
            return false;
        int dot = text.AsSpan(0, zone).IndexOfAny('.', ',');
        string digits = text[..(dot < 0 ? zone : dot)];
        string? form = digits.Length switch { 10 => "yyyyMMddHH", 12 => "yyyyMMddHHmm", 14 => "yyyyMMddHHmmss", _ => null };
        if (form is null || !DateTime.TryParseExact(digits, form, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime local))
            return false;
        if (local.Year is < 2 or > 9997)
            return false;
        double fraction = 0;
        if (dot >= 0 && !double.TryParse("0." + text[(dot + 1)..zone], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out fraction))
            return false;
        TimeSpan unit = digits.Length switch { 10 => TimeSpan.FromHours(1), 12 => TimeSpan.FromMinutes(1), _ => TimeSpan.FromSeconds(1) };
        time = new DateTimeOffset(DateTime.SpecifyKind(local + (unit * fraction) - offset, DateTimeKind.Utc));
        return true;
    }

    private static bool TryZone(string text, out TimeSpan offset)
    {
        offset = default;
        if (text == "Z")
            return true;
        string digits = text[1..];
        if (digits.Length is not (2 or 4) || !digits.All(char.IsAsciiDigit))
            return false;
        int hours = int.Parse(digits[..2], CultureInfo.InvariantCulture);
        int minutes = digits.Length == 4 ? int.Parse(digits[2..], CultureInfo.InvariantCulture) : 0;
        offset = new TimeSpan(hours, minutes, 0) * (text[0] == '-' ? -1 : 1);
        return hours < 24 && minutes < 60;
    }
}
