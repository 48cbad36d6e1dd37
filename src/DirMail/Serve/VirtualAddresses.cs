using System.Net;
using System.Net.Sockets;

namespace DirMail.Serve;

/// <summary>Whether an address is on this host: bind() is the only test (the interface list does not show 127.0.70.1).</summary>
internal static class VirtualAddresses
{
    public static bool IsHere(IPAddress address) => Problem(address) is null;

    /// <summary>Null when it can be bound; else why not.</summary>
    public static string? Problem(IPAddress address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            return null;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode == SocketError.AddressNotAvailable ? "not on this host" : failure.Message;
        }
    }
}
