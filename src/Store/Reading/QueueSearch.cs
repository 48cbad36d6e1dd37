using System.Text.Json;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Reading;

/// <summary>A filter as SQL: only what it asks for becomes a condition, so that each index can serve. Messages are m, recipients r; every value is bound.</summary>
internal sealed class QueueSearch
{
    private readonly List<string> _ofMessage = [], _ofRecipient = [];
    private readonly List<Action<Statement>> _messageValues = [], _recipientValues = [];

    public QueueSearch(QueueFilter filter)
    {
        if (filter.Destination is { } destination)
            OfMessage("m.destination = ?", value => value.Bind(destination));
        if (filter.Message is { } message)
            OfMessage("m.id = ?", value => value.Bind(message.Value));
        if (filter.Acceptance is { } acceptance)
            OfMessage("m.acceptance = ?", value => value.Bind(acceptance.Value));
        if (filter.Source is { } source)
            OfMessage("(m.v4 = ? OR m.v6 = ?)", value => value.Bind(source.GetAddressBytes()).Bind(source.GetAddressBytes()));
        if (filter.LastReason is { } reason)
            OfRecipient("instr(r.last_reason, ?) = 1", value => value.Bind(reason));
        if (filter.Final is { } final)
            OfRecipient("r.final = ?", value => value.Bind(final.ToString()));
        if (filter.IsStopped is { } stopped)
            OfRecipient(stopped ? "r.stopped IS NOT NULL" : "r.stopped IS NULL", static _ => { });
        if (filter.Addresses is { } addresses)
        {
            const string Listed = "COLLATE NOCASE IN (SELECT value FROM json_each(?))";
            string list = JsonSerializer.Serialize(addresses);
            OfRecipient($"(m.owner = ? OR m.sender {Listed} OR r.final {Listed} OR r.given {Listed})", value => value.Bind(filter.Owner?.Value).Bind(list).Bind(list).Bind(list));
        }
    }

    /// <summary>Ids of messages after that one with at least one matching recipient, in order of arrival.</summary>
    /// <param name="lane">Null: of all lanes.</param>
    public List<long> Messages(Connection database, long? lane, long after, int limit)
    {
        string ofLane = lane is null ? "" : "m.lane = ? AND ";
        string recipients = _ofRecipient.Count == 0 ? "" : $" AND EXISTS (SELECT 1 FROM queue_recipient r WHERE r.message = m.id AND {string.Join(" AND ", _ofRecipient)})";
        using Statement find = database.Use($"SELECT m.id FROM queue_message m WHERE {ofLane}m.id > ?{string.Concat(_ofMessage.Select(static one => " AND " + one))}{recipients} ORDER BY m.id LIMIT ?");
        if (lane is { } one)
            find.Bind(one);
        find.Bind(after);
        BindTo(find);
        return Ids(find.Bind(limit));
    }

    /// <summary>Ids of a message's matching recipients.</summary>
    public List<long> Recipients(Connection database, long message)
    {
        using Statement find = database.Use($"""
            SELECT r.id FROM queue_message m JOIN queue_recipient r ON r.message = m.id WHERE m.id = ?{string.Concat(_ofMessage.Concat(_ofRecipient).Select(static one => " AND " + one))} ORDER BY r.id
            """).Bind(message);
        BindTo(find);
        return Ids(find);
    }

    private static List<long> Ids(Statement find)
    {
        var ids = new List<long>();
        while (find.Step())
            ids.Add(find.Long(0));
        return ids;
    }

    private void BindTo(Statement statement)
    {
        foreach (Action<Statement> bind in _messageValues.Concat(_recipientValues))
            bind(statement);
    }

    private void OfMessage(string condition, Action<Statement> bind)
    {
        _ofMessage.Add(condition);
        _messageValues.Add(bind);
    }

    private void OfRecipient(string condition, Action<Statement> bind)
    {
        _ofRecipient.Add(condition);
        _recipientValues.Add(bind);
    }
}
