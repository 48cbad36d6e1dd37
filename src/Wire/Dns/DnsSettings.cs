using System.Collections.Immutable;
using System.Net;

namespace DirMail.Wire;

/// <summary>Settings of the resolver client.</summary>
public sealed record DnsSettings
{
    public const int Port = 53;
    private const int MaxServers = 3;

    /// <summary>Recursive resolvers, asked in order. Empty: DNS is never asked, and every answer is "unavailable" at once.</summary>
    public ImmutableArray<IPEndPoint> Servers { get; init; } = [];

    /// <summary>For one try at one server.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Rounds over all servers.</summary>
    public int Rounds { get; init; } = 2;

    /// <summary>Questions whose answers are remembered.</summary>
    public int CacheEntries { get; init; } = 20_000;

    /// <summary>The servers of /etc/resolv.conf; none when it cannot be read.</summary>
    public static ImmutableArray<IPEndPoint> SystemServers(string path = "/etc/resolv.conf")
    {
        try
        {
            return [.. File.ReadLines(path).Take(1000).Select(Server).OfType<IPAddress>().Take(MaxServers).Select(static server => new IPEndPoint(server, Port))];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static IPAddress? Server(string line)
    {
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words is ["nameserver", var server, ..] && IPAddress.TryParse(server, out IPAddress? address) ? address : null;
    }
}
