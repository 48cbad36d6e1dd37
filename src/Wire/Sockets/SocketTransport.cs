using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace DirMail.Wire;

/// <summary>The two pipes of a connected socket. Octets are received when somebody wants them, and sent by whoever flushes; an idle one holds no buffer (decision 0009).</summary>
internal sealed class SocketTransport : IDuplexPipe, IPolled, IDisposable
{
    private const uint Ends = SystemCalls.PeerClosed | SystemCalls.HangUp | SystemCalls.Error;
    private const uint Reads = SystemCalls.In | SystemCalls.PeerClosed | SystemCalls.EdgeTriggered;

    /// <summary>Most octets read over at the end, lest what was sent last is lost with them.</summary>
    private const int MostReadOver = 256 * 1024;

    private readonly Socket _socket;
    private readonly SafeHandle _handle;
    private readonly SocketInput _input;
    private readonly SocketOutput _output;
    private readonly Readiness _readable = new(), _writable = new();
    private readonly long _tag;
    private bool _tellsWritable;
    private int _expected = 1;
    private volatile bool _hasEnd;
    private volatile bool _isAborted;

    /// <summary>Over a connected socket, which is owned from now on, also when this throws.</summary>
    /// <exception cref="SocketException">It is not connected any more.</exception>
    public SocketTransport(Socket socket)
        : this(socket, Reads)
    {
    }

    private SocketTransport(Socket socket, uint events)
    {
        _socket = socket;
        try
        {
            socket.Blocking = false;
            (Local, Remote) = (socket.LocalEndPoint, socket.RemoteEndPoint);
            _handle = socket.SafeHandle;
            _input = new SocketInput(this);
            _output = new SocketOutput(this);
            _tellsWritable = (events & SystemCalls.Out) != 0;
            _tag = Poller.Shared.Add(_handle, this, events);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects the socket, which is owned from now on, also when this throws.</summary>
    /// <exception cref="IOException">It cannot be connected; the message is the system's word for why.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static async Task<SocketTransport> ConnectAsync(Socket socket, IPEndPoint destination, CancellationToken cancellationToken)
    {
        if (Begin(socket, destination) is var refused and not 0)
        {
            socket.Dispose();
            throw new IOException(SystemCalls.Text(refused));
        }
        // not sooner: a socket that neither is connected nor connects counts as hung up
        var transport = new SocketTransport(socket, Reads | SystemCalls.Out);
        try
        {
            await using (cancellationToken.UnsafeRegister(static writable => ((Readiness)writable!).SignalElsewhere(), transport._writable))
                await transport._writable.WaitAsync();
            cancellationToken.ThrowIfCancellationRequested();
            if (SystemCalls.PendingError(socket.SafeHandle) is var error and not 0)
                throw new IOException(SystemCalls.Text(error));
            (transport.Local, transport.Remote) = (SystemCalls.LocalOf(socket.SafeHandle, destination), destination);
            return transport;
        }
        catch
        {
            transport.Dispose();
            throw;
        }
    }

    public PipeReader Input => _input;
    public PipeWriter Output => _output;

    public EndPoint? Local { get; private set; }
    public EndPoint? Remote { get; private set; }

    internal Readiness Readable => _readable;

    /// <summary>
    /// The next read waits until so many octets have come, or the end. For what surely comes, in several pieces: each would wake the reader by itself. It may return with less all the same.
    /// </summary>
    internal void Expect(int octets)
    {
        _expected = octets;
        try
        {
            _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReceiveLowWater, octets);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // the read will say so
        }
    }

    /// <summary>Something came at the end of which no event will tell: read until there is nothing.</summary>
    internal bool HasEnd => _hasEnd;

    /// <summary>Octets received; 0 at the end, also when it is one by force.</summary>
    /// <returns>Null: nothing has come.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    internal int? Receive(Span<byte> buffer)
    {
        while (!_isAborted)
        {
            int octets = SystemCalls.Receive(_handle, buffer);
            if (octets >= 0)
            {
                if (_expected > 1)
                    Expect(1);
                return octets;
            }
            switch (Marshal.GetLastPInvokeError())
            {
                case SystemCalls.Again:
                    return null;
                case not SystemCalls.Interrupted:
                    throw SystemCalls.Failure("receive");
            }
        }
        return 0;
    }

    /// <summary>Octets that the system took; it takes no more now when they are fewer.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    internal int Send(ReadOnlySpan<byte> octets)
    {
        int sent = 0;
        while (sent < octets.Length)
        {
            if (_isAborted)
                throw new IOException("the connection was aborted");
            int taken = SystemCalls.Send(_handle, octets[sent..]);
            if (taken >= 0)
                sent += taken;
            else if (Marshal.GetLastPInvokeError() == SystemCalls.Again)
                break;
            else if (Marshal.GetLastPInvokeError() != SystemCalls.Interrupted)
                throw SystemCalls.Failure("send");
        }
        return sent;
    }

    /// <summary>Until more can be sent, or the connection is over.</summary>
    internal ValueTask WritableAsync()
    {
        if (!_tellsWritable)
        {
            _tellsWritable = true;
            Poller.Shared.Change(_handle, _tag, Reads | SystemCalls.Out);
        }
        return _writable.WaitAsync();
    }

    internal void WakeWriter() => _writable.Signal();

    void IPolled.Happened(uint events)
    {
        if ((events & Ends) != 0)
            _hasEnd = true;
        bool reads = (events & (SystemCalls.In | Ends)) != 0, writes = (events & (SystemCalls.Out | SystemCalls.HangUp | SystemCalls.Error)) != 0;
        if (reads && writes)
            _writable.SignalElsewhere();
        else if (writes)
            _writable.Signal();
        if (reads)
            _readable.Signal();
    }

    /// <summary>Ends both ways at once, from any thread, with a reset; who waits is woken.</summary>
    public void Abort()
    {
        _isAborted = true;
        Poller.Shared.Forget(_tag);
        try
        {
            _socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
        }
        _socket.Dispose();
        _writable.SignalElsewhere();
        _readable.SignalElsewhere();
    }

    /// <summary>What was flushed still reaches the peer.</summary>
    public void Dispose()
    {
        if (!_isAborted)
            EndSoftly();
        _socket.Dispose();
        _input.Complete();
        _output.Complete();
    }

    private static int Begin(Socket socket, IPEndPoint destination)
    {
        socket.NoDelay = true;
        socket.Blocking = false;
        return SystemCalls.Connect(socket.SafeHandle, destination);
    }

    /// <summary>A socket closed with octets unread resets the connection, and the peer may lose our last words.</summary>
    private void EndSoftly()
    {
        try
        {
            // the end itself would wake a thread
            Poller.Shared.Remove(_handle, _tag);
            _socket.Shutdown(SocketShutdown.Send);
            Span<byte> over = stackalloc byte[1024];
            for (int read = 0; read < MostReadOver && Receive(over) is > 0 and var octets; read += octets)
            {
            }
        }
        catch (Exception gone) when (gone is SocketException or IOException or ObjectDisposedException)
        {
        }
    }
}
