using System.Buffers;
using System.Globalization;
using System.Text;

namespace DirMail.Ldap;

/// <summary>The grammar of distinguished names (RFC 4514 3) with blanks allowed around separators, and their normal form.</summary>
internal static class DnText
{
    private const string Special = "\"+,;<>\\";
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._@/:&()'!$%*?~^|{}[]");
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Quick yes for the names that directories mostly send: ASCII with nothing to escape or fold but capitals, one pair per RDN. In lower case they are normal.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text)
    {
        while (true)
        {
            int equals = text.IndexOf('=');
            if (equals <= 0 || !IsType(text[..equals]) || text.StartsWith("oid.", StringComparison.OrdinalIgnoreCase))
                return false;
            ReadOnlySpan<char> value = text[(equals + 1)..];
            int end = value.IndexOfAnyExcept(Plain);
            if (end < 0)
                return value.Length > 0;
            if (end == 0 || value[end] != ',')
                return false;
            text = value[(end + 1)..];
        }
    }

    public static bool TryNormalise(string text, out string normal)
    {
        normal = "";
        var all = new StringBuilder(text.Length);
        int position = 0;
        if (string.IsNullOrWhiteSpace(text))
            return true;
        while (true)
        {
            var rdn = new List<(string Type, string Value)>(1);
            if (!TryReadRdn(text, ref position, rdn))
                return false;
            AppendNormal(all, rdn);
            if (position == text.Length)
                break;
            position++;
            all.Append(',');
        }
        normal = all.ToString();
        return true;
    }

    /// <summary>The pairs of the first RDN of a text that is known to be a name.</summary>
    public static IReadOnlyList<(string Type, string Value)> FirstRdn(string text)
    {
        var rdn = new List<(string, string)>(1);
        int position = 0;
        if (text.Length > 0)
            TryReadRdn(text, ref position, rdn);
        return rdn;
    }

    /// <summary>Index of the comma after the first RDN, or the length.</summary>
    public static int EndOfFirstRdn(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == ',')
                return i;
            if (text[i] == '\\')
                i++;
        }
        return text.Length;
    }

    /// <summary>A value as RFC 4514 2.4 writes it.</summary>
    public static string Escape(string value)
    {
        var text = new StringBuilder(value.Length + 8);
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            bool atEdge = (c == ' ' && (i == 0 || i == value.Length - 1)) || (c == '#' && i == 0);
            if (c < ' ' || c == 127)
                text.Append(CultureInfo.InvariantCulture, $"\\{(int)c:x2}");
            else if (atEdge || Special.Contains(c))
                text.Append('\\').Append(c);
            else
                text.Append(c);
        }
        return text.ToString();
    }

    private static void AppendNormal(StringBuilder all, List<(string Type, string Value)> rdn)
    {
        if (rdn.Count == 1)
        {
            all.Append(NormalPair(rdn[0]));
            return;
        }
        all.AppendJoin('+', rdn.Select(NormalPair).Order(StringComparer.Ordinal));
    }

    private static string NormalPair((string Type, string Value) pair)
    {
        string type = pair.Type.ToLowerInvariant();
        if (type.StartsWith("oid.", StringComparison.Ordinal))
            type = type[4..];
        var text = new StringBuilder(type.Length + pair.Value.Length + 1).Append(type).Append('=');
        int start = text.Length;
        bool blankBefore = false;
        foreach (char c in Prepared(pair.Value))
        {
            if (c == ' ')
            {
                blankBefore = text.Length > start;
                continue;
            }
            if (blankBefore)
                text.Append(' ');
            blankBefore = false;
            if (c < ' ' || c == 127 || Special.Contains(c) || (c == '#' && text.Length == start))
                text.Append(CultureInfo.InvariantCulture, $"\\{(int)c:x2}");
            else
                text.Append(c);
        }
        return text.ToString();
    }

    /// <summary>RFC 4518 2 in its main lines: case folded, compatibility forms composed, every blank a space.</summary>
    private static string Prepared(string value)
    {
        if (Ascii.IsValid(value))
            return value.ToLowerInvariant();
        string folded = value.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Normalize(NormalizationForm.FormKC);
        return string.Create(folded.Length, folded, (span, text) =>
        {
            for (int i = 0; i < span.Length; i++)
                span[i] = char.GetUnicodeCategory(text[i]) is UnicodeCategory.SpaceSeparator ? ' ' : text[i];
        });
    }

    /// <summary>Reads one RDN; afterwards <paramref name="position"/> is at the comma that ends it, or at the end.</summary>
    private static bool TryReadRdn(string text, ref int position, List<(string Type, string Value)> rdn)
    {
        while (true)
        {
            int equals = text.IndexOf('=', position);
            if (equals < 0)
                return false;
            string type = text[position..equals].Trim(' ');
            position = equals + 1;
            if (!IsType(type) || !TryReadValue(text, ref position, out string value))
                return false;
            rdn.Add((type, value));
            if (position == text.Length || text[position] == ',')
                return true;
            position++;
        }
    }

    private static bool TryReadValue(string text, ref int position, out string value)
    {
        int start = position;
        bool plain = true;
        for (; position < text.Length && text[position] is not (',' or '+'); position++)
        {
            if (text[position] is '"' or ';' or '<' or '>' or '\0')
                return Fail(out value);
            if (text[position] != '\\')
                continue;
            plain = false;
            if (++position == text.Length)
                return Fail(out value);
        }
        ReadOnlySpan<char> raw = text.AsSpan(start..position).TrimStart(' ');
        if (raw.StartsWith('#'))
            return TryReadHexValue(raw[1..].TrimEnd(' '), out value);
        if (!plain)
            return TryUnescape(raw, out value);
        value = raw.TrimEnd(' ').ToString();
        return Ascii.IsValid(value) || IsWellFormed(value);
    }

    private static bool Fail(out string value)
    {
        value = "";
        return false;
    }

    /// <summary>Escapes are of one special character or of one octet of UTF-8 in hex; blanks at the end count only when escaped.</summary>
    private static bool TryUnescape(ReadOnlySpan<char> raw, out string value)
    {
        if (!IsWellFormed(raw))
            return Fail(out value);
        var octets = new ArrayBufferWriter<byte>(raw.Length + 4);
        int kept = 0;
        for (int i = 0; i < raw.Length; i++)
        {
            bool escaped = raw[i] == '\\';
            if (!escaped)
            {
                int run = raw[i..].IndexOf('\\') is var next and >= 0 ? next : raw.Length - i;
                Encoding.UTF8.GetBytes(raw.Slice(i, run), octets);
                i += run - 1;
                kept = raw[i] == ' ' ? Math.Max(kept, octets.WrittenSpan.TrimEnd((byte)' ').Length) : octets.WrittenCount;
                continue;
            }
            if (i + 2 < raw.Length && char.IsAsciiHexDigit(raw[i + 1]) && char.IsAsciiHexDigit(raw[i + 2]))
                octets.Write([byte.Parse(raw.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)]);
            else if (Special.Contains(raw[i + 1]) || raw[i + 1] is ' ' or '#' or '=')
                octets.Write([(byte)raw[i + 1]]);
            else
                return Fail(out value);
            i += char.IsAsciiHexDigit(raw[i + 1]) ? 2 : 1;
            kept = octets.WrittenCount;
        }
        return TryText(octets.WrittenSpan[..kept], out value);
    }

    /// <summary>"#" and the BER of the value: a string of one of the usual kinds becomes its text, anything else stays as it is written.</summary>
    private static bool TryReadHexValue(ReadOnlySpan<char> hex, out string value)
    {
        byte[] octets = new byte[hex.Length / 2];
        if (hex.Length < 4 || Convert.FromHexString(hex, octets, out _, out int written) != OperationStatus.Done || written * 2 != hex.Length)
            return Fail(out value);
        if (octets[0] is 0x04 or 0x0c or 0x13 or 0x16 && octets[1] == octets.Length - 2 && TryText(octets.AsSpan(2), out value))
            return true;
        value = $"#{hex.ToString().ToLowerInvariant()}";
        return true;
    }

    private static bool TryText(ReadOnlySpan<byte> octets, out string value)
    {
        if (!System.Text.Unicode.Utf8.IsValid(octets))
            return Fail(out value);
        value = StrictUtf8.GetString(octets);
        return true;
    }

    private static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out int used) != OperationStatus.Done)
                return false;
            text = text[used..];
        }
        return true;
    }

    /// <summary>descr or numericoid (RFC 4512 1.4); an underscore is taken too, as servers do.</summary>
    private static bool IsType(ReadOnlySpan<char> type)
    {
        if (type.IsEmpty || !char.IsAsciiLetterOrDigit(type[0]))
            return false;
        foreach (char c in type)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_'))
                return false;
        return true;
    }
}
