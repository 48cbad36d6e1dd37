namespace DirMail.Routing.Following;

/// <summary>
/// A time that the directory's clock has certainly reached, known from nothing but timestamps that it gave and from how much time passed here since: how far its clock is from
/// ours does not matter. Whatever changes after a moment is stamped with at least the time of that moment.
/// </summary>
internal sealed class ServerClock(TimeProvider clock)
{
    private DateTimeOffset? _seen;
    private long _seenAt;

    /// <summary>An entry was just read that the directory stamped with this time.</summary>
    public void Saw(DateTimeOffset stamp)
    {
        long now = clock.GetTimestamp();
        if (At(now) is not { } reached || stamp > reached)
            (_seen, _seenAt) = (stamp, now);
    }

    /// <summary>At a timestamp of our clock, past ones too. Null: nothing was seen yet.</summary>
    public DateTimeOffset? At(long timestamp) => _seen is { } seen ? seen + clock.GetElapsedTime(_seenAt, timestamp) : null;

    /// <summary>The directory's clock was found to be behind what was thought: it was set back, or an entry bore a time that never was.</summary>
    public void SetTo(DateTimeOffset stamp) => (_seen, _seenAt) = (stamp, clock.GetTimestamp());
}
