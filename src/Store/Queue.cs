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

    /// <summary>Makes matching waiting recipients due now; returns how many.</summary>
    public Task<int> FlushAsync(QueueFilter filter, DateTimeOffset now, CancellationToken cancellationToken) =>
        _writer.RunAsync(scope => Flush(scope, filter, now), cancellationToken);

    /// <summary>The message's octets as they shall leave (prefix and content). <exception cref="IOException">when it has left the queue.</exception></summary>
    public Task<MessageContent> OpenAsync(QueueId message, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => ContentReads.Open(database, _folder, message), cancellationToken);

    /// <summary>Called after each commit that added rows or made rows due; quick and never blocking. The scheduler hangs its wake-up here.</summary>
    public event Action? RowsAdded
    {
        add => _feed.RowsAdded += value;
        remove => _feed.RowsAdded -= value;
    }

    private static int Flush(WriteScope scope, QueueFilter filter, DateTimeOffset now)
    {
        using Statement update = QueueReads.BindFilter(scope.Database.Use($"""
            UPDATE queue_recipient SET next_attempt = ?5 WHERE next_attempt > ?5
            AND message IN (SELECT m.id FROM queue_message m JOIN lane l ON l.id = m.lane WHERE {QueueReads.Filter})
            """), filter).Bind(now);
        int rows = update.Run();
        if (rows > 0)
            scope.RowsAdded();
        return rows;
    }
}
