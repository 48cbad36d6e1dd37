namespace DirMail.Wire;

/// <summary>One timer for all waits of a connection: arming it allocates nothing. Firing is only a wake-up; whether the time has passed is asked for.</summary>
internal sealed class Deadline(TimeProvider clock, Action wake) : IDisposable
{
    private ITimer? _timer;
    private TimeSpan _limit;
    private long _started;

    public bool HasPassed => _limit != Timeout.InfiniteTimeSpan && clock.GetElapsedTime(_started) >= _limit;

    public void Start(TimeSpan limit)
    {
        _limit = limit;
        _started = clock.GetTimestamp();
        Arm(limit);
    }

    /// <summary>After a wake-up that came early: timers and timestamps do not round alike.</summary>
    public void StartAgain()
    {
        if (_limit != Timeout.InfiniteTimeSpan)
            Arm(_limit - clock.GetElapsedTime(_started) + TimeSpan.FromMilliseconds(1));
    }

    public void Stop() => _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer?.Dispose();

    private void Arm(TimeSpan wait)
    {
        TimeSpan due = wait == Timeout.InfiniteTimeSpan || wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        if (_timer is null)
            _timer = clock.CreateTimer(static state => ((Action)state!)(), wake, due, Timeout.InfiniteTimeSpan);
        else
            _timer.Change(due, Timeout.InfiniteTimeSpan);
    }
}
