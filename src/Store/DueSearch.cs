using DirMail.Mail;

namespace DirMail.Store;

/// <summary>Which due messages of a queue are wanted, in the order in which they became due.</summary>
/// <param name="Limit">Most messages.</param>
public sealed record DueSearch(DateTimeOffset DueBy, int Limit)
{
    /// <summary>Only messages to that destination; null: to all.</summary>
    public string? Destination { get; init; }

    /// <summary>Only recipients behind this one.</summary>
    public DuePosition After { get; init; }

    /// <summary>Recipients that are not wanted, because the caller has them. Called on another thread while the search runs.</summary>
    public Func<QueueId, QueueRecipientId, bool> IsKnown { get; init; } = static (_, _) => false;

    /// <summary>How many more messages to that destination are wanted. Called like <see cref="IsKnown"/>.</summary>
    public Func<string, int> RoomFor { get; init; } = static _ => int.MaxValue;
}

/// <summary>A place in the order in which recipients of a queue are due.</summary>
public readonly record struct DuePosition(DateTimeOffset Time, long Recipient)
{
    /// <summary>Before all that is due at that time; times are stored in milliseconds.</summary>
    public static DuePosition Before(DateTimeOffset time) => new(DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds()), 0);

    public bool IsBehind(DuePosition other) => (Time, Recipient).CompareTo((other.Time, other.Recipient)) > 0;
}

/// <summary>What a search found, each message with all its due recipients.</summary>
/// <param name="At">Everything up to here was looked at.</param>
/// <param name="IsAll">Nothing is due behind <paramref name="At"/>.</param>
/// <param name="Passed">Destinations with due messages for which there was no room.</param>
/// <param name="Next">When <paramref name="IsAll"/>: when the next recipient will be due; null: none is left.</param>
public sealed record DueRows(IReadOnlyList<QueueRow> Rows, DuePosition At, bool IsAll, IReadOnlyCollection<string> Passed, DateTimeOffset? Next);
