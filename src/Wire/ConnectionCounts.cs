using System.Net;
using DirMail.Mail;

namespace DirMail.Wire;

/// <summary>
/// Connections open now, in all, by client and by the domain whose address they came to; shared by the listeners that it is given to. Holds an entry only for those
/// that are connected.
/// </summary>
public sealed class ConnectionCounts(ConnectionLimits limits)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _byClient = [];
    private readonly Dictionary<string, int> _byDomain = [];
    private int _open;

    public int Open => Volatile.Read(ref _open);

    /// <summary>At accept. Null: counted, and the caller owes one <see cref="Leave()"/>.</summary>
    internal ConnectionRefusal? Enter()
    {
        if (Interlocked.Increment(ref _open) <= limits.Max)
            return null;
        Leave();
        return ConnectionRefusal.Total;
    }

    internal void Leave() => Interlocked.Decrement(ref _open);

    /// <summary>Once it is known who the client is and where it came to. With a place the caller owes one <see cref="Leave(ConnectionPlace)"/>.</summary>
    internal ConnectionRefusal? Enter(IPAddress client, IPAddress local, out ConnectionPlace place)
    {
        place = new(limits.IsExempt(client) ? null : ClientNetwork.Of(client), limits.DomainAt(local));
        lock (_lock)
        {
            if (place.Client is { } counted && _byClient.GetValueOrDefault(counted) >= limits.MaxPerClient)
                return ConnectionRefusal.Client;
            if (place.Domain is { } domain && _byDomain.GetValueOrDefault(domain) >= limits.MaxPerDomain)
                return ConnectionRefusal.Domain;
            Add(_byClient, place.Client, 1);
            Add(_byDomain, place.Domain, 1);
        }
        return null;
    }

    internal void Leave(ConnectionPlace place)
    {
        lock (_lock)
        {
            Add(_byClient, place.Client, -1);
            Add(_byDomain, place.Domain, -1);
        }
    }

    private static void Add<T>(Dictionary<T, int> counts, T? key, int change) where T : class
    {
        if (key is null)
            return;
        int count = counts.GetValueOrDefault(key) + change;
        if (count == 0)
            counts.Remove(key);
        else
            counts[key] = count;
    }
}

public sealed record ConnectionLimits
{
    /// <summary>At once.</summary>
    public int Max { get; init; } = 10_000;

    /// <summary>At once from one client: an address, of IPv6 a /64.</summary>
    public int MaxPerClient { get; init; } = 200;

    /// <summary>At once to the addresses of one domain.</summary>
    public int MaxPerDomain { get; init; } = 5_000;

    /// <summary>Clients that are not counted by address: by default those of this host.</summary>
    public Func<IPAddress, bool> IsExempt { get; init; } = IPAddress.IsLoopback;

    /// <summary>The domain whose address that is; null: the host's own, where no domain is counted.</summary>
    public Func<IPAddress, string?> DomainAt { get; init; } = static _ => null;
}

/// <summary>Where one connection was counted; null: not by that.</summary>
internal readonly record struct ConnectionPlace(IPAddress? Client, string? Domain);

/// <summary>Which limit a connection met.</summary>
internal enum ConnectionRefusal
{
    Total,
    Client,
    Domain,
}
