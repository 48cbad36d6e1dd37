using DirMail.Mail;

namespace DirMail.Store;

/// <summary>Reads of the durable queue, and the operator's changes to it. Writes that follow an attempt go through <see cref="MessageStore.CompleteAsync"/>.</summary>
public sealed class Queue
{
    /// <summary>Every (domain, channel) with rows, its counts and its earliest attempt.</summary>
    public Task<IReadOnlyList<QueueLane>> LanesAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Up to <paramref name="limit"/> messages of a lane with a recipient due by <paramref name="dueBy"/>, earliest first, each with all its due recipients.</summary>
    public Task<IReadOnlyList<QueueRow>> LoadAsync(EntryId domain, string channel, DateTimeOffset dueBy, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A page of the queue in order of arrival, after <paramref name="after"/>; null filters match all.</summary>
    public Task<IReadOnlyList<QueueRow>> ListAsync(QueueFilter filter, QueueId? after, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Makes matching waiting recipients due now; returns how many.</summary>
    public Task<int> FlushAsync(QueueFilter filter, DateTimeOffset now, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The message's octets as they shall leave (prefix and content).</summary>
    public Task<MessageContent> OpenAsync(QueueId message, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Called after each commit that added rows or made rows due; quick and never blocking. The scheduler hangs its wake-up here.</summary>
    public event Action? RowsAdded { add => throw new NotImplementedException(); remove => throw new NotImplementedException(); }
}

public sealed record QueueLane(EntryId Domain, string Channel, int Recipients, DateTimeOffset EarliestAttempt);

public sealed record QueueFilter(EntryId? Domain = null, string? Channel = null, string? Destination = null, QueueId? Message = null);

/// <summary>One queued message with (some of) its recipients.</summary>
public sealed record QueueRow(QueueId Id, AcceptanceId Acceptance, QueuedMessage Message, long Octets, DateTimeOffset Arrived, IReadOnlyList<QueueRecipientRow> Recipients);

public sealed record QueueRecipientRow(QueueRecipientId Id, QueuedRecipient Recipient, int Attempts, DateTimeOffset NextAttempt, string? LastReason, bool DelayWarned);

/// <summary>
/// How one attempt ended: the second door. One commit writes outcomes, next attempt times and removals, delivers local rows, and accepts every message
/// the attempt created (reports, replies) with its own plan.
/// </summary>
public sealed record AttemptResult(QueueId Message, IReadOnlyList<RecipientResult> Recipients)
{
    public IReadOnlyList<Acceptance> Created { get; init; } = [];
}

/// <param name="NextAttempt">For a deferred recipient; null removes the row (delivered or failed).</param>
public sealed record RecipientResult(QueueRecipientId Recipient, Outcome Outcome, DateTimeOffset? NextAttempt)
{
    /// <summary>For a row of the local channel that can now be delivered: entry and removal in the same commit.</summary>
    public LocalDelivery? Deliver { get; init; }

    /// <summary>A delay warning is among <see cref="AttemptResult.Created"/>.</summary>
    public bool DelayWarned { get; init; }
}
