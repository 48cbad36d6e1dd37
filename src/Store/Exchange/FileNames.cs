using System.Globalization;
using System.Text;

namespace DirMail.Store.Exchange;

/// <summary>Mailbox and account names as names of files: what a file may not be called, or what another program would take for something else, as %XX of its octet.</summary>
internal static class FileNames
{
    public static string Escape(string name)
    {
        var escaped = new StringBuilder(name.Length);
        foreach (char c in name)
            if (c is '/' or '%' or '\\' or '\0' || char.IsControl(c) || (c is '.' or '~' && escaped.Length == 0))
                escaped.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            else
                escaped.Append(c);
        return escaped.ToString();
    }

    /// <summary>In Maildir++ a dot parts the levels.</summary>
    public static string EscapeDots(string name) => Escape(name).Replace(".", "%2E", StringComparison.Ordinal);

    public static string Unescape(string name)
    {
        var text = new StringBuilder(name.Length);
        for (int i = 0; i < name.Length; i++)
            if (name[i] == '%' && i + 2 < name.Length && byte.TryParse(name.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte octet) && octet < 0x80)
            {
                text.Append((char)octet);
                i += 2;
            }
            else
            {
                text.Append(name[i]);
            }
        return text.ToString();
    }
}
