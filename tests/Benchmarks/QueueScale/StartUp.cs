using System.Diagnostics;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Benchmarks;

/// <summary>A fresh process on a full queue: until the first attempt, memory with the schedule filled, pages of the list, and how fast the queue then empties.</summary>
internal static class StartUp
{
    private static readonly TimeSpan Filling = TimeSpan.FromSeconds(10), Emptying = TimeSpan.FromSeconds(10);

    public static async Task MeasureAsync(string folder)
    {
        LiveTable live = Queued.Directory(1000);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long start = Stopwatch.GetTimestamp();
        await using MessageStore store = await Queued.OpenAsync(folder);
        Tell("store opened", Stopwatch.GetElapsedTime(start));
        var channel = new Gate();
        await using var scheduler = new Scheduler(Queued.Services(store, live), new Dictionary<string, IChannel> { ["smtp"] = channel });
        scheduler.Start();
        await channel.First;
        Tell("first attempt", Stopwatch.GetElapsedTime(start));
        await channel.Full;
        Tell("all slots taken", Stopwatch.GetElapsedTime(start));

        await TimeAsync("first page of 100", () => store.Queue.ListAsync(new(), null, 100, default));
        await TimeAsync("one domain's page", () => store.Queue.ListAsync(new(SyntheticDirectory.DomainId(999)), null, 100, default));
        await TimeAsync("a page by address", () => store.Queue.ListAsync(new() { Addresses = ["u5x5@d5.test"] }, null, 100, default));
        await TimeAsync("all queues in numbers", () => store.Queue.StatisticsAsync(DateTimeOffset.UtcNow, default));

        // by now the schedule is as full as it gets
        await Task.Delay(Filling);
        Console.WriteLine($"managed memory of store and schedule: {(GC.GetTotalMemory(forceFullCollection: true) - before) >> 20} MiB, whole process: {Process.GetCurrentProcess().WorkingSet64 >> 20} MiB");
        long first = channel.Recipients;
        channel.Open();
        await Task.Delay(Emptying);
        Console.WriteLine($"recipients delivered to a channel that takes all at once: {(channel.Recipients - first) / Emptying.TotalSeconds:F0} a second, managed memory {GC.GetTotalMemory(false) >> 20} MiB, whole process {Process.GetCurrentProcess().WorkingSet64 >> 20} MiB");
    }

    private static async Task TimeAsync<T>(string what, Func<Task<T>> read)
    {
        long start = Stopwatch.GetTimestamp();
        await read();
        Tell(what, Stopwatch.GetElapsedTime(start));
    }

    private static void Tell(string what, TimeSpan time) => Console.WriteLine($"{what}: {time.TotalSeconds:F3} s");

    /// <summary>A way out that is closed at first.</summary>
    private sealed class Gate : IChannel
    {
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously), _full = new(TaskCreationOptions.RunContinuationsAsynchronously),
            _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _waiting;
        private long _recipients;

        public string Name => "smtp";
        public Task First => _first.Task;
        public Task Full => _full.Task;
        public long Recipients => Volatile.Read(ref _recipients);

        public void Open() => _open.TrySetResult();

        public async Task<IReadOnlyList<Attempt>> DeliverAsync(Delivery delivery, CancellationToken cancellationToken)
        {
            _first.TrySetResult();
            if (Interlocked.Increment(ref _waiting) == new TransferSettings().Slots)
                _full.TrySetResult();
            await _open.Task.WaitAsync(cancellationToken);
            Interlocked.Add(ref _recipients, delivery.Row.Recipients.Count);
            return [.. delivery.Row.Recipients.Select(static _ => new Attempt(new Outcome.Delivered("sink", "250 ok")))];
        }
    }
}
