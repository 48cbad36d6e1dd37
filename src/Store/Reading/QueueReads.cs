using System.Net;
using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Reading;

/// <summary>Reads of the queue, each inside one read transaction.</summary>
internal static class QueueReads
{
    /// <param name="domain">Null: of all domains.</param>
    /// <param name="channel">Null: all channels.</param>
    public static IReadOnlyList<QueueLane> Lanes(Connection database, EntryId? domain = null, string? channel = null)
    {
        string ofDomain = domain is null ? "" : channel is null ? " AND domain = ?" : " AND domain = ? AND channel = ?";
        using Statement find = database.Use($"""
            SELECT domain, channel, recipients, (SELECT next_attempt FROM queue_recipient r WHERE r.lane = l.id ORDER BY next_attempt LIMIT 1), held_since FROM lane l WHERE recipients > 0{ofDomain}
            """);
        if (domain is { } one)
            find.Bind(one.Value);
        if (domain is not null && channel is not null)
            find.Bind(channel);
        var lanes = new List<QueueLane>();
        while (find.Step())
            lanes.Add(new(new(find.Guid(0)), find.Text(1), find.Int(2), find.Time(3)) { HeldSince = TimeOrNull(find, 4) });
        return lanes;
    }

    /// <summary>Messages of a held lane that holds have kept so long by then, in order of arrival.</summary>
    public static IReadOnlyList<QueueRow> HeldFor(Connection database, (EntryId Domain, string Channel) lane, TimeSpan time, DateTimeOffset now, int limit)
    {
        using Statement find = database.Use("""
            SELECT m.id, l.held_total + ? - l.held_since - m.held_before FROM lane l JOIN queue_message m ON m.lane = l.id
            WHERE l.domain = ? AND l.channel = ? AND l.held_since IS NOT NULL ORDER BY m.id LIMIT ?
            """).Bind(now).Bind(lane.Domain.Value).Bind(lane.Channel).Bind(limit);
        var messages = new List<long>();
        // those that came later were kept for less time
        while (find.Step() && find.Long(1) >= (long)time.TotalMilliseconds)
            messages.Add(find.Long(0));
        return [.. messages.Select(message => Read(database, message, DateTimeOffset.MaxValue))];
    }

    /// <summary>The final addresses that a lane has mail for.</summary>
    public static IReadOnlyList<MailAddress> Finals(Connection database, (EntryId Domain, string Channel) lane)
    {
        using Statement find = database.Use("""
            SELECT DISTINCT r.final FROM lane l JOIN queue_recipient r ON r.lane = l.id WHERE l.domain = ? AND l.channel = ?
            """).Bind(lane.Domain.Value).Bind(lane.Channel);
        var finals = new List<MailAddress>();
        while (find.Step())
            finals.Add(MailAddress.Parse(find.Text(0)));
        return finals;
    }

    /// <summary>The destinations that a lane has mail for: from one to the next by the index, however much there is for each.</summary>
    public static IReadOnlyList<string> Destinations(Connection database, (EntryId Domain, string Channel) lane)
    {
        using Statement find = database.Use("""
            WITH RECURSIVE one (lane, destination) AS (
                SELECT l.id, (SELECT min(destination) FROM queue_recipient r WHERE r.lane = l.id) FROM lane l WHERE l.domain = ? AND l.channel = ?
                UNION ALL
                SELECT lane, (SELECT min(r.destination) FROM queue_recipient r WHERE r.lane = one.lane AND r.destination > one.destination) FROM one WHERE destination IS NOT NULL)
            SELECT destination FROM one WHERE destination IS NOT NULL
            """).Bind(lane.Domain.Value).Bind(lane.Channel);
        var destinations = new List<string>();
        while (find.Step())
            destinations.Add(find.Text(0));
        return destinations;
    }

    /// <summary>Counts only what the site's postmaster was not told of.</summary>
    public static LaneContents Contents(Connection database, (EntryId Domain, string Channel) lane)
    {
        using Statement find = database.Use("""
            SELECT count(m.id), coalesce(max(m.id), 0), coalesce(max(l.told), 0) FROM lane l JOIN queue_message m ON m.lane = l.id AND m.id > l.told WHERE l.domain = ? AND l.channel = ?
            """).Bind(lane.Domain.Value).Bind(lane.Channel);
        find.Step();
        return new(find.Long(0), new(find.Long(1)), new(find.Long(2)));
    }

    public static IReadOnlyList<QueueRow> List(Connection database, QueueFilter filter, QueueId? after, int limit) =>
        [.. Find(database, filter, after?.Value ?? 0, limit).Select(message => Read(database, message, DateTimeOffset.MaxValue))];

    /// <summary>Ids of matching messages after that one, in order of arrival. Lanes are walked by their index, so that one domain's page costs what that domain has.</summary>
    public static List<long> Find(Connection database, QueueFilter filter, long after, int limit)
    {
        var search = new QueueSearch(filter);
        if (filter.Domain is null && filter.Channel is null)
            return search.Messages(database, null, after, limit);
        IEnumerable<long> found = LanesOf(database, filter).SelectMany(lane => search.Messages(database, lane, after, limit));
        return [.. found.Order().Take(limit)];
    }

    /// <summary>Number of the message that came last; 0: the queue is empty.</summary>
    public static long Newest(Connection database) => database.Ask("SELECT max(id) FROM queue_message");

    public static IReadOnlyList<QueueLaneStatistics> Statistics(Connection database, DateTimeOffset now) => [.. Lanes(database).Select(lane => Statistics(database, lane, now))];

