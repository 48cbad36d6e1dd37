using System.Collections.Concurrent;
using System.Threading.Channels;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>
/// Works the durable queue: gives the domains their turn, hands deliveries to channels and writes each attempt's end in one commit. One loop does what happens in the order in which it
/// happened. The backlog in memory is only an index over the rows; a crash loses nothing but the attempt under way.
/// </summary>
public sealed class Scheduler : IAsyncDisposable
{
    /// <summary>How long a row rests whose attempt came to no end.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private readonly TransferServices _services;
    private readonly Delivering _delivering;
    private readonly Backlog _backlog;
    private readonly Refill _refill;
    private readonly Channel<Action> _happened = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _cutOff = new();
    private readonly ConcurrentDictionary<LaneKey, int> _underWay = new();
    private readonly ITimer _timer;
    private DateTimeOffset _timerAt = DateTimeOffset.MaxValue;
    private Task _loop = Task.CompletedTask;
    private Task? _stopped;

    /// <param name="channels">By name, as queue rows name them.</param>
    public Scheduler(TransferServices services, IReadOnlyDictionary<string, IChannel> channels)
    {
        _services = services;
        _backlog = new Backlog(services.Settings.Slots, services.Settings.PerDestination);
        _backlog.Places.Left += host => Post(() => _backlog.Admit(host));
        _delivering = new Delivering(services, channels, _backlog.Places);
        _refill = new Refill(services, _backlog);
        _timer = services.Clock.CreateTimer(_ => Post(TimeCame), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Deliveries of a queue under way. Safe to ask at any time.</summary>
    public int UnderWay(EntryId domain, string channel) => _underWay.GetValueOrDefault(new(domain, channel));

    /// <summary>Runs until stopped or disposed.</summary>
    public void Start()
    {
        _services.Store.Queue.Changed += OnQueueChanged;
        _services.Live.Changed += OnTableChanged;
        _loop = Task.Run(() => RunAsync(_stopping.Token));
        Post(static () => { });
    }

    /// <summary>Nothing begins any more; ends when the deliveries under way have, at most after the drain time, when they are cut off. Called again it is the same stop.</summary>
    public Task StopAsync() => _stopped ??= DrainAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _timer.DisposeAsync();
        _stopping.Dispose();
        _cutOff.Dispose();
    }

    private async Task DrainAsync()
    {
        _services.Store.Queue.Changed -= OnQueueChanged;
        _services.Live.Changed -= OnTableChanged;
        await _stopping.CancelAsync();
        await _loop;
        // the loop has ended: what is under way now tells its end to nobody but the store
        _cutOff.CancelAfter(_services.Settings.Drain);
        while (_backlog.UnderWay > 0 && await _happened.Reader.WaitToReadAsync(CancellationToken.None))
            while (_happened.Reader.TryRead(out Action? happened))
                happened();
    }

    // News of a row come before the end of any attempt of it can: the store tells them before it writes anything else.
    private void OnQueueChanged(QueueNews news) => Post(() => _refill.Take(news));

    private void OnTableChanged(TableChanged change)
    {
        _refill.Touched(change);
        Post(() => _refill.Take(change));
    }

    private void Post(Action happened) => _happened.Writer.TryWrite(happened);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _happened.Reader.WaitToReadAsync(cancellationToken))
            {
                do
                {
                    while (_happened.Reader.TryRead(out Action? happened))
                        happened();
                    Dispatch();
                }
                while (await _refill.WorkAsync(cancellationToken));
                SetTimer(_refill.Next);
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

    private void Begin(QueueRow row)
    {
        // held or gone since it was loaded
        Standing standing = Standing.Of(_services.Live.Current, row.Message.Domain, row.Message.Channel);
        if (standing is Standing.Over || (standing is Standing.Wait && row.HeldBy(_services.Clock.GetUtcNow()) < _services.Settings.HoldExpiry))
        {
            _backlog.End(row);
            _refill.PutBack(row);
            return;
        }
        _underWay.AddOrUpdate(row.Lane, 1, static (_, count) => count + 1);
        _ = Task.Run(() => AttemptAsync(row));
    }

    private async Task AttemptAsync(QueueRow row)
    {
        Ran ran = await _delivering.RunAsync(row, _cutOff.Token);
        if (_underWay.AddOrUpdate(row.Lane, 0, static (_, count) => count - 1) == 0)
            _underWay.TryRemove(new(row.Lane, 0));
        if (ran.FullHost is { } full)
        {
            Post(() => _backlog.StepBack(row, full));
            return;
        }
        if (!ran.IsEnded)
            await Task.Delay(Rest, _services.Clock, _stopping.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        Post(() =>
        {
            _backlog.End(row);
            _refill.Ended(row, ran.IsEnded);
        });
    }

    private void TimeCame()
    {
        _timerAt = DateTimeOffset.MaxValue;
        _refill.TimeCame();
    }

    private void SetTimer(DateTimeOffset at)
    {
        if (at == _timerAt)
            return;
        _timerAt = at;
        DateTimeOffset now = _services.Clock.GetUtcNow();
        _timer.Change(at > now ? at - now : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
