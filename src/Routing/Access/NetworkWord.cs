using System.Net;

namespace DirMail.Routing;

/// <summary>Addresses and networks in rules of allowed services, in the forms of hosts_access(5) and by prefix length.</summary>
internal static class NetworkWord
{
    /// <summary>"10.1.2.3", "10.1." (all below it), "10.1.0.0/16", "10.1.0.0/255.255.0.0", "2001:db8::/32".</summary>
    public static bool TryParse(string word, out IPNetwork network)
    {
        network = default;
        if (word.EndsWith('.'))
        {
            int parts = word.Count(c => c == '.');
            return parts < 4 && TryMasked(word + string.Join('.', Enumerable.Repeat("0", 4 - parts)), parts * 8, out network);
        }
        string[] halves = word.Split('/');
        if (halves.Length > 2 || !IPAddress.TryParse(halves[0], out IPAddress? address) || (!word.Contains(':') && halves[0].Count(c => c == '.') != 3))
            return false;
        int all = address.GetAddressBytes().Length * 8;
        if (halves.Length == 1)
            return TryMasked(halves[0], all, out network);
        if (int.TryParse(halves[1], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int bits))
            return bits <= all && TryMasked(halves[0], bits, out network);
        return TryMaskBits(halves[1], all, out bits) && TryMasked(halves[0], bits, out network);
    }

    private static bool TryMaskBits(string mask, int all, out int bits)
    {
        bits = 0;
        if (!IPAddress.TryParse(mask, out IPAddress? address) || address.GetAddressBytes() is not { } octets || octets.Length * 8 != all)
            return false;
        bits = octets.Sum(o => System.Numerics.BitOperations.PopCount(o));
        int ones = bits;
        return octets.Select((o, i) => o == (byte)(0xFF00 >> Math.Clamp(ones - (i * 8), 0, 8))).All(same => same);
    }

    private static bool TryMasked(string address, int bits, out IPNetwork network)
    {
        network = default;
        if (!IPAddress.TryParse(address, out IPAddress? parsed))
            return false;
        byte[] octets = parsed.GetAddressBytes();
        for (int i = 0; i < octets.Length; i++)
            octets[i] &= (byte)(0xFF00 >> Math.Clamp(bits - (i * 8), 0, 8));
        network = new(new IPAddress(octets), bits);
        return true;
    }
}
