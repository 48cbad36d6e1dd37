using System.Net;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>
/// Which host each delivery is connected to, or is about to be. A host, that is an address and port, has no more of them than the setting says, however many destinations it serves, and no domain more than
/// its share of that. Channels ask on threads of their own.
/// </summary>
internal sealed class HostPlaces(int perHost)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<QueueId, (IPEndPoint Host, EntryId Domain)> _at = [];
    private readonly Counts<IPEndPoint> _all = new();
    private readonly Counts<(IPEndPoint, EntryId)> _ofDomain = new();

    /// <summary>A delivery has left a host for another one.</summary>
    public event Action<IPEndPoint>? Left;

    /// <summary>No domain holds more than three quarters of what there is for one destination, or host.</summary>
    public static int ShareOf(int places) => ((places * 3) + 3) / 4;

    public bool HasPlace(IPEndPoint host)
    {
        lock (_lock)
            return _all[host] < perHost;
    }

    /// <summary>True also for a delivery that is there already. False: there is no place, and it is where it was.</summary>
    public bool TryEnter(QueueRow row, IPEndPoint host)
    {
        IPEndPoint? before;
        lock (_lock)
        {
            if (_at.TryGetValue(row.Id, out var place) && place.Host.Equals(host))
                return true;
            if (_all[host] >= perHost || _ofDomain[(host, row.Message.Domain)] >= ShareOf(perHost))
                return false;
            before = Remove(row.Id);
            _at.Add(row.Id, (host, row.Message.Domain));
            Change(host, row.Message.Domain, 1);
        }
        if (before is not null)
            Left?.Invoke(before);
        return true;
    }

    /// <summary>The attempt is over. Returns where it was; null: nowhere.</summary>
    public IPEndPoint? Leave(QueueRow row)
    {
        lock (_lock)
            return Remove(row.Id);
    }

    private IPEndPoint? Remove(QueueId row)
    {
        if (!_at.Remove(row, out var place))
            return null;
        Change(place.Host, place.Domain, -1);
        return place.Host;
    }

    private void Change(IPEndPoint host, EntryId domain, int by)
    {
        _all.Change(host, by);
        _ofDomain.Change((host, domain), by);
    }
}
