using System.Net;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>A zone that answers for listed addresses (RFC 5782), and which of its answers count.</summary>
/// <param name="Codes">Answers that count; empty: all of 127/8 but 127.255.255/24, in which zones tell errors of the asker.</param>
public sealed record BlockList(string Zone, IReadOnlyList<IPNetwork> Codes)
{
    /// <summary>"zone" or "zone=127.0.0.2/127.0.0.10": codes separated by slashes. Null: neither.</summary>
    public static BlockList? Parse(string text)
    {
        string[] parts = text.Split('=');
        if (parts.Length > 2 || parts[0].Length == 0 || !parts[0].Contains('.'))
            return null;
        var codes = new List<IPNetwork>();
        foreach (string code in parts.Length == 2 ? parts[1].Split('/') : [])
            if (IPAddress.TryParse(code, out IPAddress? address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
                codes.Add(new(address, 32));
            else
                return null;
        return new(parts[0].Trim('.').ToLowerInvariant(), codes);
    }
}
