namespace DirMail.Servers.Smtp;

/// <summary>Makes errors and refused recipients dear to who makes many of them: each reply after the first three waits longer, doubling up to the setting.</summary>
internal sealed class Tarpit(TimeSpan longest, TimeProvider clock)
{
    private const int Free = 3;
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);

    // never disposed: it may be told to end while the session goes
    private readonly CancellationTokenSource _end = new();
    private int _faults;
    private TimeSpan _wait;

    /// <summary>One more error, or refusal.</summary>
    public void Count() => _wait = Delay(++_faults, longest);

    /// <summary>Holds back the reply to what was counted.</summary>
    public async Task WaitAsync()
    {
        if (_wait > TimeSpan.Zero)
            await Task.Delay(_wait, clock, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _wait = TimeSpan.Zero;
    }

    /// <summary>Ends the wait, from any thread.</summary>
    public void End() => _end.Cancel();

    /// <param name="faults">So far, the last one included.</param>
    internal static TimeSpan Delay(int faults, TimeSpan longest)
    {
        if (faults <= Free)
            return TimeSpan.Zero;
        TimeSpan delay = First * (1 << Math.Min(faults - Free - 1, 16));
        return delay < longest ? delay : longest;
    }
}
