using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>The second door, inside the commit: outcomes of one attempt, rows removed or put off, local rows delivered, and the messages that the attempt made.</summary>
internal sealed class Delivering(WriteScope scope, AttemptResult attempt)
{
    /// <summary>For a local row whose mailbox is full and that brought no row of its own for this.</summary>
    private static readonly TimeSpan FullMailboxRetry = TimeSpan.FromMinutes(15);

    private readonly List<Content> _kept = [];

    /// <summary>Contents of created messages that a row speaks of now.</summary>
    public IReadOnlyCollection<Content> Kept => _kept;

    public bool Run()
    {
        scope.AtHand.Take(attempt.Message);
        if (Find() is { } message)
        {
            int removed = 0;
            foreach (RecipientResult result in attempt.Recipients)
                removed += End(message, result);
            if (removed > 0)
            {
                QueueRows.AddToLane(scope, message.Lane, -removed);
                QueueRows.RemoveWhenDone(scope, attempt.Message, message.Rendition);
            }
        }
        foreach (Acceptance created in attempt.Created)
        {
            if (created.Once is { } once && !Memory.KeepNew(scope, once))
                continue;
            var accepting = new Accepting(scope, created);
            accepting.Run();
            if (accepting.KeptContent)
                _kept.Add(created.Content);
        }
        return true;
    }

    private MessageRow? Find()
    {
        using Statement find = scope.Database.Use("""
            SELECT m.lane, m.acceptance, m.rendition, r.content, m.arrived FROM queue_message m JOIN rendition r ON r.id = m.rendition WHERE m.id = ?
            """).Bind(attempt.Message.Value);
        return find.Step() ? new(find.Long(0), new(find.Long(1)), new(find.Long(2)), find.Long(3), find.Time(4)) : null;
    }

    /// <summary>Returns how many rows went: 1, or 0 when it stays or was gone before.</summary>
    private int End(MessageRow message, RecipientResult result)
    {
        if (result.Deliver is { } delivery && !Exists(result.Recipient))
            return 0;
        if (result.Deliver is { } local && !Deliver(message, local))
        {
            PutOff(message, result, result.NextAttempt ?? scope.Now + FullMailboxRetry, Responses.Overquota.Text);
            return 0;
        }
        if (result.Deliver is null && result.NextAttempt is { } next)
        {
            PutOff(message, result, next, ReasonOf(result.Outcome));
            return 0;
        }
        using Statement delete = scope.Database.Use("DELETE FROM queue_recipient WHERE id = ? AND message = ?").Bind(result.Recipient.Value).Bind(attempt.Message.Value);
        return delete.Run();
    }

    private bool Exists(QueueRecipientId recipient)
    {
        using Statement find = scope.Database.Use("SELECT 1 FROM queue_recipient WHERE id = ? AND message = ?").Bind(recipient.Value).Bind(attempt.Message.Value);
        return find.Step();
    }

    /// <summary>False when the mailbox is full and the row has to stay.</summary>
    private bool Deliver(MessageRow message, LocalDelivery delivery)
    {
        Account account = AccountRows.FindOrInsert(scope, delivery.Account);
        List<(MailboxRow Mailbox, MessageFlags Flags)> missing = Folders.Of(scope, account, delivery, mailbox => EntryRows.IsDelivered(scope.Database, message.Acceptance, mailbox));
        if (missing.Count == 0)
            return true;
        Rendition rendition = ContentRows.FindOrInsertRendition(scope, message.Content, delivery.Prefix.Span, delivery.Replaces);
        if (Quotas.HasRoom(scope, account, delivery.Quota, missing.Count, missing.Count * rendition.Octets))
        {
            foreach ((MailboxRow mailbox, MessageFlags flags) in missing)
                EntryRows.Insert(scope, mailbox, new(rendition, flags, message.Arrived), message.Acceptance);
            return true;
        }
        if (delivery.WhenFull is not { } row)
        {
            ContentRows.Release(scope, rendition.Id);
            return false;
        }
        Rendition waiting = ContentRows.FindOrInsertRendition(scope, message.Content, row.Prefix.Span, row.Replaces);
        QueueRows.Insert(scope, message.Acceptance, row, waiting);
        ContentRows.Release(scope, rendition.Id);
        return true;
    }

    private void PutOff(MessageRow message, RecipientResult result, DateTimeOffset next, string? reason)
    {
        using Statement update = scope.Database.Use("""
            UPDATE queue_recipient SET attempts = attempts + 1, next_attempt = CASE WHEN stopped IS NULL THEN ? ELSE next_attempt END, last_reason = ?, last_stage = ?, delay_warned = max(delay_warned, ?) WHERE id = ? AND message = ?
            """).Bind(next).Bind(reason).Bind((long)result.Outcome.Stage).Bind(result.DelayWarned ? 1 : 0).Bind(result.Recipient.Value).Bind(attempt.Message.Value);
        if (update.Run() > 0)
            scope.RowsDue(QueueRows.KeyOf(scope, message.Lane), next);
    }

    private static string? ReasonOf(Outcome outcome) => outcome switch
    {
        Outcome.Deferred deferred => $"{deferred.Status} {deferred.Reason}",
        Outcome.Failed failed => $"{failed.Status} {failed.Reason}",
        Outcome.Delivered delivered => delivered.Reason,
        _ => null,
    };

    private readonly record struct MessageRow(long Lane, AcceptanceId Acceptance, RenditionId Rendition, long Content, DateTimeOffset Arrived);
}
