using DirMail.Ldap;
using DirMail.Ldap.Client;
using Microsoft.Extensions.Logging;

namespace DirMail.Routing.Following;

/// <summary>
/// Opens connections to the directory as the settings say: to the first of its servers, in their order, that serves. A server that failed is passed over for a while;
/// when all have failed, those that say so at once are asked again. Keeps nothing open.
/// </summary>
internal sealed class DirectoryConnection(DirectorySettings settings, TimeProvider clock, ILogger logger)
{
    /// <summary>With another server to turn to, there is no point in waiting long for one.</summary>
    private static readonly TimeSpan ConnectTimeoutOfSeveral = TimeSpan.FromSeconds(3);

    private readonly ServerStanding[] _servers = [.. ServersOf(settings).Select(server => new ServerStanding(server, clock))];

    public int Servers => _servers.Length;

    /// <summary>For one connection now and then.</summary>
    public static Task<LdapClient> OpenAsync(DirectorySettings settings, ILogger logger, CancellationToken cancellationToken) =>
        new DirectoryConnection(settings, TimeProvider.System, logger).OpenAsync(cancellationToken);

    /// <inheritdoc cref="OpenAsync(DirectorySettings, ILogger, CancellationToken)"/>
    public static Task<LdapClient> OpenBoundAsync(DirectorySettings settings, ILogger logger, CancellationToken cancellationToken) =>
        new DirectoryConnection(settings, TimeProvider.System, logger).OpenBoundAsync(cancellationToken);

    /// <exception cref="LdapException">No server serves; the message says what each answered.</exception>
    public Task<LdapClient> OpenAsync(CancellationToken cancellationToken) => OpenFirstAsync(client => Task.FromResult(client), cancellationToken);

    /// <summary>A connection bound as the service account.</summary>
    /// <exception cref="LdapException">No server serves and lets the service account in; the message says what each answered.</exception>
    public async Task<LdapClient> OpenBoundAsync(CancellationToken cancellationToken)
    {
        string password = await PasswordAsync(cancellationToken);
        return await OpenFirstAsync(client => BoundAsync(client, password, cancellationToken), cancellationToken);
    }

    /// <summary>Whether the connection's server has not failed since, as far as is known.</summary>
    public bool Serves(LdapClient client) => StandingOf(client).Fault is null;

    public void Served(LdapClient client) => StandingOf(client).Served();

    /// <summary>The server took a connection and then did not do what it is there for: the next connection is one to another.</summary>
    /// <param name="since">Timestamp of the clock when it was asked.</param>
    public void Failed(LdapClient client, string reason, long since) => Failed(StandingOf(client), reason, since);

    /// <summary>What each server that does not serve answered last.</summary>
    public string Faults() => string.Join("; ", _servers.Select(server => server.Fault).Where(fault => fault is not null));

    private async Task<LdapClient> OpenFirstAsync(Func<LdapClient, Task<LdapClient>> preparedAsync, CancellationToken cancellationToken)
    {
        var tried = new List<ServerStanding>();
        foreach (ServerStanding server in _servers)
            if (server.Claim() && await OpenAsync(server, tried, preparedAsync, cancellationToken) is { } client)
                return client;
        foreach (ServerStanding server in _servers.Except(tried).ToArray())
            if (server.IsWorthAsking && await OpenAsync(server, tried, preparedAsync, cancellationToken) is { } client)
                return client;
        throw new LdapException(Faults());
    }

    private async Task<LdapClient?> OpenAsync(ServerStanding server, List<ServerStanding> tried, Func<LdapClient, Task<LdapClient>> preparedAsync, CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        tried.Add(server);
        try
        {
            LdapClient client = await preparedAsync(await LdapClient.ConnectAsync(server.Server, logger, cancellationToken));
            server.Served();
            return client;
        }
        catch (LdapException failure)
        {
            Failed(server, failure.Message, start);
            return null;
        }
    }

    private async Task<LdapClient> BoundAsync(LdapClient client, string password, CancellationToken cancellationToken)
    {
        try
        {
            LdapResult result = await client.BindAsync(settings.BindDn, password, cancellationToken);
            return result.IsSuccess ? client : throw new LdapException($"{client.Server} refused the bind as {settings.BindDn}: {result.Describe()}");
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    private void Failed(ServerStanding server, string reason, long since)
    {
        if (server.Failed(reason, since) && _servers.Length > 1)
            Log.ServerFailed(logger, server.Server.ToString(), reason);
    }

    private ServerStanding StandingOf(LdapClient client) => _servers.First(server => ReferenceEquals(server.Server, client.Server));

    private static IEnumerable<LdapServer> ServersOf(DirectorySettings settings)
    {
        if (settings.Urls.Count == 0)
            throw new FormatException("no URL of the directory");
        CertificatePin[] pins = [.. settings.Pins.Select(text => CertificatePin.TryParse(text, out CertificatePin pin) ? pin : throw new FormatException($"'{text}' is no certificate pin"))];
        foreach (string url in settings.Urls)
        {
            if (!LdapServer.TryParse(url, out LdapServer? server))
                throw new FormatException($"'{url}' is no ldap:// or ldaps:// URL");
            yield return server! with
            {
                CaFile = settings.CaFile.Length > 0 ? settings.CaFile : null,
                Pins = pins,
                Tls = settings.StartTls && server.Tls == LdapTls.None ? LdapTls.StartTls : server.Tls,
                ConnectTimeout = settings.Urls.Count > 1 ? ConnectTimeoutOfSeveral : server.ConnectTimeout,
            };
        }
    }

    private async Task<string> PasswordAsync(CancellationToken cancellationToken)
    {
        if (settings.BindPassword.Length > 0 || settings.BindPasswordFile.Length == 0)
            return settings.BindPassword;
        try
        {
            return (await File.ReadAllTextAsync(settings.BindPasswordFile, cancellationToken)).TrimEnd('\r', '\n');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new LdapException($"the password file cannot be read: {failure.Message}", failure);
        }
    }
}
