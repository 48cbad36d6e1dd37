using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace DirMail.Wire;

/// <summary>
/// Watches sockets without blocking. The thread that takes an event also serves it: it runs whoever waited for it, up to the next wait, and comes back for the next event. While all
/// these threads are at work no event wakes another one, and none is handed from thread to thread; where they are all kept (a slow disk, a long search) others join in until they are
/// back (decision 0009).
/// </summary>
internal sealed class Poller
{
    /// <summary>When no thread came back for so long, one more joins in.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMilliseconds(5);
    private const int MostWhoJoin = 64;

    private readonly SafeHandle _epoll = SystemCalls.CreateEpoll();
    private readonly ConcurrentDictionary<long, IPolled> _polled = new();
    private readonly int _usualThreads = Math.Max(2, Environment.ProcessorCount);
    private readonly AutoResetEvent _watched = new(false);
    private long _lastTag;
    private int _threads;
    private int _waiting;
    private int _taken;
    private int _watchSleeps = 1;

    private Poller()
    {
        for (int i = 0; i < _usualThreads; i++)
            Join();
        new Thread(Watch) { IsBackground = true, Name = "wire watch" }.Start();
    }

    /// <summary>It lives as long as the process.</summary>
    public static Poller Shared { get; } = new();

    /// <summary>
    /// From now on it is told of what happens to the socket, until <see cref="Forget"/> or <see cref="Remove"/>, one of which must follow.
    /// </summary>
    /// <returns>Names it here.</returns>
    /// <exception cref="IOException">The system watches no more sockets.</exception>
    public long Add(SafeHandle socket, IPolled polled, uint events)
    {
        long tag = Interlocked.Increment(ref _lastTag);
        _polled[tag] = polled;
        try
        {
            SystemCalls.Control(_epoll, SystemCalls.Add, socket, events, tag);
            return tag;
        }
        catch
        {
            Forget(tag);
            throw;
        }
    }

    public void Change(SafeHandle socket, long tag, uint events) => SystemCalls.Control(_epoll, SystemCalls.Modify, socket, events, tag);

    /// <summary>Nobody is told of its socket any more, which is about to be closed.</summary>
    public void Forget(long tag) => _polled.TryRemove(tag, out _);

    /// <summary>The same, and the socket tells nothing any more.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public void Remove(SafeHandle socket, long tag)
    {
        Forget(tag);
        SystemCalls.Control(_epoll, SystemCalls.Delete, socket, 0, 0);
    }

    private void Join()
    {
        Interlocked.Increment(ref _threads);
        new Thread(Run) { IsBackground = true, Name = "wire" }.Start();
    }

    private void Run()
    {
        while (true)
        {
            Interlocked.Increment(ref _waiting);
            uint events = SystemCalls.Wait(_epoll, out long tag);
            _taken++;
            if (Interlocked.Decrement(ref _waiting) == 0 && Volatile.Read(ref _watchSleeps) == 1 && Interlocked.Exchange(ref _watchSleeps, 0) == 1)
                _watched.Set();
            if (events != 0 && _polled.TryGetValue(tag, out IPolled? polled))
                polled.Happened(events);
            if (IsSpare())
                return;
        }
    }

    /// <summary>One that joined in, and is not needed any more.</summary>
    private bool IsSpare()
    {
        int threads = Volatile.Read(ref _threads);
        return threads > _usualThreads && Volatile.Read(ref _waiting) > 0 && Interlocked.CompareExchange(ref _threads, threads - 1, threads) == threads;
    }

    private void Watch()
    {
        while (true)
        {
            _watched.WaitOne();
            do
            {
                int taken = Volatile.Read(ref _taken);
                Thread.Sleep(Kept);
                if (Volatile.Read(ref _waiting) == 0 && Volatile.Read(ref _taken) == taken && Volatile.Read(ref _threads) < _usualThreads + MostWhoJoin)
                    Join();
            }
            while (Volatile.Read(ref _waiting) == 0);
            Volatile.Write(ref _watchSleeps, 1);
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref _waiting) == 0 && Interlocked.Exchange(ref _watchSleeps, 0) == 1)
                _watched.Set();
        }
    }
}

/// <summary>What a <see cref="Poller"/> tells of its socket, on one of its threads; two at once may come of one socket.</summary>
internal interface IPolled
{
    /// <param name="events">Of <see cref="SystemCalls"/>.</param>
    void Happened(uint events);
}
