namespace DirMail.Routing;

/// <summary>
/// When the table was last known to be what the directory says. The one place that compares ages: no table is made anew for it. Set by the follower, read by all.
/// </summary>
public sealed class TableAge(TimeProvider clock, TimeSpan? hardLimit)
{
    private const long IsInStep = long.MaxValue;

    private long _lostAt = clock.GetUtcNow().UtcTicks;

    /// <summary>Zero while the directory is followed.</summary>
    public TimeSpan Now => Volatile.Read(ref _lostAt) is var lost && lost == IsInStep ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Max(0, clock.GetUtcNow().UtcTicks - lost));

    /// <summary>Too old to be served: as if the directory had never been loaded.</summary>
    public bool IsPastHardLimit => hardLimit is { } limit && Now > limit;

    public void InStep() => Volatile.Write(ref _lostAt, IsInStep);

    public void LostAt(DateTimeOffset time) => Volatile.Write(ref _lostAt, time.UtcTicks);
}
