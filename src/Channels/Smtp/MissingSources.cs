using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;

namespace DirMail.Channels.Smtp;

/// <summary>
/// Source addresses that mail should leave from and that are not on this host: bind() said so. An alarm is raised once for each; when the addresses of the host change they are
/// looked at again.
/// </summary>
public sealed class MissingSources(ILogger logger)
{
    private readonly ConcurrentDictionary<IPAddress, bool> _missing = new();

    /// <summary>An attempt could not be made.</summary>
    internal void Note(IPAddress source, string hostName)
    {
        if (_missing.TryAdd(source, true))
            Log.SourceNotAvailable(logger, hostName, source);
    }

    /// <summary>Those that can be used now; they are missing no longer.</summary>
    /// <param name="problem">Null for an address that can be bound.</param>
    public IReadOnlyList<IPAddress> TakeFound(Func<IPAddress, string?> problem)
    {
        IPAddress[] found = [.. _missing.Keys.Where(address => problem(address) is null && _missing.TryRemove(address, out _))];
        foreach (IPAddress address in found)
            Log.SourceAvailable(logger, address);
        return found;
    }
}
