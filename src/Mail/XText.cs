using System.Globalization;
using System.Text;

namespace DirMail.Mail;

/// <summary>The coding of DSN parameters: "+" and two capital hex digits for what is no printable ASCII, "+" or "=" (RFC 3461 4).</summary>
public static class XText
{
    public static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (byte octet in Encoding.UTF8.GetBytes(text))
        {
            if (octet is > 32 and < 127 and not (byte)'+' and not (byte)'=')
                encoded.Append((char)octet);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"+{octet:X2}");
        }
        return encoded.ToString();
    }

    /// <summary>False for what is no xtext, or codes control characters: they would break the line they are written to.</summary>
    public static bool TryDecode(ReadOnlySpan<char> xtext, out string text)
    {
        text = "";
        var octets = new byte[xtext.Length];
        int length = 0;
        for (int i = 0; i < xtext.Length; i++)
        {
            if (xtext[i] is <= ' ' or > '~' or '=')
                return false;
            byte octet = (byte)xtext[i];
            if (octet == '+')
            {
                if (i + 2 >= xtext.Length || !byte.TryParse(xtext.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out octet))
                    return false;
                i += 2;
            }
            if (octet is < 32 or 127)
                return false;
            octets[length++] = octet;
        }
        text = HeaderText.Decode(octets.AsSpan(0, length));
        return true;
    }
}
