using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DirMail.Wire;

/// <summary>What the letters of macros stand for (RFC 7208 7.2, 7.3).</summary>
/// <param name="domain">The domain whose record is being read.</param>
/// <param name="name">The client's checked name, for "p".</param>
internal sealed class SpfLetters(SpfQuestion question, string domain, string name)
{
    public string? Value(char letter) => letter switch
    {
        's' => $"{question.LocalPart}@{question.Domain}",
        'l' => question.LocalPart,
        'o' => question.Domain,
        'd' => domain,
        'i' => Dotted(question.Client),
        'p' => name,
        'v' => question.Client.AddressFamily == AddressFamily.InterNetwork ? "in-addr" : "ip6",
        'h' => question.Helo,
        'c' => question.Client.ToString(),
        'r' => question.Receiver,
        't' => question.Time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>IPv6 as 32 nibbles with dots between them.</summary>
    private static string Dotted(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() : string.Join('.', Convert.ToHexStringLower(address.GetAddressBytes()).AsEnumerable());
}
