using DirMail.Mail;

namespace DirMail.Store;

public sealed record QueueLane(EntryId Domain, string Channel, int Recipients, DateTimeOffset EarliestAttempt)
{
    /// <summary>Since when the domain's state holds its mail back; null: it does not.</summary>
    public DateTimeOffset? HeldSince { get; init; }
}

public sealed record QueueFilter(EntryId? Domain = null, string? Channel = null, string? Destination = null, QueueId? Message = null)
{
    /// <summary>Only recipients whose final address this is.</summary>
    public MailAddress? Final { get; init; }
}

/// <summary>What lies in a lane. <paramref name="Told"/>: the site's postmaster was told of messages up to this one.</summary>
public sealed record LaneContents(long Messages, QueueId Last, QueueId Told);

/// <summary>One queued message with (some of) its recipients.</summary>
public sealed record QueueRow(QueueId Id, AcceptanceId Acceptance, QueuedMessage Message, long Octets, DateTimeOffset Arrived, IReadOnlyList<QueueRecipientRow> Recipients)
{
    /// <summary>How long holds that are over have kept it; <see cref="QueuedMessage.Expires"/> is that much later.</summary>
    public TimeSpan Held { get; init; }

    /// <summary>Since when its lane is held; null: it is not.</summary>
    public DateTimeOffset? HeldSince { get; init; }

    /// <summary>How long holds have kept it by then, the one under way included.</summary>
    public TimeSpan HeldBy(DateTimeOffset time) => HeldSince is { } since && time > since ? Held + (time - since) : Held;
}

public sealed record QueueRecipientRow(QueueRecipientId Id, QueuedRecipient Recipient, int Attempts, DateTimeOffset NextAttempt, string? LastReason, bool DelayWarned);
