using DirMail.Mail;

namespace DirMail.Store;

/// <summary>
/// How one attempt ended: the second door. One commit writes outcomes, next attempt times and removals, delivers local rows, and accepts every message
/// the attempt created (reports, replies) with its own plan.
/// </summary>
public sealed record AttemptResult(QueueId Message, IReadOnlyList<RecipientResult> Recipients)
{
    public IReadOnlyList<Acceptance> Created { get; init; } = [];
}

/// <summary>The second door for a whole lane whose mail will never leave: all messages up to one go, a slice a commit, and the first commit may accept one message that tells of it.</summary>
public sealed record LaneEnd(EntryId Domain, string Channel, QueueId Last)
{
    /// <summary>Accepted once, also when the process ends between two slices.</summary>
    public Acceptance? Created { get; init; }
}

/// <param name="NextAttempt">For a deferred recipient; null removes the row (delivered or failed).</param>
public sealed record RecipientResult(QueueRecipientId Recipient, Outcome Outcome, DateTimeOffset? NextAttempt)
{
    /// <summary>For a row of the local channel that can now be delivered: entry and removal in the same commit.</summary>
    public LocalDelivery? Deliver { get; init; }

    /// <summary>A delay warning is among <see cref="AttemptResult.Created"/>.</summary>
    public bool DelayWarned { get; init; }
}
