using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Wire;

/// <summary>Puts Kestrel's pipes, with their pooled memory, on a connected socket: the same for accepted and opened ones (decision 0002).</summary>
internal static class SocketPipes
{
    /// <summary>
    /// Most octets received and not yet read. Less than Kestrel's megabyte, because mail servers hold many slow connections, and enough to keep a fast sender busy.
    /// </summary>
    private const long MaxReadAhead = 256 * 1024;

    // Lives as long as the process: its queues are shared by all listeners and dialled connections.
    private static readonly SocketConnectionContextFactory Factory = new(new SocketConnectionFactoryOptions { MaxReadBufferSize = MaxReadAhead }, NullLogger.Instance);

    /// <summary>The socket is owned by the context from now on, also when this throws.</summary>
    public static ConnectionContext Wrap(Socket socket)
    {
        try
        {
            if (socket.AddressFamily != AddressFamily.Unix)
                socket.NoDelay = true;
            return Factory.Create(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
