namespace DirMail.Transfer;

/// <summary>When a deferred recipient is tried again: arithmetic only.</summary>
internal static class RetrySchedule
{
    /// <param name="waits">At least one; the last repeats.</param>
    /// <param name="attempts">Attempts made, the one that just ended included: 1 or more.</param>
    /// <param name="jitter">From -1 to 1: how far this wait is varied within its tenth.</param>
    public static DateTimeOffset Next(IReadOnlyList<TimeSpan> waits, int attempts, DateTimeOffset now, double jitter)
    {
        TimeSpan wait = waits[Math.Clamp(attempts - 1, 0, waits.Count - 1)];
        return now + wait + (wait * (0.1 * Math.Clamp(jitter, -1, 1)));
    }
}
