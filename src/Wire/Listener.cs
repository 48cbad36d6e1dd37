using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace DirMail.Wire;

/// <summary>
/// Accepts connections of one protocol on any number of endpoints, which may come and go while it runs: virtual addresses follow the routing table.
/// Each connection is a task of its own; an exception that leaves a session is logged and ends that connection only.
/// </summary>
public sealed class Listener : IAsyncDisposable
{
    private static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(5);

    private readonly string _name;
    private readonly ListenerSettings _settings;
    private readonly Func<Connection, CancellationToken, Task> _serve;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<EndPoint, Endpoint> _endpoints = new();
    private readonly ConcurrentDictionary<Connection, Task> _sessions = new();
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationToken _drainToken;
    private int _open;

    /// <param name="name">For logs, metrics and error texts: "smtp", "imap" ...</param>
    /// <param name="serve">The session. Its token is cancelled by a drain; that <see cref="OperationCanceledException"/> may leave it. The connection is closed after it.</param>
    public Listener(string name, ListenerSettings settings, Func<Connection, CancellationToken, Task> serve, ILogger logger)
    {
        _name = name;
        _settings = settings;
        _serve = serve;
        _logger = logger;
        _drainToken = _draining.Token;
    }

    public IReadOnlyCollection<IPEndPoint> Endpoints => [.. _endpoints.Keys.OfType<IPEndPoint>()];

    /// <summary>Open connections now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>
    /// Listens there too. Returns the endpoint in use (a port of 0 is chosen by the system). <exception cref="ListenException">when the address cannot be
    /// bound; the message names endpoint and reason.</exception>
    /// </summary>
    public async Task<IPEndPoint> AddAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return (IPEndPoint)await AddAsync(() => Endpoint.Bind(_name, endpoint, _logger));
    }

    /// <summary>Listens on a Unix socket too, whose file has that mode and is removed at the end. Its clients count as loopback.</summary>
    /// <exception cref="ListenException">The file cannot be made; the message names it.</exception>
    public async Task AddSocketAsync(string path, UnixFileMode mode) => await AddAsync(() => Endpoint.BindUnix(_name, path, mode, _logger));

    /// <summary>Stops accepting there; open connections go on.</summary>
    public async Task RemoveAsync(EndPoint endpoint)
    {
        if (!_endpoints.TryRemove(endpoint, out Endpoint? bound))
            return;
        await bound.DisposeAsync();
        Log.Unbound(_logger, _name, endpoint);
    }

    /// <summary>Stops accepting, cancels sessions' token, waits up to <paramref name="grace"/> for them, then aborts the rest.</summary>
    public async Task DrainAsync(TimeSpan grace)
    {
        await _draining.CancelAsync();
        foreach (EndPoint endpoint in _endpoints.Keys)
            await RemoveAsync(endpoint);
        if (await EndedAsync(grace))
            return;
        Log.DrainAborts(_logger, _name, _sessions.Count, grace);
        foreach (Connection connection in _sessions.Keys)
            connection.Abort();
        await EndedAsync(AbortLimit);
    }

    public async ValueTask DisposeAsync()
    {
        await DrainAsync(TimeSpan.Zero);
        _draining.Dispose();
    }

    private async Task<EndPoint> AddAsync(Func<Endpoint> bind)
    {
        ObjectDisposedException.ThrowIf(_drainToken.IsCancellationRequested, this);
        Endpoint bound = bind();
        _endpoints[bound.Address] = bound;
        bound.Start(Accepted);
        Log.Listening(_logger, _name, bound.Address);
        if (_drainToken.IsCancellationRequested)
            await RemoveAsync(bound.Address);
        return bound.Address;
    }

    private async Task<bool> EndedAsync(TimeSpan limit)
    {
        Task all = Task.WhenAll(_sessions.Values);
        await all.WaitAsync(limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return all.IsCompleted;
    }

    private Task? Accepted(Socket socket)
    {
        IPAddress peer;
        try
        {
            peer = Connection.AddressOf(socket.RemoteEndPoint).Address;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
        if (_settings.Counts.Enter() is { } refusal)
        {
            Told(refusal, peer);
            SayBusy(socket);
            socket.Dispose();
            return null;
        }
        Interlocked.Increment(ref _open);
        Metrics.Accepted(_name);
        return Begin(socket);
    }

    private Task? Begin(Socket socket)
    {
        try
        {
            var connection = Connection.Over(socket);
            var session = new Task<Task>(() => RunAsync(connection));
            _sessions[connection] = session.Unwrap();
            return session;
        }
        catch (Exception gone) when (Connection.IsGone(gone))
        {
            Ended();
            return null;
        }
    }

    private async Task RunAsync(Connection connection)
    {
        try
        {
            await using (connection)
                if (await IsIntroducedAsync(connection))
                    await CountedAsync(connection);
        }
        catch (OperationCanceledException) when (_drainToken.IsCancellationRequested)
        {
        }
        catch (Exception error)
        {
            Log.SessionFailed(_logger, error, _name, connection.Remote);
        }
        finally
        {
            _sessions.TryRemove(connection, out _);
            Ended();
        }
    }

    private void Ended()
    {
        _settings.Counts.Leave();
        Interlocked.Decrement(ref _open);
        Metrics.Ended(_name);
    }

    /// <summary>A proxy says who it speaks for; everybody else is who he is.</summary>
    private async Task<bool> IsIntroducedAsync(Connection connection)
    {
        if (!_settings.IsProxy(connection.Remote.Address) || await connection.ReadProxyHeaderAsync(_drainToken))
            return true;
        Log.NoProxyHeader(_logger, _name, connection.Remote);
        Metrics.ProxyRefused(_name);
        return false;
    }

    private async Task CountedAsync(Connection connection)
    {
        IPAddress client = connection.Remote.Address;
        if (_settings.Counts.Enter(client, connection.Local.Address, out ConnectionPlace place) is { } refusal)
        {
            Told(refusal, client);
            if (_settings.ImplicitTls is null)
                connection.Write(_settings.Busy);
            return;
        }
        try
        {
            if (await ProtectAsync(connection))
                await _serve(connection, _drainToken);
        }
        finally
        {
            _settings.Counts.Leave(place);
        }
    }

    private void Told(ConnectionRefusal refusal, IPAddress client)
    {
        Metrics.Refused(_name, refusal);
        Log.Refused(_logger, _name, client, refusal);
    }

    /// <summary>What the socket's empty buffer takes, and no more: who is refused costs nothing.</summary>
    private void SayBusy(Socket socket)
    {
        if (_settings.ImplicitTls is null && _settings.Busy.Length > 0)
            socket.Send(Encoding.ASCII.GetBytes(_settings.Busy), SocketFlags.None, out _);
    }

    private async Task<bool> ProtectAsync(Connection connection)
    {
        if (_settings.ImplicitTls is not { } certificates)
            return true;
        bool isProtected = await connection.StartImplicitTlsAsync(certificates, _drainToken);
        if (!isProtected)
            Log.HandshakeFailed(_logger, _name, connection.Remote, connection.TlsFailure ?? "");
        return isProtected;
    }
}

/// <summary>An endpoint cannot be listened on; the message names endpoint and reason for a person.</summary>
public sealed class ListenException(string message, Exception inner) : Exception(message, inner);
