using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DirMail.Mail.Sieve;

/// <summary>Characters given by number: ${hex: c3 a4} in octets of UTF-8, ${unicode: e4} as code points (RFC 5228 2.4.2.4). What has not that form stays as it is.</summary>
internal static partial class EncodedCharacters
{
    /// <summary>Null: a number that is no character.</summary>
    public static string? Decode(string text)
    {
        bool isSound = true;
        string decoded = Encoded().Replace(text, match =>
        {
            string[] words = match.Groups[2].Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            uint[] numbers = [.. words.Select(static word => uint.TryParse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint number) ? number : uint.MaxValue)];
            bool isUnicode = match.Groups[1].ValueSpan[0] is 'u' or 'U';
            isSound &= Array.TrueForAll(numbers, number => isUnicode ? Rune.IsValid(number) : number <= 0xff);
            return !isSound ? "" : isUnicode ? string.Concat(numbers.Select(static number => new Rune(number).ToString())) : HeaderText.Decode([.. numbers.Select(static number => (byte)number)]);
        });
        return isSound ? decoded : null;
    }

    [GeneratedRegex(@"\$\{(hex|unicode):(\s*[0-9a-f][0-9a-f\s]*)\}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Encoded();
}
