using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>All queues that had mail, the line of those to be looked at, and when others are to be.</summary>
internal sealed class LaneLine
{
    private readonly Dictionary<EntryId, Dictionary<string, Lane>> _lanes = [];
    private readonly Queue<Lane> _line = new();
    private readonly PriorityQueue<Lane, DateTimeOffset> _later = new();

    public int Count => _line.Count;

    /// <summary>When the first of those that wait for their time is to be looked at; null: none waits.</summary>
    public DateTimeOffset? Next => _later.TryPeek(out _, out DateTimeOffset time) ? time : null;

    public IEnumerable<Lane> All => _lanes.Values.SelectMany(static lanes => lanes.Values);

    public IEnumerable<Lane> OfDomain(EntryId domain) => _lanes.TryGetValue(domain, out Dictionary<string, Lane>? lanes) ? lanes.Values : [];

    public Lane Of(LaneKey key)
    {
        if (!_lanes.TryGetValue(key.Domain, out Dictionary<string, Lane>? lanes))
            _lanes.Add(key.Domain, lanes = new(StringComparer.Ordinal));
        if (!lanes.TryGetValue(key.Channel, out Lane? lane))
            lanes.Add(key.Channel, lane = new(key));
        return lane;
    }

    /// <summary>It is empty in the store.</summary>
    public void Forget(Lane lane)
    {
        lane.Again = null;
        Dictionary<string, Lane> lanes = _lanes[lane.Key.Domain];
        if (lanes.Remove(lane.Key.Channel) && lanes.Count == 0)
            _lanes.Remove(lane.Key.Domain);
    }

    public void Add(Lane lane)
    {
        if (lane.IsInLine)
            return;
        lane.IsInLine = true;
        _line.Enqueue(lane);
    }

    /// <summary>The earliest time given counts: whoever looks at the lane then sees when the next is.</summary>
    public void AddLater(Lane lane, DateTimeOffset time)
    {
        if (lane.Again <= time)
            return;
        lane.Again = time;
        _later.Enqueue(lane, time);
    }

    /// <summary>Those whose time has come stand in the line.</summary>
    public void TimeCame(DateTimeOffset now)
    {
        while (_later.TryPeek(out Lane? lane, out DateTimeOffset time) && time <= now)
        {
            _later.Dequeue();
            if (lane.Again != time)
                continue;
            lane.Again = null;
            lane.IsBehind = true;
            Add(lane);
        }
    }

    /// <summary>Null: nobody stands in the line.</summary>
    public Lane? Take()
    {
        if (!_line.TryDequeue(out Lane? lane))
            return null;
        lane.IsInLine = false;
        return lane;
    }
}
