using System.Net;
using System.Net.Sockets;

namespace DirMail.Mail;

/// <summary>Whom an address stands for when clients are counted: itself, but one customer has a whole /64 of IPv6.</summary>
public static class ClientNetwork
{
    public static IPAddress Of(IPAddress client)
    {
        if (client.IsIPv4MappedToIPv6)
            return client.MapToIPv4();
        if (client.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(client))
            return client;
        Span<byte> octets = stackalloc byte[16];
        client.TryWriteBytes(octets, out _);
        octets[8..].Clear();
        return new IPAddress(octets);
    }
}
