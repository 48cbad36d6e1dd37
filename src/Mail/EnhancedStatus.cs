using System.Globalization;

namespace DirMail.Mail;

/// <summary>Enhanced mail system status code, class.subject.detail (RFC 3463).</summary>
public readonly record struct EnhancedStatus(byte Class, ushort Subject, ushort Detail)
{
    public bool IsPermanent => Class == 5;

    /// <summary>Reads "5.1.1"; false for anything else. Remote servers' replies are read with it.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out EnhancedStatus status)
    {
        status = default;
        int first = text.IndexOf('.'), last = text.LastIndexOf('.');
        if (first != 1 || last <= first + 1 || text[0] is not ('2' or '4' or '5'))
            return false;
        if (!TryNumber(text[(first + 1)..last], out ushort subject) || !TryNumber(text[(last + 1)..], out ushort detail))
            return false;
        status = new((byte)(text[0] - '0'), subject, detail);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Class}.{Subject}.{Detail}");

    private static bool TryNumber(ReadOnlySpan<char> digits, out ushort number) =>
        ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && digits.Length <= 3;
}
