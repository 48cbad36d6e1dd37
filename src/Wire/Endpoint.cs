using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace DirMail.Wire;

/// <summary>
/// One bound socket. Each event is one client, whose session then runs on the thread that took it; the next client is another's. Where accept() fails for another reason than a client
/// that hung up (out of descriptors), there is a pause.
/// </summary>
internal sealed class Endpoint : IPolled, IAsyncDisposable
{
    private const int Backlog = 1024;
    private const uint OneClient = SystemCalls.In | SystemCalls.OneShot;
    private static readonly TimeSpan BackOff = TimeSpan.FromMilliseconds(200);

    private readonly string _listener;
    private readonly Socket _socket;
    private readonly ILogger _logger;
    private readonly Lock _accepting = new();
    private readonly Timer _pause;
    private Func<Socket, Task?> _accepted = static _ => null;
    private long _tag;
    private bool _isFailing;
    private bool _isUnbound;

    private Endpoint(string listener, Socket socket, ILogger logger)
    {
        _listener = listener;
        _socket = socket;
        _logger = logger;
        _pause = new Timer(static endpoint => ((Endpoint)endpoint!).Await(), this, Timeout.Infinite, Timeout.Infinite);
        Address = socket.LocalEndPoint!;
    }

    /// <summary>An <see cref="IPEndPoint"/> or a <see cref="UnixDomainSocketEndPoint"/>.</summary>
    public EndPoint Address { get; }

    /// <summary>Binds and listens; each family on its own, so that "0.0.0.0" and "::" do not meet.</summary>
    public static Endpoint Bind(string listener, IPEndPoint address, ILogger logger)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = false;
            // those who are accepted have it from here
            socket.NoDelay = true;
            socket.Bind(address);
            socket.Listen(Backlog);
            return new Endpoint(listener, socket, logger);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new ListenException($"{address} {Reason(error)}", error);
        }
    }

    /// <summary>A Unix socket at the path, which is there for the mode's users only. A socket that a killed server left is removed; any other file stays.</summary>
    public static Endpoint BindUnix(string listener, string path, UnixFileMode mode, ILogger logger)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            UnixSocketFile.RemoveLeft(path);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            // before anybody can connect
            File.SetUnixFileMode(path, mode);
            socket.Listen(Backlog);
            return new Endpoint(listener, socket, logger);
        }
        catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            throw new ListenException($"{path} {(error is SocketException refused ? Reason(refused) : error.Message)}", error);
        }
    }

    /// <param name="accepted">Takes the socket over; gives the session that is to be started, null: none.</param>
    /// <exception cref="IOException">The system watches no more sockets.</exception>
    public void Start(Func<Socket, Task?> accepted)
    {
        _accepted = accepted;
        _socket.Blocking = false;
        lock (_accepting)
            _tag = Poller.Shared.Add(_socket.SafeHandle, this, OneClient);
    }

    /// <summary>Clients that the kernel has already connected are still accepted: closing the socket would reset them.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_accepting)
        {
            _isUnbound = true;
            Poller.Shared.Forget(_tag);
            for (int i = 0; i < Backlog && _socket.Poll(TimeSpan.Zero, SelectMode.SelectRead); i++)
                Accept()?.Start(TaskScheduler.Default);
            _socket.Dispose();
        }
        if (Address is UnixDomainSocketEndPoint unix)
            File.Delete(unix.ToString());
        return _pause.DisposeAsync();
    }

    void IPolled.Happened(uint events)
    {
        Task? session;
        lock (_accepting)
        {
            if (_isUnbound)
                return;
            session = Accept();
            if (!_isFailing)
                Await();
        }
        session?.RunSynchronously(TaskScheduler.Default);
    }

    private static string Reason(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "is in use by another program",
        SocketError.AddressNotAvailable => "is not an address of this host",
        SocketError.AccessDenied => "needs a privilege this program does not have (ports below 1024: CAP_NET_BIND_SERVICE)",
        _ => $"cannot be listened on: {error.Message}",
    };

    /// <summary>Null: there was nobody, or nobody to serve.</summary>
    private Task? Accept()
    {
        try
        {
            Socket client = _socket.Accept();
            _isFailing = false;
            return _accepted(client);
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.WouldBlock)
        {
            // the client hung up before it was its turn
        }
        catch (Exception error)
        {
            if (!_isFailing)
                Log.AcceptFailed(_logger, _listener, Address, BackOff, error.Message);
            _isFailing = true;
            _pause.Change(BackOff, Timeout.InfiniteTimeSpan);
        }
        return null;
    }

    /// <summary>The next client is told of.</summary>
    private void Await()
    {
        lock (_accepting)
            if (!_isUnbound)
                Poller.Shared.Change(_socket.SafeHandle, _tag, OneClient);
    }
}
