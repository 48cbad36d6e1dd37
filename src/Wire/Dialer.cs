using System.Net;
using System.Net.Sockets;

namespace DirMail.Wire;

/// <summary>
/// Opens outgoing connections. The socket is bound to the given source address before it connects (IP_BIND_ADDRESS_NO_PORT on Linux), to an address and never to a
/// name, one new socket for each attempt. bind() is the only test of an address.
/// </summary>
public static class Dialer
{
    /// <param name="source">Address to bind to; null leaves the choice to the kernel (the host's own mail only).</param>
    public static async Task<DialResult> ConnectAsync(IPAddress? source, IPEndPoint destination, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Socket? socket = Open(destination.AddressFamily);
        DialResult result = socket is null
            ? new DialResult.Failed($"{destination}: this host knows no such addresses")
            : await TryAsync(socket, source, destination, timeout, cancellationToken);
        if (result is not DialResult.Connected)
            socket?.Dispose();
        Metrics.Dialled(result.GetType().Name);
        return result;
    }

    /// <summary>Null: not a family of this host, as where IPv6 is left out of its kernel.</summary>
    private static Socket? Open(AddressFamily family)
    {
        try
        {
            return new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        }
        catch (SocketException unknown) when (unknown.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.ProtocolFamilyNotSupported or SocketError.ProtocolNotSupported)
        {
            return null;
        }
    }

    private static async Task<DialResult> TryAsync(Socket socket, IPAddress? source, IPEndPoint destination, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (source is not null && Bind(socket, source) is { } refused)
            return refused;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            return new DialResult.Connected(await Connection.OpenAsync(socket, destination, limit.Token));
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new DialResult.Failed($"{destination} did not answer within {timeout.TotalSeconds:0} s");
        }
        catch (IOException error)
        {
            return new DialResult.Failed($"{destination}: {error.Message}");
        }
    }

    private static DialResult.SourceNotAvailable? Bind(Socket socket, IPAddress source)
    {
        try
        {
            PickPortAtConnect(socket);
            socket.Bind(new IPEndPoint(source, 0));
            return null;
        }
        catch (SocketException error)
        {
            return new($"{source}: {error.Message}");
        }
    }

    /// <summary>
    /// Lets the kernel choose the port when it knows the destination too: without it one address has no more than its 28,000 ephemeral ports for all destinations together.
    /// </summary>
    private static void PickPortAtConnect(Socket socket)
    {
        const int LevelIp = 0, BindAddressNoPort = 24;
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            socket.SetRawSocketOption(LevelIp, BindAddressNoPort, BitConverter.GetBytes(1));
        }
        catch (SocketException)
        {
            // an old kernel: fewer connections at once, nothing else
        }
    }
}

public abstract record DialResult
{
    private DialResult() { }

    /// <summary>The caller owns the connection.</summary>
    public sealed record Connected(Connection Connection) : DialResult;

    /// <summary>bind() refused: the address is not on this host. Nothing was sent.</summary>
    public sealed record SourceNotAvailable(string Reason) : DialResult;

    public sealed record Failed(string Reason) : DialResult;
}
