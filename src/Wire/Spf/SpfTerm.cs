using System.Globalization;
using System.Net;

namespace DirMail.Wire;

/// <summary>One mechanism of an SPF record (RFC 7208 4.6.1, 5). <paramref name="Target"/> is as written, macros and all; "" for the domain itself.</summary>
internal sealed record SpfTerm(SpfVerdict Verdict, string Name, string Target, int V4Prefix, int V6Prefix)
{
    private const int V4Bits = 32, V6Bits = 128;

    /// <summary>Whether it costs one of the ten look-ups (RFC 7208 4.6.4).</summary>
    public bool AsksDns => Name is not ("all" or "ip4" or "ip6");

    /// <summary>Null: not a mechanism.</summary>
    public static SpfTerm? Parse(string text)
    {
        SpfVerdict verdict = text[0] switch { '-' => SpfVerdict.Fail, '~' => SpfVerdict.SoftFail, '?' => SpfVerdict.Neutral, _ => SpfVerdict.Pass };
        string rest = text[0] is '-' or '~' or '?' or '+' ? text[1..] : text;
        int end = rest.IndexOfAny([':', '/']);
        string name = (end < 0 ? rest : rest[..end]).ToLowerInvariant(), value = end < 0 ? "" : rest[end..];
        return name switch
        {
            "all" => value.Length == 0 ? new(verdict, name, "", V4Bits, V6Bits) : null,
            "ip4" or "ip6" => Network(verdict, name, value),
            "include" or "exists" => value.Length > 1 && Named(verdict, name, value, lengths: "") is { } term ? term : null,
            "ptr" => Named(verdict, name, value, lengths: ""),
            "a" or "mx" when LengthsAt(value) is var at => Named(verdict, name, value[..at], value[at..]),
            _ => null,
        };
    }

    /// <summary>Whether the client lies in the network that begins at <paramref name="address"/>, by this term's prefix lengths.</summary>
    public bool Covers(IPAddress address, IPAddress client) =>
        address.AddressFamily == client.AddressFamily && new IPNetwork(Masked(address), PrefixFor(address)).Contains(client);

    private static SpfTerm? Network(SpfVerdict verdict, string name, string value)
    {
        string[] parts = value.TrimStart(':').Split('/');
        int bits = name == "ip4" ? V4Bits : V6Bits, prefix = bits;
        if (!value.StartsWith(':') || parts.Length > 2 || !IPAddress.TryParse(parts[0], out IPAddress? address) || address.GetAddressBytes().Length * 8 != bits
            || (name == "ip4" && parts[0].Count('.') != 3) || parts[0].Contains('%') || (parts.Length == 2 && !TryPrefix(parts[1], bits, out prefix)))
            return null;
        return new(verdict, name, parts[0], prefix, prefix);
    }

    /// <summary>Where "/24", "//64" or "/24//64" begins: at the first of the slashes that end the term with nothing but digits behind them. A slash within a macro is none.</summary>
    private static int LengthsAt(string value)
    {
        int at = value.Length;
        while (at > 0 && (char.IsAsciiDigit(value[at - 1]) || value[at - 1] == '/'))
            at--;
        int slash = value.IndexOf('/', at);
        return slash < 0 ? value.Length : slash;
    }

    /// <summary>"a", "a:domain", "a/24", "a:domain/24//64".</summary>
    private static SpfTerm? Named(SpfVerdict verdict, string name, string value, string lengths)
    {
        int v4 = V4Bits, v6 = V6Bits, both = lengths.IndexOf("//", StringComparison.Ordinal);
        string first = both < 0 ? lengths : lengths[..both];
        bool isRead = (first.Length == 0 || TryPrefix(first[1..], V4Bits, out v4)) && (both < 0 || TryPrefix(lengths[(both + 2)..], V6Bits, out v6));
        bool isTarget = value.Length == 0 || (value[0] == ':' && SpfMacro.IsDomain(value[1..]));
        return isRead && isTarget ? new(verdict, name, value.Length == 0 ? "" : value[1..], v4, v6) : null;
    }

    private static bool TryPrefix(string text, int bits, out int prefix) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out prefix) && prefix <= bits && (text.Length == 1 || text[0] != '0');

    private int PrefixFor(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? V4Prefix : V6Prefix;

    private IPAddress Masked(IPAddress address)
    {
        byte[] octets = address.GetAddressBytes();
        int prefix = PrefixFor(address);
        for (int i = 0; i < octets.Length; i++)
            octets[i] &= (byte)(0xFF00 >> Math.Clamp(prefix - i * 8, 0, 8));
        return new(octets);
    }
}
