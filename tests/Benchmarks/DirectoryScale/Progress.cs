using System.Diagnostics;

namespace DirMail.Benchmarks;

/// <summary>How far a long run is, on standard error: a line rewritten twice a second on a terminal, else a line now and then.</summary>
internal sealed class Progress(string what, long total)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private TimeSpan _told;
    private long _done;

    public void Advance(long count)
    {
        _done += count;
        TimeSpan now = Stopwatch.GetElapsedTime(_start);
        if (now - _told < TimeSpan.FromSeconds(Console.IsErrorRedirected ? 5 : 0.5))
            return;
        _told = now;
        Tell(Console.IsErrorRedirected ? "\n" : "\r");
    }

    public void End()
    {
        if (_told != default)
            Tell("\n");
    }

    private void Tell(string end) => Console.Error.Write($"{_done:N0} of {total:N0} {what} ({100 * _done / Math.Max(total, 1)} %) after {Stopwatch.GetElapsedTime(_start).TotalSeconds:F1} s{end}");
}
