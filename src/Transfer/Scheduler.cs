using System.Collections.Concurrent;
using System.Threading.Channels;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>
/// Works the durable queue: loads due rows of each (domain, channel), gives the domains their turn, hands deliveries to channels and writes each attempt's end
/// in one commit. The schedule in memory is only an index over the rows; a crash loses nothing but the attempt under way.
/// </summary>
public sealed class Scheduler : IAsyncDisposable
{
    /// <summary>Messages in the index: of one lane, and of all together, so that memory stays bounded however many lanes there are. Few of each, when there are very many.</summary>
    private const int MostOfLane = 1000, MostLoaded = 20_000, FewestOfLane = 4;

    /// <summary>A lane whose first rows are under way hides its next due time; it is looked at again after this.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(1);

    /// <summary>How long a row rests when the store did not take its end.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private readonly TransferServices _services;
    private readonly Delivering _delivering;
    private readonly Backlog _backlog;
    private readonly HeldLanes _held;
    private readonly DeletedDomains _deleted;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentQueue<Ended> _ended = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _cutOff = new();
    private readonly HashSet<(EntryId, string)> _moreInStore = [];
    private readonly ConcurrentDictionary<(EntryId, string), int> _underWay = new();
    private readonly ITimer _timer;
    private int _perLane = MostOfLane;
    private DateTimeOffset _timerAt = DateTimeOffset.MaxValue;
    private int _stale = 1;
    private Task _loop = Task.CompletedTask;

