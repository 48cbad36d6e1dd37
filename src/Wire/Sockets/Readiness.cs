using System.Threading.Tasks.Sources;

namespace DirMail.Wire;

/// <summary>
/// Whether a socket can be read from, or written to. A signal is a hint: it says "try again", and one that comes while nobody waits is kept for the next who would. One waits at a time; a wait
/// ends on the thread that signals.
/// </summary>
internal sealed class Readiness : IValueTaskSource
{
    private const int Quiet = 0, Signalled = 1, Waited = 2;

    private ManualResetValueTaskSourceCore<bool> _wait;
    private int _state;

    /// <summary>There was a signal since the last time this was asked, or the last wait.</summary>
    public bool Take() => Volatile.Read(ref _state) == Signalled && Interlocked.CompareExchange(ref _state, Quiet, Signalled) == Signalled;

    /// <summary>Until the next signal, or at once when there was one.</summary>
    public ValueTask WaitAsync()
    {
        _wait.Reset();
        if (Interlocked.CompareExchange(ref _state, Waited, Quiet) == Quiet)
            return new(this, _wait.Version);
        Volatile.Write(ref _state, Quiet);
        return ValueTask.CompletedTask;
    }

    public void Signal()
    {
        if (Awaken())
            _wait.SetResult(true);
    }

    /// <summary>The same, and whoever waits goes on elsewhere.</summary>
    public void SignalElsewhere()
    {
        if (Awaken())
            ThreadPool.UnsafeQueueUserWorkItem(static readiness => readiness._wait.SetResult(true), this, preferLocal: false);
    }

    public void GetResult(short token) => _wait.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _wait.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _wait.OnCompleted(continuation, state, token, flags);

    /// <summary>True: somebody waits, and is this caller's to wake.</summary>
    private bool Awaken()
    {
        while (true)
        {
            int before = Volatile.Read(ref _state);
            if (before == Signalled || Interlocked.CompareExchange(ref _state, before == Waited ? Quiet : Signalled, before) == before)
                return before == Waited;
        }
    }
}
