using System.Globalization;
using System.Net;

namespace DirMail.Wire;

/// <summary>One mechanism or modifier of an SPF record (RFC 7208 4.6.1, 5, 6).</summary>
internal sealed record SpfTerm(SpfVerdict Verdict, string Name, string Target, int V4Prefix, int V6Prefix, bool IsModifier)
{
    private const int V4Bits = 32, V6Bits = 128;

    public bool HasMacro => Target.Contains('%');

    /// <summary>Null: not a term (RFC 7208 4.6: the whole record is in error).</summary>
    public static SpfTerm? Parse(string text)
    {
        int equals = text.IndexOf('='), colon = text.IndexOf(':');
        if (equals > 0 && (colon < 0 || equals < colon))
            return new(SpfVerdict.Neutral, text[..equals].ToLowerInvariant(), text[(equals + 1)..], V4Bits, V6Bits, IsModifier: true);
        SpfVerdict verdict = text[0] switch { '-' => SpfVerdict.Fail, '~' => SpfVerdict.SoftFail, '?' => SpfVerdict.Neutral, _ => SpfVerdict.Pass };
        string rest = text[0] is '-' or '~' or '?' or '+' ? text[1..] : text;
        int end = rest.IndexOfAny([':', '/']);
        string name = (end < 0 ? rest : rest[..end]).ToLowerInvariant(), value = end < 0 ? "" : rest[end..];
        return name is "ip4" or "ip6" ? Network(verdict, name, value) : name is "all" or "include" or "a" or "mx" or "ptr" or "exists" ? Named(verdict, name, value) : null;
    }

    /// <summary>Whether the client lies in the network that begins at <paramref name="address"/>, by this term's prefix lengths.</summary>
    public bool Covers(IPAddress address, IPAddress client) =>
        address.AddressFamily == client.AddressFamily && new IPNetwork(Masked(address), PrefixFor(address)).Contains(client);

    private static SpfTerm? Network(SpfVerdict verdict, string name, string value)
    {
        string[] parts = value.TrimStart(':').Split('/');
        int bits = name == "ip4" ? V4Bits : V6Bits, prefix = bits;
        if (parts.Length > 2 || !IPAddress.TryParse(parts[0], out IPAddress? address) || address.GetAddressBytes().Length * 8 != bits || (name == "ip4" && parts[0].Count('.') != 3) || (parts.Length == 2 && !TryPrefix(parts[1], bits, out prefix)))
            return null;
        return new(verdict, name, parts[0], prefix, prefix, IsModifier: false);
    }

    /// <summary>"a", "a:domain", "a/24", "a:domain/24//64".</summary>
    private static SpfTerm? Named(SpfVerdict verdict, string name, string value)
    {
        int slash = value.IndexOf('/');
        string target = (slash < 0 ? value : value[..slash]).TrimStart(':'), lengths = slash < 0 ? "" : value[slash..];
        int v4 = V4Bits, v6 = V6Bits, both = lengths.IndexOf("//", StringComparison.Ordinal);
        string first = both < 0 ? lengths : lengths[..both];
        bool isRead = (first.Length == 0 || TryPrefix(first[1..], V4Bits, out v4)) && (both < 0 || TryPrefix(lengths[(both + 2)..], V6Bits, out v6));
        bool needsTarget = name is "include" or "exists";
        return isRead && (!needsTarget || target.Length > 0) ? new(verdict, name, target, v4, v6, IsModifier: false) : null;
    }

    private static bool TryPrefix(string text, int bits, out int prefix) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out prefix) && prefix <= bits;

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
