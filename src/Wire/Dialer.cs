using System.Net;

namespace DirMail.Wire;

/// <summary>
/// Opens outgoing connections. The socket is bound to the given source address before it connects (IP_BIND_ADDRESS_NO_PORT on Linux), to an address and never to a
/// name, one new socket for each attempt. bind() is the only test of an address.
/// </summary>
public static class Dialer
{
    /// <param name="source">Address to bind to; null leaves the choice to the kernel (the host's own mail only).</param>
    public static Task<DialResult> ConnectAsync(IPAddress? source, IPEndPoint destination, TimeSpan timeout, CancellationToken cancellationToken) => throw new NotImplementedException();
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
