using System.Net;
using Microsoft.Extensions.Logging;

namespace DirMail.Wire;

/// <summary>
/// Accepts connections of one protocol on any number of endpoints, which may come and go while it runs: virtual addresses follow the routing table.
/// Built on Kestrel's socket transport (decision 0002). Each connection is a task of its own; an exception that leaves a session is logged and ends that connection only.
/// </summary>
public sealed class Listener : IAsyncDisposable
{
    /// <param name="name">For logs, metrics and error texts: "smtp", "imap" ...</param>
    public Listener(string name, ListenerLimits limits, Func<Connection, CancellationToken, Task> serve, ILogger logger) => throw new NotImplementedException();

    /// <summary>
    /// Listens there too. Returns the endpoint in use (a port of 0 is chosen by the system). <exception cref="ListenException">when the address cannot be
    /// bound; the message names endpoint and reason.</exception>
    /// </summary>
    public Task<IPEndPoint> AddAsync(IPEndPoint endpoint, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Stops accepting there; open connections go on.</summary>
    public Task RemoveAsync(IPEndPoint endpoint) => throw new NotImplementedException();

    public IReadOnlyCollection<IPEndPoint> Endpoints => throw new NotImplementedException();

    /// <summary>Open connections now.</summary>
    public int Open => throw new NotImplementedException();

    /// <summary>Stops accepting, cancels sessions' token, waits up to <paramref name="grace"/> for them, then aborts the rest.</summary>
    public Task DrainAsync(TimeSpan grace) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

public sealed record ListenerLimits
{
    /// <summary>Connections at once over all endpoints; more are accepted and closed at once.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Connections at once from one client address.</summary>
    public int MaxPerClient { get; init; } = 1_000;

    /// <summary>TLS from the first octet; null: plain.</summary>
    public ICertificates? ImplicitTls { get; init; }
}

/// <summary>An endpoint cannot be listened on; the message names endpoint and reason for a person.</summary>
public sealed class ListenException(string message, Exception inner) : Exception(message, inner);
