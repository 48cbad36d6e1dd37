using System.Net;
using DirMail.Ldap.Tree;
using DirMail.Wire;
using Microsoft.Extensions.Logging;

namespace DirMail.Servers.Ldap;

/// <summary>The embedded directory on the network: accepts LDAP v3 connections and serves the tree over them.</summary>
public sealed class LdapListener : IAsyncDisposable
{
    private readonly Listener _listener;

    /// <param name="certificates">For StartTLS; null: not offered.</param>
    public LdapListener(DirectoryTree tree, LdapListenerSettings settings, ICertificates? certificates, ILogger logger)
    {
        var operations = new LdapOperations(certificates);
        tree.Capabilities = operations.Capabilities;
        var limits = new ListenerSettings { Counts = new(new() { Max = settings.MaxConnections, MaxPerClient = settings.MaxConnectionsPerClient, IsExempt = static _ => false }) };
        _listener = new Listener("ldap", limits, (connection, stopping) => new LdapListenerSession(connection, tree, settings, operations, logger).RunAsync(stopping), logger);
    }

    /// <summary>Listens there too; gives the endpoint in use.</summary>
    /// <exception cref="ListenException">It cannot be listened on; the message says why.</exception>
    public Task<IPEndPoint> AddAsync(IPEndPoint endpoint, CancellationToken cancellationToken) => _listener.AddAsync(endpoint, cancellationToken);

    public Task DrainAsync(TimeSpan grace) => _listener.DrainAsync(grace);

    public ValueTask DisposeAsync() => _listener.DisposeAsync();
}
