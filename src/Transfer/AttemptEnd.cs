using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>
/// What follows from one attempt: rows removed or given their next time, and what the sender shall be told (RFC 3461 5.2, 4.1). Arithmetic over the row,
/// the outcomes and the clock; writing it is the caller's.
/// </summary>
internal sealed record AttemptEnd(IReadOnlyList<RecipientResult> Results, IReadOnlyList<Told> Tell)
{
    /// <summary>The store puts a delivery off while the mailbox is full: it knows no end, the row does.</summary>
    private static readonly Outcome.Failed StillFull = new(new(5, 2, 2), Responses.OverquotaForLong.Text);

    /// <param name="jitter">From -1 to 1, for the retry schedule.</param>
    public static AttemptEnd Of(QueueRow row, IReadOnlyList<Attempt> attempts, TransferSettings settings, DateTimeOffset now, double jitter)
    {
        List<RecipientResult> results = new(row.Recipients.Count);
        List<Told> tell = [];
        for (int i = 0; i < row.Recipients.Count; i++)
        {
            QueueRecipientRow recipient = row.Recipients[i];
            bool isStillFull = attempts[i].Deliver is not null && now >= row.Message.Expires && recipient.LastReason == Responses.Overquota.Text;
            Outcome outcome = isStillFull ? StillFull : Expired(row, attempts[i].Outcome, now);
            bool isLate = row.Message.Wishes.By is { } by && now >= by.Deadline;
            bool warn = outcome is Outcome.Deferred && !recipient.DelayWarned && (isLate || now - Started(row) >= settings.DelayWarningOf(row.Message.Channel));
            DateTimeOffset? next = outcome is not Outcome.Deferred ? null
                : attempts[i].IsUntilReleased ? row.Message.Expires : Next(row.Message.Wishes, RetrySchedule.Next(settings.RetryOf(row.Message.Channel), recipient.Attempts + 1, now, jitter), now);
            results.Add(new(recipient.Id, outcome, next) { Deliver = isStillFull ? null : attempts[i].Deliver, DelayWarned = warn });
            if (!attempts[i].SendOn && (row.Message.Sender is null ? IsLost(row, recipient.Recipient, outcome) : IsTold(row.Message, recipient.Recipient.Notify, outcome, warn, isLate)))
                tell.Add(new(recipient, outcome));
        }
        return new(results, tell);
    }

    /// <summary>Since when it could have gone.</summary>
    private static DateTimeOffset Started(QueueRow row) => row.Message.Wishes.NotBefore is { } start && start > row.Arrived ? start : row.Arrived;

    /// <summary>The time that its sender set is not slept over.</summary>
    private static DateTimeOffset Next(DeliveryWishes wishes, DateTimeOffset next, DateTimeOffset now) =>
        wishes.By is { } by && by.Deadline > now && by.Deadline < next ? by.Deadline : next;

    private static Outcome Expired(QueueRow row, Outcome outcome, DateTimeOffset now) =>
        outcome is Outcome.Deferred deferred && now >= row.Message.Expires
            ? new Outcome.Failed(new(5, deferred.Status.Subject, deferred.Status.Detail), "not delivered in time: " + deferred.Reason) { Stage = deferred.Stage, Said = deferred.Said }
            : outcome;

    /// <summary>A bounce that bounces is the postmaster's, unless it was for the postmaster, or about a bounce: then nobody is left.</summary>
    private static bool IsLost(QueueRow row, QueuedRecipient recipient, Outcome outcome) =>
        outcome is Outcome.Failed && row.Message.EnvelopeId is not (AutomaticReply.EnvelopeId or Reports.AboutReport) && !recipient.Given.LocalPart.Equals("postmaster", StringComparison.OrdinalIgnoreCase);

    private static bool IsTold(QueuedMessage message, Notify wish, Outcome outcome, bool warn, bool isLate) => outcome switch
    {
        // each host that a traced message passes says so (RFC 2852 4)
        Outcome.Delivered when message.Wishes.By is { IsTraced: true } && !ChannelNames.IsHere(message.Channel) => wish != Notify.Never,
        Outcome.Delivered delivered => wish.HasFlag(Notify.Success) && !delivered.ReportsItself,
        Outcome.Failed => wish.HasFlag(Notify.Failure),
        // who set a time is told that it has passed, unless he wants to hear nothing (RFC 2852 4.1.3)
        _ => warn && (wish.HasFlag(Notify.Delay) || (isLate && wish != Notify.Never)),
    };
}

/// <summary>One recipient that a report speaks of.</summary>
internal sealed record Told(QueueRecipientRow Recipient, Outcome Outcome);
