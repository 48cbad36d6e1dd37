using System.Net;
using System.Net.Sockets;

namespace DirMail.Interop;

/// <summary>Ports for servers that must know theirs before they start. Taken below the range from which the system gives ports to clients, so that none is taken in between.</summary>
internal static class FreePort
{
    private const int First = 15_000, Last = 30_000;

    private static readonly Lock Taking = new();
    private static int _next = Random.Shared.Next(First, Last);

    public static int Take()
    {
        lock (Taking)
            for (int tries = First; tries < Last; tries++)
            {
                _next = _next >= Last ? First : _next + 1;
                if (IsFree(_next))
                    return _next;
            }
        throw new InvalidOperationException("no port is free");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Any, port) { ExclusiveAddressUse = true };
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
