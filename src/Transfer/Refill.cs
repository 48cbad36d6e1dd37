using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>
/// Keeps the backlog filled from the store. What is accepted goes into it without a query; the rest is read queue by queue, only where something has changed, and so much of each
/// destination that a slow one leaves room for the others. Not safe for several threads: the scheduler's loop owns it.
/// </summary>
internal sealed class Refill(TransferServices services, Backlog backlog)
{
    /// <summary>Messages in the backlog: of one lane, and of all together, so that memory stays bounded however many lanes there are. Few of each, when there are very many.</summary>
    private const int MostOfLane = 1000, MostLoaded = 20_000, FewestOfLane = 4;

    /// <summary>Of what a lane may have, one destination gets this part.</summary>
    private const int DestinationsOfLane = 20, FewestOfDestination = 4;

    /// <summary>After a failure of the store, or while rows under way keep a queue from being ended.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>Whatever happens, everything is looked at once more after this time: also what a held queue has kept for too long.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly HeldLanes _held = new(services);
    private readonly DeletedDomains _deleted = new(services);
    private readonly LaneLine _line = new();

    /// <summary>Messages in the backlog that may have more due recipients in the store when their attempt is over.</summary>
    private readonly HashSet<QueueId> _again = [];
    private bool _isAllStale = true, _isReleaseDue = true;
    private DateTimeOffset _sweep, _notBefore;

    private int PerLane => Math.Clamp(MostLoaded / Math.Max(1, backlog.Lanes + _line.Count), FewestOfLane, MostOfLane);
    private int PerDestination => Math.Max(PerLane / DestinationsOfLane, FewestOfDestination);

    /// <summary>When <see cref="TimeCame"/> is to be called, whatever else happens.</summary>
    public DateTimeOffset Next
    {
        get
        {
            DateTimeOffset next = _isAllStale || _isReleaseDue ? _notBefore : _sweep;
            return _line.Next is { } time && time < next ? time : next;
        }
    }

    /// <summary>On the follower's thread: only notes what was touched.</summary>
    public void Touched(TableChanged change) => _held.Touched(change);

    /// <summary>A new table: the queues of what it changed are looked at.</summary>
    public void Take(TableChanged change)
    {
        _isReleaseDue = true;
        foreach (Lane lane in change.Everything ? _line.All : change.Domains.SelectMany(_line.OfDomain))
            _line.Add(lane);
    }

    public void Take(QueueNews news)
    {
        foreach (QueueRow row in news.Added)
            Offer(row);
        foreach ((LaneKey key, DateTimeOffset from) in news.Due)
            DueFrom(_line.Of(key), from);
    }

    /// <summary>The attempt is over, and out of the backlog.</summary>
    /// <param name="isEnded">False: the row is as before, and due.</param>
    public void Ended(QueueRow row, bool isEnded)
    {
        Lane lane = _line.Of(row.Lane);
        string destination = row.Message.Destination;
        if (_again.Remove(row.Id) || !isEnded)
            lane.More.Add(destination);
        bool hasRoom = lane.More.Contains(destination) && backlog.CountOf(lane.Key, destination) <= PerDestination / 2;
        if (hasRoom || (lane.IsBehind && backlog.CountOf(lane.Key) <= PerLane / 2))
            _line.Add(lane);
    }

    /// <summary>It stays in the store as it is; its queue is looked at.</summary>
    public void PutBack(QueueRow row) => DueFrom(_line.Of(row.Lane), row.Recipients.Min(static recipient => recipient.NextAttempt));

    public void TimeCame()
    {
        DateTimeOffset now = services.Clock.GetUtcNow();
        _isAllStale |= now >= _sweep;
        _line.TimeCame(now);
    }

    /// <summary>Does one thing of what is to be done, so that what happens meanwhile has its turn; false: there is nothing to do now.</summary>
    public async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = services.Clock.GetUtcNow();
        Lane? lane = null;
        try
        {
            if (_isReleaseDue && now >= _notBefore)
            {
                await _held.ReleaseAsync(now, cancellationToken);
                _isReleaseDue = false;
            }
            else if (_isAllStale && now >= _notBefore)
            {
                await LookAtAllAsync(now, cancellationToken);
            }
            else if ((lane = _line.Take()) is not null)
            {
                await LookAsync(lane, now, cancellationToken);
            }
            else
            {
                return false;
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // the mail is safe where it is
            Log.QueueUnreadable(services.Logger, failure);
            _notBefore = now + Soon;
            if (lane is not null)
                _line.AddLater(lane, now + Soon);
        }
        return true;
    }

