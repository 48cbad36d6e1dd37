using DirMail.Mail;
using DirMail.Store.Changes;
using DirMail.Store.Contents;
using DirMail.Store.Reading;
using DirMail.Store.Sqlite;
using DirMail.Store.Writing;

namespace DirMail.Store;

/// <summary>Reads of the durable queue, and the operator's changes to it. Writes that follow an attempt go through <see cref="MessageStore.CompleteAsync"/>.</summary>
public sealed class Queue
{
    /// <summary>Messages changed in one job: a large queue is flushed without holding up new mail.</summary>
    private const int Slice = 200;

    private readonly Readers _readers;
    private readonly Writer _writer;
    private readonly ContentFolder _folder;
    private readonly ChangeFeed _feed;

    internal Queue(Readers readers, Writer writer, ContentFolder folder, ChangeFeed feed) => (_readers, _writer, _folder, _feed) = (readers, writer, folder, feed);

    /// <summary>Every (domain, channel) with rows, its counts and its earliest attempt.</summary>
    public Task<IReadOnlyList<QueueLane>> LanesAsync(CancellationToken cancellationToken) => _readers.RunAsync(QueueReads.Lanes, cancellationToken);

    /// <summary>Up to <paramref name="limit"/> messages of a lane with a recipient due by <paramref name="dueBy"/>, earliest first, each with all its due recipients.</summary>
    public Task<IReadOnlyList<QueueRow>> LoadAsync(EntryId domain, string channel, DateTimeOffset dueBy, int limit, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => QueueReads.Load(database, (domain, channel), dueBy, limit), cancellationToken);

    /// <summary>A page of the queue in order of arrival, after <paramref name="after"/>; null filters match all.</summary>
    public Task<IReadOnlyList<QueueRow>> ListAsync(QueueFilter filter, QueueId? after, int limit, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => QueueReads.List(database, filter, after, limit), cancellationToken);

    /// <summary>Makes matching waiting recipients due now, but for mail that its sender wants later; returns how many.</summary>
    public async Task<int> FlushAsync(QueueFilter filter, DateTimeOffset now, CancellationToken cancellationToken)
    {
        int flushed = 0;
        for (long after = 0; after >= 0;)
        {
            (int rows, after) = await _writer.RunAsync(scope => Flush(scope, filter, now, after), cancellationToken).ConfigureAwait(false);
            flushed += rows;
        }
        return flushed;
    }

    /// <summary>The lane's mail may not leave now: from here on its time to expire stands still. A lane that is held already stays as it is.</summary>
    public Task HoldAsync(EntryId domain, string channel, DateTimeOffset now, CancellationToken cancellationToken) =>
        _writer.RunAsync(scope => Change(scope, "UPDATE lane SET held_since = ?1 WHERE domain = ?2 AND channel = ?3 AND held_since IS NULL", now, (domain, channel)), cancellationToken);

    /// <summary>The lane's mail may leave again: what it was kept is added to the time it has, and all of it is due now.</summary>
    public async Task ResumeAsync(EntryId domain, string channel, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await FlushAsync(new QueueFilter(domain, channel), now, cancellationToken).ConfigureAwait(false);
        await _writer.RunAsync(scope => Change(scope, """
            UPDATE lane SET held_total = held_total + max(?1 - held_since, 0), held_since = NULL WHERE domain = ?2 AND channel = ?3 AND held_since IS NOT NULL
            """, now, (domain, channel)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Up to <paramref name="limit"/> messages of a held lane that holds have kept for <paramref name="time"/> by now, with all their recipients.</summary>
    public Task<IReadOnlyList<QueueRow>> HeldForAsync(QueueLane lane, TimeSpan time, DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => QueueReads.HeldFor(database, (lane.Domain, lane.Channel), time, now, limit), cancellationToken);

    /// <summary>The final addresses that a lane has mail for.</summary>
    public Task<IReadOnlyList<MailAddress>> FinalsAsync(EntryId domain, string channel, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => QueueReads.Finals(database, (domain, channel)), cancellationToken);

    /// <summary>How much lies in a lane that the site's postmaster was not told of.</summary>
    public Task<LaneContents> ContentsAsync(EntryId domain, string channel, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => QueueReads.Contents(database, (domain, channel)), cancellationToken);

    /// <summary>The message's octets as they shall leave (prefix and content). <exception cref="IOException">when it has left the queue.</exception></summary>
    public Task<MessageContent> OpenAsync(QueueId message, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => ContentReads.Open(database, _folder, message), cancellationToken);

    /// <summary>Called after each commit that added rows or made rows due; quick and never blocking. The scheduler hangs its wake-up here.</summary>
    public event Action? RowsAdded
    {
        add => _feed.RowsAdded += value;
        remove => _feed.RowsAdded -= value;
    }

    private static int Change(WriteScope scope, string sql, DateTimeOffset now, (EntryId Domain, string Channel) lane)
    {
        using Statement update = scope.Database.Use(sql).Bind(now).Bind(lane.Domain.Value).Bind(lane.Channel);
        return update.Run();
    }

    /// <summary>One slice of messages in order of arrival; returns the recipients made due and where the next slice begins, -1 after the last.</summary>
    private static (int Rows, long Next) Flush(WriteScope scope, QueueFilter filter, DateTimeOffset now, long after)
    {
        List<long> messages = QueueReads.Find(scope.Database, filter, after, Slice);
        int rows = 0;
        foreach (long message in messages)
        {
            using Statement update = scope.Database.Use("""
                UPDATE queue_recipient SET next_attempt = ?1 WHERE message = ?2 AND next_attempt > ?1 AND (?3 IS NULL OR final = ?3)
                    AND NOT EXISTS (SELECT 1 FROM queue_message m WHERE m.id = ?2 AND m.not_before > ?1)
                """).Bind(now).Bind(message).Bind(filter.Final?.ToString());
            rows += update.Run();
        }
        if (rows > 0)
            scope.RowsAdded();
        return (rows, messages.Count == Slice ? messages[^1] : -1);
    }
}
