using System.Collections.Concurrent;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>
/// Which domains' mail waits for a state, and what a new table sets free: rows of a domain that is active again, and rows for recipients of domains
/// and users that were touched, are due at once instead of at their next attempt.
/// </summary>
internal sealed class HeldLanes(TransferServices services)
{
    private readonly HashSet<EntryId> _held = [];
    private readonly ConcurrentDictionary<EntryId, bool> _touched = new();
    private volatile bool _isAllTouched;

    public void Add(EntryId domain) => _held.Add(domain);

    public bool IsHeld(QueueLane lane)
    {
        if (Standing.Of(services.Live.Current, lane.Domain, lane.Channel) is not Standing.Wait)
            return false;
        _held.Add(lane.Domain);
        return true;
    }

    /// <summary>Called on the follower's task: only notes what was touched.</summary>
    public void Touched(TableChanged change)
    {
        _isAllTouched |= change.Everything;
        foreach (EntryId domain in change.Domains)
            _touched[domain] = true;
        foreach (EntryId user in change.Users)
            if (change.Table.FindUser(user) is { Status.Status: MailStatus.Active } entry)
                _touched[entry.Domain] = true;
    }

    /// <summary>Makes due what waits no longer. A store that fails is told to the caller.</summary>
    public async Task ReleaseAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        RoutingTable table = services.Live.Current;
        foreach (EntryId domain in _held.Where(domain => Standing.Of(table, domain, ChannelNames.Smtp) is not Standing.Wait).ToArray())
        {
            await services.Store.Queue.FlushAsync(new QueueFilter(domain), now, cancellationToken);
            _held.Remove(domain);
        }
        if (_touched.IsEmpty && !_isAllTouched)
            return;
        bool all = _isAllTouched;
        _isAllTouched = false;
        HashSet<EntryId> touched = [.. _touched.Keys.Where(domain => _touched.TryRemove(domain, out _))];
        foreach (QueueLane lane in await services.Store.Queue.LanesAsync(cancellationToken))
            if (lane.Channel is ChannelNames.Local or ChannelNames.Hold && (all || touched.Contains(lane.Domain)))
                await services.Store.Queue.FlushAsync(new QueueFilter(lane.Domain, lane.Channel), now, cancellationToken);
    }
}
