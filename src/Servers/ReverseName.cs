using System.Collections.Immutable;
using System.Net;
using DirMail.Routing;
using DirMail.Wire;

namespace DirMail.Servers;

/// <summary>
/// A client's name by DNS, looked up once for all in its session that ask: greeting, Received line, milters, rules of allowed services. Loopback is never asked for.
/// Callable from any thread.
/// </summary>
/// <param name="dns">Null: there is no resolver.</param>
public sealed class ReverseName(IDnsClient? dns, IPAddress address)
{
    private const int MaxNames = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private volatile Task<ClientName>? _lookUp = IPAddress.IsLoopback(address) ? Task.FromResult(ClientName.Loopback) : dns is null ? Task.FromResult(ClientName.Untold) : null;

    public IPAddress Address => address;

    /// <summary>As far as it is known now.</summary>
    public ClientName Known => _lookUp switch
    {
        null => ClientName.NotAsked,
        { IsCompletedSuccessfully: true } done => done.Result,
        _ => ClientName.Untold,
    };

    /// <summary>The name to show; empty while there is none that is known, and for loopback.</summary>
    public string Text => !IPAddress.IsLoopback(address) && Known is ClientName.Checked { Names: [var first, ..] } ? first : "";

    /// <summary>It was looked up, to whatever end.</summary>
    public bool IsSettled => _lookUp is { IsCompleted: true };

    public void Start() => _ = Started();

    /// <summary>Waits a moment at most. A look-up that came to no answer before is tried again.</summary>
    public async Task<ClientName> GetAsync()
    {
        Task<ClientName> lookUp = Started();
        if (!lookUp.IsCompleted)
            await Task.WhenAny(lookUp, Task.Delay(Patience));
        return Known;
    }

    /// <summary>Asks for any address, loopback too (iprev, RFC 8601 2.7.3).</summary>
    public static async Task<ClientName> AskAsync(IDnsClient dns, IPAddress client, CancellationToken cancellationToken)
    {
        IPAddress own = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
        NameAnswer answer = await dns.NamesAsync(own, cancellationToken);
        if (answer.Status == DnsStatus.Unavailable)
            return ClientName.Untold;
        string[] names = [.. answer.Names.Select(static name => name.TrimEnd('.').ToLowerInvariant()).Where(static name => name.Length > 0).Distinct().Take(MaxNames)];
        AddressAnswer[] found = await Task.WhenAll(names.Select(name => dns.AddressesAsync(name, own.AddressFamily, cancellationToken)));
        ImmutableArray<string> leadBack = [.. names.Where((_, i) => found[i].Addresses.Contains(own))];
        if (!leadBack.IsEmpty)
            return new ClientName.Checked(leadBack);
        if (found.Any(static addresses => addresses.Status == DnsStatus.Unavailable))
            return ClientName.Untold;
        return names.Length == 0 ? ClientName.None : ClientName.Spoofed;
    }

    private Task<ClientName> Started()
    {
        lock (_gate)
        {
            if (dns is not null && (_lookUp is null || (IsSettled && Known == ClientName.Untold)))
                _lookUp = AskAsync(dns, address, CancellationToken.None);
            return _lookUp!;
        }
    }
}
