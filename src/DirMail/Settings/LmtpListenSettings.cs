using System.Net;

namespace DirMail.Settings;

/// <summary>LMTP is for other servers of the site: it listens where it is told to, on no virtual address.</summary>
internal sealed record LmtpListenSettings
{
    /// <summary>Null: off.</summary>
    public int? Port { get; init; }

    /// <summary>None: the loopback addresses.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>Unix socket, absolute; null: none.</summary>
    public string? Socket { get; init; }
    public UnixFileMode SocketMode { get; init; }

    /// <summary>"2024", "192.0.2.1:2024", a list of such with one port, or "off".</summary>
    public static bool TryPlaces(IReadOnlyList<string> words, out int? port, out IReadOnlyList<IPAddress> addresses)
    {
        (port, addresses) = (null, []);
        if (words is [var word] && (word.Equals("off", StringComparison.OrdinalIgnoreCase) || ushort.TryParse(word, out ushort alone) && (port = alone) is not null))
            return true;
        var places = new List<IPEndPoint>();
        foreach (string place in words)
            if (IPEndPoint.TryParse(place, out IPEndPoint? endpoint) && endpoint.Port > 0)
                places.Add(endpoint);
            else
                return false;
        (port, addresses) = (places.FirstOrDefault()?.Port, [.. places.Select(place => place.Address)]);
        return places.Count > 0 && places.TrueForAll(place => place.Port == places[0].Port);
    }
}
