using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace DirMail.Wire;

/// <summary>
/// One bound socket and its accept loop. The loop is ours and not the transport's, because that one takes every failure of accept() for a client that hung up
/// and tries again at once: out of descriptors it would spin (decision 0002).
/// </summary>
internal sealed class Endpoint : IAsyncDisposable
{
    private const int Backlog = 1024;
    private static readonly TimeSpan BackOff = TimeSpan.FromMilliseconds(200);

    private readonly string _listener;
    private readonly Socket _socket;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _unbound = new();
    private Task _accepting = Task.CompletedTask;
    private Action<Socket> _accepted = static socket => socket.Dispose();

    private Endpoint(string listener, Socket socket, ILogger logger)
    {
        _listener = listener;
        _socket = socket;
        _logger = logger;
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

    public void Start(Action<Socket> accepted)
    {
        _accepted = accepted;
        _accepting = AcceptAsync();
    }

    /// <summary>Clients that the kernel has already connected are still accepted: closing the socket would reset them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _unbound.CancelAsync();
        await _accepting;
        await AcceptWaitingAsync();
        _socket.Dispose();
        if (Address is UnixDomainSocketEndPoint unix)
            File.Delete(unix.ToString());
        _unbound.Dispose();
    }

    private static string Reason(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "is in use by another program",
        SocketError.AddressNotAvailable => "is not an address of this host",
        SocketError.AccessDenied => "needs a privilege this program does not have (ports below 1024: CAP_NET_BIND_SERVICE)",
        _ => $"cannot be listened on: {error.Message}",
    };

    private async Task AcceptAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        bool isFailing = false;
        while (!_unbound.IsCancellationRequested)
        {
            try
            {
                _accepted(await _socket.AcceptAsync(_unbound.Token));
                isFailing = false;
            }
            catch (Exception) when (_unbound.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // the client hung up before it was its turn
            }
            catch (Exception error)
            {
                if (!isFailing)
                    Log.AcceptFailed(_logger, _listener, Address, BackOff, error.Message);
                isFailing = true;
                await Task.Delay(BackOff, _unbound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task AcceptWaitingAsync()
    {
        using var limit = new CancellationTokenSource(BackOff);
        try
        {
            while (!limit.IsCancellationRequested && _socket.Poll(TimeSpan.Zero, SelectMode.SelectRead))
                _accepted(await _socket.AcceptAsync(limit.Token));
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // those left waiting see a reset
        }
    }
}
