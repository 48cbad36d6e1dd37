using System.Collections.Concurrent;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>
/// Which queues wait for a state, and what a new table sets free: mail of a domain that is active again, rows for recipients whose state is another now, and what was on its way to a server
/// that the domain names no more, are due at once instead of at their next attempt.
/// </summary>
internal sealed class HeldLanes(TransferServices services)
{
    private readonly ConcurrentDictionary<EntryId, bool> _touched = new();

    // what changed while no process ran is not known
    private volatile bool _isAllTouched = true;

    /// <summary>Called on the follower's task: only notes what was touched.</summary>
    public void Touched(TableChanged change)
    {
        foreach (EntryId domain in change.Domains)
            _touched[domain] = true;
        bool isGone = false;
        foreach (EntryId entry in change.Users)
            if (change.Table.HomeOf(entry) is { } home)
                _touched[home] = true;
            else
                isGone = true;
        _isAllTouched |= change.Everything || isGone;
    }

    /// <summary>Whether the state of its domain keeps the lane's mail here; the lane notes since when. Ended, the mail is due and has the time it was kept to spare.</summary>
    public async Task<bool> IsHeldAsync(QueueLane lane, DateTimeOffset now, CancellationToken cancellationToken)
    {
        bool isHeld = Standing.Of(services.Live.Current, lane.Domain, lane.Channel) is Standing.Wait;
        if (isHeld && lane.HeldSince is null)
            await services.Store.Queue.HoldAsync(lane.Domain, lane.Channel, now, cancellationToken);
        else if (!isHeld && lane.HeldSince is not null)
            await services.Store.Queue.ResumeAsync(lane.Domain, lane.Channel, now, cancellationToken);
        return isHeld;
    }

    /// <summary>Makes due what waits no longer for its recipient. A store that fails is told to the caller, and nothing is forgotten.</summary>
    public async Task ReleaseAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_touched.IsEmpty && !_isAllTouched)
            return;
        bool all = _isAllTouched;
        _isAllTouched = false;
        HashSet<EntryId> touched = [.. _touched.Keys.Where(domain => _touched.TryRemove(domain, out _))];
        try
        {
            if (all)
                await ReleaseAsync(await services.Store.Queue.LanesAsync(cancellationToken), now, cancellationToken);
            else
                foreach (EntryId domain in touched)
                    await ReleaseAsync(await services.Store.Queue.LanesAsync(domain, cancellationToken), now, cancellationToken);
        }
        catch
        {
            _isAllTouched = true;
            throw;
        }
    }

    private async Task ReleaseAsync(IReadOnlyList<QueueLane> lanes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        RoutingTable table = services.Live.Current;
        foreach (QueueLane lane in lanes.Where(static lane => lane.Channel is ChannelNames.Local or ChannelNames.Hold or ChannelNames.Reprocess))
            foreach (MailAddress final in await services.Store.Queue.FinalsAsync(lane.Domain, lane.Channel, cancellationToken))
                if (!Standing.Waits(table, final))
                    await services.Store.Queue.ChangeAsync(new QueueFilter(lane.Domain, lane.Channel) { Final = final }, new QueueChange.Flush(), now, cancellationToken);
        foreach (QueueLane lane in lanes.Where(static lane => lane.Channel == ChannelNames.Smtp))
            if (table.FindDomain(lane.Domain) is { } domain)
                foreach (string destination in await services.Store.Queue.DestinationsAsync(lane.Domain, lane.Channel, cancellationToken))
                    if (!RelayServer.Parts(destination).IsEmpty && !table.Relays(domain, destination))
                        await services.Store.Queue.ChangeAsync(new QueueFilter(lane.Domain, lane.Channel, destination), new QueueChange.Flush(), now, cancellationToken);
    }
}