    /// <summary>The row with those of its recipients that are still to be attempted; null: none is, the row has gone or is kept here by an administrator meanwhile.</summary>
    public static QueueRow? StillDue(Connection database, QueueRow row)
    {
        using Statement find = database.Use("SELECT id FROM queue_recipient WHERE message = ? AND stopped IS NULL").Bind(row.Id.Value);
        var left = new HashSet<long>();
        while (find.Step())
            left.Add(find.Long(0));
        QueueRecipientRow[] due = [.. row.Recipients.Where(recipient => left.Contains(recipient.Id.Value))];
        return due.Length == row.Recipients.Count ? row : due.Length == 0 ? null : row with { Recipients = due };
    }

    private static List<long> LanesOf(Connection database, QueueFilter filter)
    {
        using Statement find = database.Use("SELECT id FROM lane WHERE (?1 IS NULL OR domain = ?1) AND (?2 IS NULL OR channel = ?2) AND recipients > 0").Bind(filter.Domain?.Value).Bind(filter.Channel);
        var lanes = new List<long>();
        while (find.Step())
            lanes.Add(find.Long(0));
        return lanes;
    }

    private static QueueLaneStatistics Statistics(Connection database, QueueLane lane, DateTimeOffset now)
    {
        using Statement count = database.Use("""
            SELECT (SELECT count(*) FROM queue_message m WHERE m.lane = l.id), (SELECT count(*) FROM queue_recipient r WHERE r.lane = l.id AND r.next_attempt <= ?),
                (SELECT count(*) FROM queue_recipient r WHERE r.lane = l.id AND r.stopped IS NOT NULL), (SELECT m.arrived FROM queue_message m WHERE m.lane = l.id ORDER BY m.id LIMIT 1)
            FROM lane l WHERE l.domain = ? AND l.channel = ?
            """).Bind(now).Bind(lane.Domain.Value).Bind(lane.Channel);
        count.Step();
        return new(lane, count.Int(0), count.Int(1), count.Int(2), count.Time(3));
    }

    /// <summary>A message with its recipients due by then.</summary>
    public static QueueRow Read(Connection database, long message, DateTimeOffset dueBy)
    {
        using Statement row = database.Use("""
            SELECT m.id, m.acceptance, l.domain, l.channel, m.destination, m.owner, m.host_name, m.v4, m.v6, m.sender, m.envelope_id, m.return_content, m.body, m.utf8,
                m.arrived, m.first_attempt, m.expires, r.octets, r.prefix, l.held_total - m.held_before, l.held_since,
                m.require_tls, m.not_before, m.deliver_by, m.by_flags, m.priority, r.replaces
            FROM queue_message m JOIN lane l ON l.id = m.lane JOIN rendition r ON r.id = m.rendition WHERE m.id = ?
            """).Bind(message);
        row.Step();
        IReadOnlyList<QueueRecipientRow> rows = Recipients(database, message, dueBy);
        (TimeSpan held, DateTimeOffset? since) = (TimeSpan.FromMilliseconds(row.Long(19)), TimeOrNull(row, 20));
        var queued = new QueuedMessage
        {
            Domain = new(row.Guid(2)),
            Channel = row.Text(3),
            Destination = row.Text(4),
            Identity = new(row.IsNull(5) ? null : new EntryId(row.Guid(5)), row.Text(6), Address(row, 7), Address(row, 8)),
            Sender = row.TextOrNull(9) is { } sender ? MailAddress.Parse(sender) : null,
            EnvelopeId = row.TextOrNull(10),
            Return = row.IsNull(11) ? null : (ReturnContent)row.Int(11),
            Body = (BodyType)row.Int(12),
            Utf8 = row.Bool(13),
            Wishes = Wishes(row, 21),
            NextAttempt = row.Time(15),
            Expires = row.Time(16) + (since is null ? held : TimeSpan.Zero),
            Prefix = row.Blob(18).ToArray(),
            Replaces = row.Int(26),
            Recipients = [.. rows.Select(static recipient => recipient.Recipient)],
        };
        return new(new(row.Long(0)), new(row.Long(1)), queued, row.Long(17), row.Time(14), rows) { Held = held, HeldSince = since };
    }

    private static DeliveryWishes Wishes(Statement row, int column) => new()
    {
        RequireTls = row.Bool(column),
        NotBefore = TimeOrNull(row, column + 1),
        By = TimeOrNull(row, column + 2) is { } deadline ? new(deadline, (row.Int(column + 3) & 1) != 0, (row.Int(column + 3) & 2) != 0) : null,
        Priority = row.IsNull(column + 4) ? null : row.Int(column + 4),
    };

    private static List<QueueRecipientRow> Recipients(Connection database, long message, DateTimeOffset dueBy)
    {
        using Statement row = database.Use("""
            SELECT id, given, final, notify, original, wait_reason, attempts, next_attempt, last_reason, delay_warned, stopped, last_stage
            FROM queue_recipient WHERE message = ? AND next_attempt <= ? ORDER BY id
            """).Bind(message).Bind(dueBy);
        var recipients = new List<QueueRecipientRow>();
        while (row.Step())
        {
            var recipient = new QueuedRecipient(MailAddress.Parse(row.Text(1)), MailAddress.Parse(row.Text(2)), (Notify)row.Int(3), row.TextOrNull(4)) { Reason = row.TextOrNull(5) };
            recipients.Add(new(new(row.Long(0)), recipient, row.Int(6), row.Time(7), row.TextOrNull(8), row.Bool(9)) { Stopped = TimeOrNull(row, 10), LastStage = (Stage)row.Int(11) });
        }
        return recipients;
    }

    private static DateTimeOffset? TimeOrNull(Statement row, int column) => row.IsNull(column) ? null : row.Time(column);

    private static IPAddress? Address(Statement row, int column) => row.IsNull(column) ? null : new IPAddress(row.Blob(column));
}
