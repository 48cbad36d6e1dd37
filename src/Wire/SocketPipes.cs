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

    // They live as long as the process: their queues are shared by all connections.
    private static readonly SocketConnectionContextFactory Accepted = new(new SocketConnectionFactoryOptions { MaxReadBufferSize = MaxReadAhead }, NullLogger.Instance);

    /// <summary>
    /// What arrives is read on the thread that received it, what is flushed is sent by the thread that flushes: half the hand-overs between threads. Not for accepted connections, which
    /// others may wake: their sessions would run on the thread of whoever wakes them.
    /// </summary>
    private static readonly SocketConnectionContextFactory Dialled = new(new SocketConnectionFactoryOptions { MaxReadBufferSize = MaxReadAhead, UnsafePreferInlineScheduling = true }, NullLogger.Instance);

    /// <summary>The socket is owned by the context from now on, also when this throws.</summary>
    /// <param name="isDialled">Nobody but its owner and its deadline wakes the connection.</param>
    public static ConnectionContext Wrap(Socket socket, bool isDialled = false)
    {
        try
        {
            if (socket.AddressFamily != AddressFamily.Unix)
                socket.NoDelay = true;
            return (isDialled ? Dialled : Accepted).Create(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
