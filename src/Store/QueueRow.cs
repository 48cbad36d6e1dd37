using DirMail.Mail;

namespace DirMail.Store;

public sealed record QueueLane(EntryId Domain, string Channel, int Recipients, DateTimeOffset EarliestAttempt)
{
    public LaneKey Key => new(Domain, Channel);

    /// <summary>Since when the domain's state holds its mail back; null: it does not.</summary>
    public DateTimeOffset? HeldSince { get; init; }
}

/// <summary>Which waiting recipients are meant; null matches all.</summary>
public sealed record QueueFilter(EntryId? Domain = null, string? Channel = null, string? Destination = null, QueueId? Message = null)
{
    public AcceptanceId? Acceptance { get; init; }

    /// <summary>Only recipients whose final address this is.</summary>
    public MailAddress? Final { get; init; }

    /// <summary>Mail that leaves as this entry, or from or to one of <see cref="Addresses"/>.</summary>
    public EntryId? Owner { get; init; }

    /// <summary>All recipients of mail that one of these sent, and those recipients that are one of these; the case of letters does not matter. Null: no matter whose.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }

    /// <summary>Only mail that leaves from this address.</summary>
    public System.Net.IPAddress? Source { get; init; }

    /// <summary>Only recipients whose last attempt ended with a reason that begins so, as the row keeps it: "4.3.5 text".</summary>
    public string? LastReason { get; init; }

    /// <summary>Only what an administrator keeps here (true), or only what none does (false).</summary>
    public bool? IsStopped { get; init; }
}

/// <summary>One queue in numbers. Times are UTC.</summary>
/// <param name="Due">Recipients that could be tried by now.</param>
/// <param name="Stopped">Recipients that an administrator keeps here.</param>
/// <param name="Oldest">When the oldest message came.</param>
public sealed record QueueLaneStatistics(QueueLane Lane, int Messages, int Due, int Stopped, DateTimeOffset Oldest);

/// <summary>What lies in a lane. <paramref name="Told"/>: the site's postmaster was told of messages up to this one.</summary>
public sealed record LaneContents(long Messages, QueueId Last, QueueId Told);

/// <summary>One queued message with (some of) its recipients.</summary>
public sealed record QueueRow(QueueId Id, AcceptanceId Acceptance, QueuedMessage Message, long Octets, DateTimeOffset Arrived, IReadOnlyList<QueueRecipientRow> Recipients)
{
    public LaneKey Lane => new(Message.Domain, Message.Channel);

    /// <summary>How long holds that are over have kept it; <see cref="QueuedMessage.Expires"/> is that much later.</summary>
    public TimeSpan Held { get; init; }

    /// <summary>Since when its lane is held; null: it is not.</summary>
    public DateTimeOffset? HeldSince { get; init; }

    /// <summary>How long holds have kept it by then, the one under way included.</summary>
    public TimeSpan HeldBy(DateTimeOffset time) => HeldSince is { } since && time > since ? Held + (time - since) : Held;
}

public sealed record QueueRecipientRow(QueueRecipientId Id, QueuedRecipient Recipient, int Attempts, DateTimeOffset NextAttempt, string? LastReason, bool DelayWarned)
{
    /// <summary>Since when an administrator keeps it here; null: nobody does.</summary>
    public DateTimeOffset? Stopped { get; init; }

    /// <summary>How far the last attempt had come at another server.</summary>
    public Stage LastStage { get; init; }
}
