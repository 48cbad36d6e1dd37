using DirMail.Store.Sqlite;

namespace DirMail.Store.Reading;

/// <summary>What of a queue is due, in the order in which it became so.</summary>
internal static class DueReads
{
    /// <summary>Recipients looked at in one read: one that passes over many does not keep its caller waiting.</summary>
    private const int MostLookedAt = 20_000;

    public static DueRows Search(Connection database, LaneKey lane, DueSearch search)
    {
        var messages = new List<long>();
        var seen = new HashSet<long>();
        var taken = new Dictionary<string, int>(StringComparer.Ordinal);
        var passed = new HashSet<string>(StringComparer.Ordinal);
        DuePosition at = search.After;
        bool isAll = true;
        using (Statement due = Due(database, lane, search))
            for (int looked = 0; due.Step(); looked++)
            {
                if (messages.Count >= search.Limit || looked >= MostLookedAt)
                {
                    isAll = false;
                    break;
                }
                long message = due.Long(0);
                at = new(due.Time(2), due.Long(1));
                if (seen.Contains(message) || search.IsKnown(new(message), new(due.Long(1))))
                    continue;
                string destination = due.Text(3);
                int before = taken.GetValueOrDefault(destination);
                if (before >= search.RoomFor(destination))
                {
                    passed.Add(destination);
                    continue;
                }
                taken[destination] = before + 1;
                seen.Add(message);
                messages.Add(message);
            }
        return new([.. messages.Select(message => QueueReads.Read(database, message, search.DueBy))], at, isAll, passed, isAll ? Next(database, lane, search.DueBy) : null);
    }

    private static Statement Due(Connection database, LaneKey lane, DueSearch search)
    {
        string toDestination = search.Destination is null ? "" : "r.destination = ?5 AND ";
        Statement due = database.Use($"""
            SELECT r.message, r.id, r.next_attempt, r.destination FROM lane l JOIN queue_recipient r ON r.lane = l.id
            WHERE l.domain = ?1 AND l.channel = ?2 AND {toDestination}r.next_attempt BETWEEN ?3 AND ?4 AND (r.next_attempt > ?3 OR r.id > ?6) ORDER BY r.next_attempt, r.id
            """).Bind(lane.Domain.Value).Bind(lane.Channel).Bind(search.After.Time).Bind(search.DueBy);
        return due.Bind(search.Destination).Bind(search.After.Recipient);
    }

    private static DateTimeOffset? Next(Connection database, LaneKey lane, DateTimeOffset after)
    {
        using Statement next = database.Use("""
            SELECT r.next_attempt FROM lane l JOIN queue_recipient r ON r.lane = l.id WHERE l.domain = ? AND l.channel = ? AND r.next_attempt > ? ORDER BY r.next_attempt LIMIT 1
            """).Bind(lane.Domain.Value).Bind(lane.Channel).Bind(after);
        return next.Step() ? next.Time(0) : null;
    }
}
