using DirMail.Mail;
using DirMail.Store.Reading;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>A change of waiting recipients, inside the commit: one slice of messages, of each the recipients that the filter means.</summary>
internal sealed class Changing(WriteScope scope, QueueFilter filter, QueueChange change, DateTimeOffset now)
{
    /// <summary>Now (?1), but for mail that its sender wants later.</summary>
    private const string Due = "max(?1, coalesce((SELECT m.not_before FROM queue_message m WHERE m.id = message), 0))";

    private readonly QueueSearch _search = new(filter);

    /// <summary>Lanes in which something may be due now.</summary>
    private readonly HashSet<long> _due = [];

    /// <summary>Returns how many recipients were changed. Messages that have gone meanwhile are passed over.</summary>
    public int Run(IReadOnlyList<long> messages)
    {
        scope.RowsChanging();
        int changed = 0;
        foreach (long message in messages)
            if (_search.Recipients(scope.Database, message) is { Count: > 0 } recipients)
                changed += Change(message, recipients);
        foreach (long lane in _due)
            scope.RowsDue(QueueRows.KeyOf(scope, lane), now);
        return changed;
    }

    private int Change(long message, List<long> recipients)
    {
        if (change is QueueChange.Flush or QueueChange.Release or QueueChange.Retry)
            _due.Add(Find(message).Lane);
        return change switch
        {
            QueueChange.Flush => recipients.Sum(Flush),
            QueueChange.Stop stop => recipients.Sum(recipient => Stop(recipient, stop.Until)),
            QueueChange.Release => Release(message, recipients),
            QueueChange.Retry retry => Retry(message, recipients, retry.TimeToExpire),
            QueueChange.Cancel => Cancel(message, recipients),
            QueueChange.Return back => Return(message, recipients, back),
            _ => throw new InvalidOperationException("a change that nobody knows"),
        };
    }

    private int Flush(long recipient)
    {
        using Statement update = scope.Database.Use($"UPDATE queue_recipient SET next_attempt = {Due} WHERE id = ?2 AND next_attempt > {Due} AND stopped IS NULL").Bind(now).Bind(recipient);
        return update.Run();
    }

    private int Stop(long recipient, DateTimeOffset until)
    {
        using Statement update = scope.Database.Use("UPDATE queue_recipient SET stopped = ?, next_attempt = ? WHERE id = ? AND stopped IS NULL").Bind(now).Bind(until).Bind(recipient);
        return update.Run();
    }

    private int Release(long message, List<long> recipients)
    {
        using (Statement spare = scope.Database.Use("""
            UPDATE queue_message SET expires = expires + coalesce((SELECT max(max(?1 - r.stopped, 0)) FROM queue_recipient r WHERE r.message = ?2 AND r.stopped IS NOT NULL), 0) WHERE id = ?2
            """).Bind(now).Bind(message))
            spare.Run();
        return recipients.Sum(recipient =>
        {
            using Statement update = scope.Database.Use($"UPDATE queue_recipient SET stopped = NULL, next_attempt = {Due} WHERE id = ?2 AND stopped IS NOT NULL").Bind(now).Bind(recipient);
            return update.Run();
        });
    }

    private int Retry(long message, List<long> recipients, Func<string, TimeSpan> timeToExpire)
    {
        int changed = recipients.Sum(recipient =>
        {
            using Statement update = scope.Database.Use($"UPDATE queue_recipient SET attempts = 0, next_attempt = {Due} WHERE id = ?2 AND stopped IS NULL").Bind(now).Bind(recipient);
            return update.Run();
        });
        if (changed == 0)
            return 0;
        string channel;
        using (Statement find = scope.Database.Use("SELECT l.channel FROM queue_message m JOIN lane l ON l.id = m.lane WHERE m.id = ?").Bind(message))
            channel = find.Step() ? find.Text(0) : "";
        using Statement renew = scope.Database.Use("""
            UPDATE queue_message SET expires = ?2, held_before = (SELECT held_total + coalesce(max(?1 - held_since, 0), 0) FROM lane WHERE id = lane) WHERE id = ?3
            """).Bind(now).Bind(now + timeToExpire(channel)).Bind(message);
        renew.Run();
        return changed;
    }

    private int Cancel(long message, List<long> recipients)
    {
        (long lane, RenditionId rendition) = Find(message);
        foreach (long recipient in recipients)
        {
            using Statement delete = scope.Database.Use("DELETE FROM queue_recipient WHERE id = ?").Bind(recipient);
            delete.Run();
        }
        QueueRows.AddToLane(scope, lane, -recipients.Count);
        QueueRows.RemoveWhenDone(scope, new(message), rendition);
        return recipients.Count;
    }

    /// <summary>The recipients go over to a message of their own in the lane of what is returned.</summary>
    private int Return(long message, List<long> recipients, QueueChange.Return back)
    {
        (long lane, RenditionId rendition) = Find(message);
        long to = QueueRows.FindOrInsertLane(scope, QueueRows.KeyOf(scope, lane).Domain, back.Channel);
        if (to == lane)
            return 0;
        _due.Add(to);
        using (Statement copy = scope.Database.Use("""
            INSERT INTO queue_message (lane, acceptance, rendition, destination, owner, host_name, v4, v6, sender, envelope_id, return_content, body, utf8, arrived, first_attempt, expires, deliver_by, by_flags, priority, held_before)
            SELECT ?1, acceptance, rendition, destination, owner, host_name, v4, v6, sender, envelope_id, return_content, body, utf8, arrived, first_attempt, expires, deliver_by, by_flags, priority,
                (SELECT held_total FROM lane WHERE id = ?1) FROM queue_message WHERE id = ?2
            """).Bind(to).Bind(message))
            copy.Run();
        long returned = scope.Database.LastRowId;
        foreach (long recipient in recipients)
        {
            using Statement move = scope.Database.Use("UPDATE queue_recipient SET message = ?, lane = ?, wait_reason = ?, next_attempt = ?, stopped = NULL WHERE id = ?")
                .Bind(returned).Bind(to).Bind(back.Reason).Bind(now).Bind(recipient);
            move.Run();
        }
        QueueRows.AddToLane(scope, lane, -recipients.Count);
        QueueRows.AddToLane(scope, to, recipients.Count);
        QueueRows.RemoveWhenDone(scope, new(message), rendition);
        return recipients.Count;
    }

    private (long Lane, RenditionId Rendition) Find(long message)
    {
        using Statement find = scope.Database.Use("SELECT lane, rendition FROM queue_message WHERE id = ?").Bind(message);
        find.Step();
        return (find.Long(0), new(find.Long(1)));
    }
}
