using System.Collections.Concurrent;
using System.Diagnostics;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Benchmarks;

/// <summary>One domain's mail waits for a destination that takes two seconds a message; another domain sends one message at a time.</summary>
internal static class Fairness
{
    private const int Messages = 20;
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2), Allowed = TimeSpan.FromSeconds(1);

    /// <summary>False: a message took longer than allowed.</summary>
    public static async Task<bool> MeasureAsync(string folder)
    {
        await using MessageStore store = await Queued.OpenAsync(folder);
        var channel = new SlowChannel();
        await using var scheduler = new Scheduler(Queued.Services(store, Queued.Directory(2)) with { Settings = new() { Drain = TimeSpan.Zero } }, new Dictionary<string, IChannel> { ["smtp"] = channel });
        scheduler.Start();
        while (channel.UnderWay < 10)
            await Task.Delay(50);
        List<TimeSpan> delays = [];
        for (int i = 0; i < Messages; i++)
        {
            // every second one goes to the slow destination too: then only the wait for its turn counts
            string destination = i % 2 == 0 ? "quick.test" : Queued.SlowDestination;
            Task<long> begun = channel.WatchAsync(SyntheticDirectory.DomainId(1));
            long start = Stopwatch.GetTimestamp();
            await Queued.CommitAsync(store, Queued.Row(i, 1, 1, destination));
            delays.Add(Stopwatch.GetElapsedTime(start, await begun));
            Console.WriteLine($"to {destination,-10}: attempted after {delays[^1].TotalMilliseconds:F0} ms, {channel.UnderWay} deliveries under way");
            await Task.Delay(300);
        }
        delays.Sort();
        Console.WriteLine($"another domain's message, {Messages} times: median {delays[Messages / 2].TotalMilliseconds:F0} ms, longest {delays[^1].TotalMilliseconds:F0} ms (allowed {Allowed.TotalMilliseconds:F0} ms)");
        return delays[^1] <= Allowed;
    }

    private sealed class SlowChannel : IChannel
    {
        private readonly ConcurrentDictionary<EntryId, TaskCompletionSource<long>> _watched = new();
        private int _underWay;

        public string Name => "smtp";
        public int UnderWay => Volatile.Read(ref _underWay);

        public Task<long> WatchAsync(EntryId domain) => (_watched[domain] = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public async Task<IReadOnlyList<Attempt>> DeliverAsync(Delivery delivery, CancellationToken cancellationToken)
        {
            if (_watched.TryRemove(delivery.Row.Message.Domain, out TaskCompletionSource<long>? watched))
                watched.TrySetResult(Stopwatch.GetTimestamp());
            Interlocked.Increment(ref _underWay);
            try
            {
                if (delivery.Row.Message.Destination == Queued.SlowDestination)
                    await Task.Delay(Slow, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _underWay);
            }
            return [.. delivery.Row.Recipients.Select(static _ => new Attempt(new Outcome.Delivered("sink", "250 ok")))];
        }
    }
}