    private async Task LookAtAllAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        IReadOnlyList<QueueLane> stored = await services.Store.Queue.LanesAsync(cancellationToken);
        (_isAllStale, _sweep) = (false, now + LongestWait);
        foreach (QueueLane one in stored.OrderBy(static lane => lane.EarliestAttempt))
        {
            Lane lane = _line.Of(one.Key);
            lane.StartOver();
            _line.Add(lane);
        }
    }

    private async Task LookAsync(Lane lane, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (Standing.Of(services.Live.Current, lane.Key.Domain, lane.Key.Channel) is Standing.Over)
        {
            await ClearAsync(lane, now, cancellationToken);
            return;
        }
        if (await services.Store.Queue.FindLaneAsync(lane.Key, cancellationToken) is not { } stored)
        {
            _line.Forget(lane);
            return;
        }
        lane.IsHeld = await _held.IsHeldAsync(stored, now, cancellationToken);
        if (!lane.IsHeld)
        {
            await FillAsync(lane, now, cancellationToken);
            return;
        }
        // held as long as mail may be: it is returned
        lane.IsBehind = true;
        foreach (QueueRow row in await services.Store.Queue.HeldForAsync(stored, services.Settings.HoldExpiry, now, PerLane, cancellationToken))
            backlog.Add(row);
    }

    private async Task FillAsync(Lane lane, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (string destination in lane.More.Where(destination => backlog.CountOf(lane.Key, destination) <= PerDestination / 2).ToList())
        {
            DueRows found = await LoadAsync(lane, new(now, PerDestination - backlog.CountOf(lane.Key, destination)) { Destination = destination }, cancellationToken);
            if (found.IsAll)
                lane.More.Remove(destination);
        }
        int room = PerLane - backlog.CountOf(lane.Key);
        if (!lane.IsBehind || room <= 0)
            return;
        DueRows next = await LoadAsync(lane, new(now, room) { After = lane.Walked, RoomFor = RoomFor }, cancellationToken);
        lane.GoOn(next);
        if (next.Next is { } time)
            _line.AddLater(lane, time);
        // it had to look at very many: the others have their turn before it goes on
        if (lane.IsBehind && backlog.CountOf(lane.Key) < PerLane)
            _line.Add(lane);

        int RoomFor(string destination) => lane.More.Contains(destination) ? 0 : PerDestination - backlog.CountOf(lane.Key, destination);
    }

    private async Task<DueRows> LoadAsync(Lane lane, DueSearch search, CancellationToken cancellationToken)
    {
        DueRows found = await services.Store.Queue.LoadAsync(lane.Key, search with { IsKnown = IsKnown }, cancellationToken);
        foreach (QueueRow row in found.Rows)
            backlog.Add(row);
        return found;

        bool IsKnown(QueueId message, QueueRecipientId recipient)
        {
            if (backlog.Find(message) is not { } row)
                return false;
            // its attempt may have ended, and put it off until now
            if (backlog.IsUnderWay(message) || row.Recipients.All(one => one.Id != recipient))
                _again.Add(message);
            return true;
        }
    }

    private async Task ClearAsync(Lane lane, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lane.IsBehind = true;
        if (backlog.CountOf(lane.Key) > 0)
            _line.AddLater(lane, now + Soon);
        else if (await services.Store.Queue.FindLaneAsync(lane.Key, cancellationToken) is { } stored && await _deleted.ClearAsync(stored, cancellationToken))
            _line.Add(lane);
    }

    private void Offer(QueueRow row)
    {
        Lane lane = _line.Of(row.Lane);
        string destination = row.Message.Destination;
        int alike = backlog.CountOf(lane.Key, destination);
        if (row.Message.NextAttempt > services.Clock.GetUtcNow() || lane.IsHeld)
            DueFrom(lane, row.Message.NextAttempt);
        else if (lane.More.Contains(destination) || alike >= PerDestination)
            lane.More.Add(destination);
        // older mail that was not looked at yet goes first, but not where it would keep a destination idle; after the start nothing was
        else if (backlog.CountOf(lane.Key) >= PerLane || (lane.IsBehind && alike > 0) || ((lane.IsBehind || _isAllStale) && ChannelNames.IsInOrder(lane.Key.Channel)))
            DueFrom(lane, row.Message.NextAttempt);
        else
            backlog.Add(row);
    }

    private void DueFrom(Lane lane, DateTimeOffset from)
    {
        lane.GoBack(from);
        if (from > services.Clock.GetUtcNow())
        {
            _line.AddLater(lane, from);
            return;
        }
        lane.IsBehind = true;
        if (!lane.IsHeld && backlog.CountOf(lane.Key) <= PerLane / 2)
            _line.Add(lane);
    }
}
