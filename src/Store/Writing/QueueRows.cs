using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>Rows of the queue within one transaction.</summary>
internal static class QueueRows
{
    /// <param name="content">The message's octets, where they are at hand.</param>
    public static int Insert(WriteScope scope, AcceptanceId acceptance, QueuedMessage message, Rendition rendition, MessageContent? content = null)
    {
        if (message.Recipients.Count == 0)
            throw new ArgumentException("a queued message needs a recipient", nameof(message));
        long lane = FindOrInsertLane(scope, message.Domain, message.Channel);
        InsertMessage(scope, lane, acceptance, message, rendition);
        long id = scope.Database.LastRowId;
        var recipients = new QueueRecipientRow[message.Recipients.Count];
        for (int i = 0; i < recipients.Length; i++)
            recipients[i] = InsertRecipient(scope, id, lane, message, message.Recipients[i]);
        AddToLane(scope, lane, recipients.Length);
        scope.RowAdded(new(new(id), acceptance, message, rendition.Octets, scope.Now, recipients), content);
        return recipients.Length;
    }

    public static void AddToLane(WriteScope scope, long lane, int recipients)
    {
        using Statement add = scope.Database.Use("UPDATE lane SET recipients = recipients + ? WHERE id = ?").Bind(recipients).Bind(lane);
        add.Run();
    }

    /// <summary>When the last message for that address in the row's lane is due; null: there is none.</summary>
    public static DateTimeOffset? LastDue(WriteScope scope, QueuedMessage row, MailAddress final)
    {
        using Statement find = scope.Database.Use("""
            SELECT r.next_attempt FROM lane l JOIN queue_recipient r ON r.lane = l.id AND r.final = ? WHERE l.domain = ? AND l.channel = ? AND l.recipients > 0 ORDER BY r.id DESC LIMIT 1
            """).Bind(final.ToString()).Bind(row.Domain.Value).Bind(row.Channel);
        return find.Step() ? find.Time(0) : null;
    }

    /// <summary>Drops the message when its last recipient has gone, and lets go of its octets.</summary>
    public static void RemoveWhenDone(WriteScope scope, QueueId message, RenditionId rendition)
    {
        using (Statement left = scope.Database.Use("SELECT 1 FROM queue_recipient WHERE message = ? LIMIT 1").Bind(message.Value))
            if (left.Step())
                return;
        using (Statement delete = scope.Database.Use("DELETE FROM queue_message WHERE id = ?").Bind(message.Value))
            delete.Run();
        ContentRows.Release(scope, rendition);
    }

    public static long FindOrInsertLane(WriteScope scope, EntryId domain, string channel)
    {
        using (Statement find = scope.Database.Use("SELECT id FROM lane WHERE domain = ? AND channel = ?").Bind(domain.Value).Bind(channel))
            if (find.Step())
                return find.Long(0);
        using Statement insert = scope.Database.Use("INSERT INTO lane (domain, channel) VALUES (?, ?)").Bind(domain.Value).Bind(channel);
        insert.Run();
        return scope.Database.LastRowId;
    }

    public static LaneKey KeyOf(WriteScope scope, long lane)
    {
        using Statement find = scope.Database.Use("SELECT domain, channel FROM lane WHERE id = ?").Bind(lane);
        find.Step();
        return new(new(find.Guid(0)), find.Text(1));
    }

    private static void InsertMessage(WriteScope scope, long lane, AcceptanceId acceptance, QueuedMessage message, Rendition rendition)
    {
        using Statement insert = scope.Database.Use("""
            INSERT INTO queue_message (lane, acceptance, rendition, destination, owner, host_name, v4, v6, sender, envelope_id, return_content, body, utf8, arrived, first_attempt, expires, require_tls, not_before, deliver_by, by_flags, priority, held_before)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT held_total + coalesce(max(?14 - held_since, 0), 0) FROM lane WHERE id = ?1))
            """).Bind(lane).Bind(acceptance.Value).Bind(rendition.Id.Value).Bind(message.Destination).Bind(message.Identity.Owner?.Value).Bind(message.Identity.HostName);
        BindAddress(insert, message.Identity.V4);
        BindAddress(insert, message.Identity.V6);
        insert.Bind(message.Sender?.ToString()).Bind(message.EnvelopeId).Bind((long?)message.Return).Bind((long)message.Body).Bind(message.Utf8 ? 1 : 0)
            .Bind(scope.Now).Bind(message.NextAttempt).Bind(message.Expires);
        BindWishes(insert, message.Wishes);
        insert.Run();
    }

    private static void BindWishes(Statement insert, DeliveryWishes wishes) =>
        insert.Bind(wishes.RequireTls ? 1 : 0).Bind(wishes.NotBefore?.ToUnixTimeMilliseconds()).Bind(wishes.By?.Deadline.ToUnixTimeMilliseconds())
            .Bind(wishes.By is { } by ? (by.IsReturned ? 1L : 0) + (by.IsTraced ? 2 : 0) : null).Bind((long?)wishes.Priority);

    private static QueueRecipientRow InsertRecipient(WriteScope scope, long id, long lane, QueuedMessage message, QueuedRecipient recipient)
    {
        using Statement insert = scope.Database.Use("""
            INSERT INTO queue_recipient (message, lane, destination, given, final, notify, original, wait_reason, next_attempt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """).Bind(id).Bind(lane).Bind(message.Destination).Bind(recipient.Given.ToString()).Bind(recipient.Final.ToString()).Bind((long)recipient.Notify)
            .Bind(recipient.OriginalRecipient).Bind(recipient.Reason).Bind(message.NextAttempt);
        insert.Run();
        return new(new(scope.Database.LastRowId), recipient, 0, message.NextAttempt, null, false);
    }

    private static void BindAddress(Statement statement, System.Net.IPAddress? address) =>
        _ = address is null ? statement.BindNull() : statement.Bind(address.GetAddressBytes());
}