    /// <param name="channels">By name, as queue rows name them.</param>
    public Scheduler(TransferServices services, IReadOnlyDictionary<string, IChannel> channels)
    {
        _services = services;
        _delivering = new Delivering(services, channels);
        _backlog = new Backlog(services.Settings.Slots, services.Settings.PerDestination);
        _held = new HeldLanes(services);
        _deleted = new DeletedDomains(services);
        _timer = services.Clock.CreateTimer(_ => LookAtQueue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Deliveries of a queue under way. Safe to ask at any time.</summary>
    public int UnderWay(EntryId domain, string channel) => _underWay.GetValueOrDefault((domain, channel));

    /// <summary>Runs until disposed; waits for deliveries under way when disposed, at most the drain time.</summary>
    public void Start()
    {
        _services.Store.Queue.RowsAdded += LookAtQueue;
        _services.Live.Changed += OnChanged;
        _loop = Task.Run(() => RunAsync(_stopping.Token));
        Wake();
    }

    public async ValueTask DisposeAsync()
    {
        _services.Store.Queue.RowsAdded -= LookAtQueue;
        _services.Live.Changed -= OnChanged;
        await _stopping.CancelAsync();
        await _loop;
        // the loop has ended: what is under way now tells its end to nobody but the store
        _cutOff.CancelAfter(_services.Settings.Drain);
        while (_backlog.UnderWay > 0 && await _wake.Reader.WaitToReadAsync(CancellationToken.None))
        {
            _wake.Reader.TryRead(out _);
            TakeEnds();
        }
        await _timer.DisposeAsync();
        _stopping.Dispose();
        _cutOff.Dispose();
    }

    private void OnChanged(TableChanged change)
    {
        _held.Touched(change);
        LookAtQueue();
    }

    private void LookAtQueue()
    {
        Interlocked.Exchange(ref _stale, 1);
        Wake();
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _wake.Reader.WaitToReadAsync(cancellationToken))
            {
                _wake.Reader.TryRead(out _);
                TakeEnds();
                if (Interlocked.Exchange(ref _stale, 0) == 1)
                    await LoadAsync(cancellationToken);
                Dispatch();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private void Dispatch()
    {
        while (_backlog.Next() is { } row)
            Begin(row);
    }

    /// <summary>Fills the index from the store. A queue that cannot be read is tried again: the mail is safe where it is.</summary>
    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = _services.Clock.GetUtcNow();
        try
        {
            await _held.ReleaseAsync(now, cancellationToken);
            DateTimeOffset next = now + LongestSleep;
            IReadOnlyList<QueueLane> lanes = await _services.Store.Queue.LanesAsync(cancellationToken);
            _perLane = Math.Clamp(MostLoaded / Math.Max(lanes.Count(lane => lane.EarliestAttempt <= now), 1), FewestOfLane, MostOfLane);
            foreach (QueueLane lane in lanes)
            {
                if (await WorkAsync(lane, now, cancellationToken) is { } again && again < next)
                    next = again;
                // many lanes take their time to load: nobody waits for the last of them
                TakeEnds();
                Dispatch();
            }
            SetTimer(next, now);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.QueueUnreadable(_services.Logger, failure);
            SetTimer(now + LookAgain, now);
        }
    }

    /// <summary>When the lane is to be looked at again; null: at the next table, or some time.</summary>
    private async Task<DateTimeOffset?> WorkAsync(QueueLane lane, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (Standing.Of(_services.Live.Current, lane.Domain, lane.Channel) is Standing.Over)
            return await ClearAsync(lane, now, cancellationToken);
        if (!await _held.IsHeldAsync(lane, now, cancellationToken))
            return await LoadAsync(lane, now, cancellationToken);
        // held as long as mail may be: it is returned
        foreach (QueueRow row in await _services.Store.Queue.HeldForAsync(lane, _services.Settings.HoldExpiry, now, _perLane, cancellationToken))
            _backlog.Add(row);
        return null;
    }

    private async Task<DateTimeOffset?> ClearAsync(QueueLane lane, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_backlog.CountOf(lane.Domain, lane.Channel) > 0)
        {
            _moreInStore.Add((lane.Domain, lane.Channel));
            return now + LookAgain;
        }
        if (await _deleted.ClearAsync(lane, cancellationToken))
            LookAtQueue();
        return null;
    }

    /// <summary>When the lane is to be looked at again.</summary>
    private async Task<DateTimeOffset> LoadAsync(QueueLane lane, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (lane.EarliestAttempt > now)
            return lane.EarliestAttempt;
        (EntryId, string) key = (lane.Domain, lane.Channel);
        if (_backlog.CountOf(lane.Domain, lane.Channel) > _perLane / 2)
        {
            _moreInStore.Add(key);
            return now + LookAgain;
        }
        IReadOnlyList<QueueRow> rows = await _services.Store.Queue.LoadAsync(lane.Domain, lane.Channel, now, _perLane, cancellationToken);
        foreach (QueueRow row in rows)
            _backlog.Add(row);
        if (rows.Count < _perLane)
            _moreInStore.Remove(key);
        else
            _moreInStore.Add(key);
        return now + LookAgain;
    }

    private void Begin(QueueRow row)
    {
        // held or gone since it was loaded: it stays in the store as it is, and its lane is looked at
        Standing standing = Standing.Of(_services.Live.Current, row.Message.Domain, row.Message.Channel);
        if (standing is Standing.Over || (standing is Standing.Wait && row.HeldBy(_services.Clock.GetUtcNow()) < _services.Settings.HoldExpiry))
        {
            _backlog.End(row);
            LookAtQueue();
            return;
        }
        _ = AttemptAsync(row);
    }

    private async Task AttemptAsync(QueueRow row)
    {
        (EntryId, string) lane = (row.Message.Domain, row.Message.Channel);
        _underWay.AddOrUpdate(lane, 1, static (_, count) => count + 1);
        Ended ended = await Task.Run(() => _delivering.RunAsync(row, _cutOff.Token));
        if (_underWay.AddOrUpdate(lane, 0, static (_, count) => count - 1) == 0)
            _underWay.TryRemove(new(lane, 0));
        if (!ended.IsWritten)
            await Task.Delay(Rest, _services.Clock, _stopping.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        _ended.Enqueue(ended);
        Wake();
    }

    private void TakeEnds()
    {
        while (_ended.TryDequeue(out Ended? ended))
        {
            _backlog.End(ended.Row);
            (EntryId domain, string channel) = (ended.Row.Message.Domain, ended.Row.Message.Channel);
            if (!ended.IsWritten || (_moreInStore.Contains((domain, channel)) && _backlog.CountOf(domain, channel) <= _perLane / 2))
                Interlocked.Exchange(ref _stale, 1);
            if (ended.Next is { } next && next < _timerAt)
                SetTimer(next, _services.Clock.GetUtcNow());
        }
    }

    private void SetTimer(DateTimeOffset at, DateTimeOffset now)
    {
        _timerAt = at;
        _timer.Change(at > now ? at - now : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
