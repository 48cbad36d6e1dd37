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

    /// <summary>Makes matching waiting recipients due now; returns how many.</summary>
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

    /// <summary>The message's octets as they shall leave (prefix and content). <exception cref="IOException">when it has left the queue.</exception></summary>
    public Task<MessageContent> OpenAsync(QueueId message, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => ContentReads.Open(database, _folder, message), cancellationToken);

    /// <summary>Called after each commit that added rows or made rows due; quick and never blocking. The scheduler hangs its wake-up here.</summary>
    public event Action? RowsAdded
    {
        add => _feed.RowsAdded += value;
        remove => _feed.RowsAdded -= value;
    }

    /// <summary>One slice of messages in order of arrival; returns the recipients made due and where the next slice begins, -1 after the last.</summary>
    private static (int Rows, long Next) Flush(WriteScope scope, QueueFilter filter, DateTimeOffset now, long after)
    {
        List<long> messages = QueueReads.Find(scope.Database, filter, after, Slice);
        int rows = 0;
        foreach (long message in messages)
        {
            using Statement update = scope.Database.Use("UPDATE queue_recipient SET next_attempt = ?1 WHERE message = ?2 AND next_attempt > ?1").Bind(now).Bind(message);
            rows += update.Run();
        }
        if (rows > 0)
            scope.RowsAdded();
        return (rows, messages.Count == Slice ? messages[^1] : -1);
    }
}
