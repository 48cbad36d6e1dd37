namespace DirMail.Store;

/// <summary>What an administrator, or a change of the directory, does to waiting recipients.</summary>
public abstract record QueueChange
{
    private QueueChange() { }

    /// <summary>Due now; nothing else changes. What an administrator keeps here stays.</summary>
    public sealed record Flush : QueueChange;

    /// <summary>Kept here, untried, until released; its time to expire stands still, but not beyond <paramref name="Until"/>.</summary>
    public sealed record Stop(DateTimeOffset Until) : QueueChange;

    /// <summary>Kept no longer: due now, with the time it was kept to spare.</summary>
    public sealed record Release : QueueChange;

    /// <summary>As if it had come now: due, no attempts made, and all its time before it. What an administrator keeps here stays.</summary>
    /// <param name="TimeToExpire">Of a channel.</param>
    public sealed record Retry(Func<string, TimeSpan> TimeToExpire) : QueueChange;

    /// <summary>Gone; nobody is told.</summary>
    public sealed record Cancel : QueueChange;

    /// <summary>To that channel, which returns it to its sender with the reason: "550 5.7.1 text".</summary>
    public sealed record Return(string Channel, string Reason) : QueueChange;
}
