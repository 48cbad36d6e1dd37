using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using DirMail.Store;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>
/// Greylisting (RFC 6647): an unknown triplet of client network, sender and recipient is asked to come again; who does is known for 36 days. A network that has done so
/// five times is asked no more. A store that fails stops nobody.
/// </summary>
internal sealed class Greylist(Memory memory, TimeSpan delay, TimeProvider clock)
{
    private const string Triplets = "greylist", Clients = "greylist-client";
    private const int EnoughForClient = 5;

    /// <summary>Who comes again later is unknown as at first.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromHours(24);
    private static readonly TimeSpan Known = TimeSpan.FromDays(36);

    /// <summary>False: come again later.</summary>
    public async Task<bool> MayPassAsync(IPAddress client, string sender, string recipient)
    {
        string network = NetworkOf(client);
        if (await memory.FindAsync(Clients, network, CancellationToken.None) is { Value: >= EnoughForClient } trusted)
        {
            await RenewAsync(Clients, network, trusted);
            return true;
        }
        DateTimeOffset now = clock.GetUtcNow();
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{network}\n{sender}\n{recipient}")));
        switch (await memory.FindAsync(Triplets, key, CancellationToken.None))
        {
            case null:
                return !await memory.KeepAsync(Triplets, key, now.ToUnixTimeMilliseconds(), now + Window, CancellationToken.None);
            case { Value: 0 } passed:
                await RenewAsync(Triplets, key, passed);
                return true;
            case var first when now < DateTimeOffset.FromUnixTimeMilliseconds(first.Value) + delay:
                return false;
            default:
                await memory.KeepAsync(Triplets, key, 0, now + Known, CancellationToken.None);
                long times = (await memory.FindAsync(Clients, network, CancellationToken.None))?.Value ?? 0;
                await memory.KeepAsync(Clients, network, times + 1, now + Known, CancellationToken.None);
                return true;
        }
    }

    /// <summary>Written again only when half of the time is over: most mail costs no write.</summary>
    private async Task RenewAsync(string kind, string key, Remembered known)
    {
        if (known.Expires - clock.GetUtcNow() < Known / 2)
            await memory.KeepAsync(kind, key, known.Value, clock.GetUtcNow() + Known, CancellationToken.None);
    }

    /// <summary>A server's next attempt may come from its neighbour: /24 and /64.</summary>
    private static string NetworkOf(IPAddress client)
    {
        byte[] octets = client.GetAddressBytes();
        return octets.Length == 4 ? string.Create(CultureInfo.InvariantCulture, $"{octets[0]}.{octets[1]}.{octets[2]}") : Convert.ToHexStringLower(octets[..8]);
    }
}
