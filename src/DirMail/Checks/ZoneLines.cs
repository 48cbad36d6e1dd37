using System.Net;
using System.Net.Sockets;

namespace DirMail.Checks;

/// <summary>What to publish for a domain, as lines of a zone file.</summary>
internal static class ZoneLines
{
    public static IReadOnlyList<string> Of(CheckedDomain domain)
    {
        IPAddress[] addresses = [.. domain.Addresses.Select(a => a.Address)];
        string policy = addresses.Length == 0 ? "a:" + domain.HostName : string.Join(' ', addresses.Select(SpfAddress));
        return
        [
            .. addresses.Select(a => $"{domain.HostName}. IN {AddressRecord(a)}"),
            .. addresses.Select(a => $"{ReverseName(a)}. IN PTR {domain.HostName}."),
            .. domain.Names.Select(n => $"{n}. IN MX 10 {domain.HostName}."),
            .. domain.Names.Select(n => $"{n}. IN TXT \"v=spf1 {policy} -all\""),
            $"{domain.HostName}. IN TXT \"v=spf1 a -all\"",
        ];
    }

    public static string AddressRecord(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"AAAA {address}" : $"A {address}";

    public static string SpfAddress(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"ip6:{address}" : $"ip4:{address}";

    private static string ReverseName(IPAddress address) => Wire.DnsClient.ReverseName(address);
}
