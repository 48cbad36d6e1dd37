using System.Text;

namespace DirMail.Store;

/// <summary>Names of mailboxes: UTF-8 in NFC, levels between '/', the first level INBOX in any case (RFC 9051 5.1).</summary>
internal static class MailboxName
{
    public const string Inbox = "INBOX";

    private const int MostOctets = 1000;
    private const int MostLevelOctets = 255;
    private const int MostLevels = 20;

    /// <summary>The form under which a mailbox is stored; false for what no mailbox may be called. A '/' at the end is allowed (RFC 9051 6.3.4).</summary>
    public static bool TryNormalize(string? given, out string name)
    {
        name = "";
        if (string.IsNullOrEmpty(given) || given.Length > MostOctets || !IsText(given))
            return false;
        string[] levels = (given.EndsWith('/') ? given[..^1] : given).Normalize(NormalizationForm.FormC).Split('/');
        if (levels.Length > MostLevels || levels.Any(static level => level.Length == 0 || Encoding.UTF8.GetByteCount(level) > MostLevelOctets))
            return false;
        if (levels[0].Equals(Inbox, StringComparison.OrdinalIgnoreCase))
            levels[0] = Inbox;
        name = string.Join('/', levels);
        return Encoding.UTF8.GetByteCount(name) <= MostOctets;
    }

    /// <summary>The names above it, outermost first.</summary>
    public static IEnumerable<string> Parents(string name)
    {
        for (int i = name.IndexOf('/', StringComparison.Ordinal); i >= 0; i = name.IndexOf('/', i + 1))
            yield return name[..i];
    }

    public static bool IsBelow(string name, string parent) => name.Length > parent.Length && name[parent.Length] == '/' && name.StartsWith(parent, StringComparison.Ordinal);

    /// <summary>No control characters, no unpaired surrogates, none of LIST's wildcards, no line or paragraph separators (RFC 5198).</summary>
    private static bool IsText(string given)
    {
        foreach (Rune rune in given.EnumerateRunes())
            if (rune == Rune.ReplacementChar || Rune.IsControl(rune) || rune.Value is '*' or '%' or 0x2028 or 0x2029)
                return false;
        return true;
    }
}
