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

    /// <summary>
    /// What arrives is read on the thread that received it, what is flushed is sent by the thread that flushes: a third of the hand-overs between threads. That spares each line
    /// the waits of a busy machine, and hardly any processor time. Nobody's reads end on the thread of
    /// whoever wakes them (<see cref="ConnectionInput.Wake"/>). It lives as long as the process.
    /// </summary>
    private static readonly SocketConnectionContextFactory Pipes = new(new SocketConnectionFactoryOptions { MaxReadBufferSize = MaxReadAhead, UnsafePreferInlineScheduling = true }, NullLogger.Instance);

    /// <summary>The socket is owned by the context from now on, also when this throws.</summary>
    public static ConnectionContext Wrap(Socket socket)
    {
        try
        {
            if (socket.AddressFamily != AddressFamily.Unix)
                socket.NoDelay = true;
            return Pipes.Create(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
