using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DirMail.Admin;
using DirMail.Routing;
using DirMail.Settings;
using DirMail.Wire;

namespace DirMail.Serve;

/// <summary>
/// One service (SMTP, IMAP ...) listening where the settings and the routing table say: the host's own addresses from the start, and each virtual address
/// from the moment the directory names it until it does not.
/// </summary>
/// <param name="setting">Named in errors.</param>
/// <param name="port">0: any free one.</param>
internal sealed class Service(string name, string setting, int port, Listener listener) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<IPAddress, string> _problems = new();
    private readonly SemaphoreSlim _following = new(1, 1);
    private int _port = port;
    private ListenSettings _settings = null!;
    private string? _socketPath;

    public string Name => name;

    /// <summary>In use; chosen by the system when the setting was 0.</summary>
    public int Port => _port;

    /// <summary>For people: the port, or the socket of a service that has only that.</summary>
    public string Where => _port > 0 ? string.Create(CultureInfo.InvariantCulture, $"port {_port}") : _socketPath ?? "no port";

    /// <summary>Listens on virtual addresses too, as the table has them.</summary>
    public bool FollowsTable { get; init; } = true;

    /// <exception cref="ListenException">A host address cannot be listened on; the message names the setting.</exception>
    public async Task StartAsync(ListenSettings settings, CancellationToken cancellationToken)
    {
        _settings = settings;
        foreach (IPAddress address in HostAddresses(settings))
            try
            {
                _port = (await listener.AddAsync(new(address, _port), cancellationToken)).Port;
            }
            catch (ListenException failure) when (address.Equals(IPAddress.IPv6Loopback) && settings.Mode == ListenMode.Loopback)
            {
                // a host without IPv6 is no error
                _problems[address] = failure.Message;
            }
            catch (ListenException failure)
            {
                throw new ListenException($"{name}: {failure.Message} (settings {setting}, listen.addresses)", failure);
            }
    }

    /// <summary>Listens on a Unix socket too.</summary>
    /// <exception cref="ListenException">It cannot be made; the message names the setting.</exception>
    public async Task StartAsync(string socketPath, UnixFileMode mode)
    {
        try
        {
            await listener.AddSocketAsync(socketPath, mode);
            _socketPath = socketPath;
        }
        catch (ListenException failure)
        {
            throw new ListenException($"{name}: {failure.Message} (setting {setting}Socket)", failure);
        }
    }

    /// <summary>Opens and closes virtual addresses so that they match the newest table. Safe to call at any time; calls are worked off in turn.</summary>
    public async Task FollowAsync(LiveTable live, CancellationToken cancellationToken)
    {
        if (!FollowsTable || _settings.Mode == ListenMode.Any)
            return;
        await _following.WaitAsync(cancellationToken);
        try
        {
            HashSet<IPAddress> host = [.. HostAddresses(_settings)];
            HashSet<IPAddress> wanted = [.. live.Current.VirtualAddresses.Where(a => !host.Contains(a) && (_settings.Mode == ListenMode.List || IPAddress.IsLoopback(a)))];
            foreach (IPEndPoint gone in listener.Endpoints.Where(e => !wanted.Contains(e.Address) && !host.Contains(e.Address)).ToList())
                await listener.RemoveAsync(gone);
            foreach (IPAddress gone in _problems.Keys.Where(a => !wanted.Contains(a) && !host.Contains(a)).ToList())
                _problems.TryRemove(gone, out _);
            HashSet<IPAddress> open = [.. listener.Endpoints.Select(e => e.Address)];
            foreach (IPAddress address in wanted.Where(a => !open.Contains(a)))
                await TryAddAsync(address, cancellationToken);
        }
        finally
        {
            _following.Release();
        }
    }

    public IEnumerable<ListenerStatus> Status()
    {
        foreach (IPEndPoint endpoint in listener.Endpoints.OrderBy(e => e.ToString(), StringComparer.Ordinal))
            yield return new(name, endpoint.ToString(), listener.Open, null);
        if (_socketPath is not null)
            yield return new(name, _socketPath, listener.Open, null);
        foreach ((IPAddress address, string problem) in _problems)
            yield return new(name, new IPEndPoint(address, _port).ToString(), 0, problem);
    }

    public Task DrainAsync(TimeSpan grace) => listener.DrainAsync(grace);

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        _following.Dispose();
    }

    private async Task TryAddAsync(IPAddress address, CancellationToken cancellationToken)
    {
        try
        {
            await listener.AddAsync(new(address, _port), cancellationToken);
            _problems.TryRemove(address, out _);
        }
        catch (ListenException failure)
        {
            _problems[address] = failure.Message;
        }
    }

    private static IReadOnlyList<IPAddress> HostAddresses(ListenSettings settings) => settings.Mode switch
    {
        ListenMode.Loopback => Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback],
        ListenMode.Any => Socket.OSSupportsIPv6 ? [IPAddress.Any, IPAddress.IPv6Any] : [IPAddress.Any],
        _ => settings.Addresses,
    };
}
