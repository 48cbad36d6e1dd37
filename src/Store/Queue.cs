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
    private readonly AtHand _atHand;

    internal Queue(StoreParts parts) => (_readers, _writer, _folder, _feed, _atHand) = (parts.Readers, parts.Writer, parts.Folder, parts.Feed, parts.AtHand);

    /// <summary>Every (domain, channel) with rows, its counts and its earliest attempt.</summary>
    public Task<IReadOnlyList<QueueLane>> LanesAsync(CancellationToken cancellationToken) => _readers.RunAsync(static database => QueueReads.Lanes(database), cancellationToken);

    /// <summary>Those of one domain.</summary>
    public Task<IReadOnlyList<QueueLane>> LanesAsync(EntryId domain, CancellationToken cancellationToken) => _readers.RunAsync(database => QueueReads.Lanes(database, domain), cancellationToken);

    /// <summary>Null: that lane is empty.</summary>
    public Task<QueueLane?> FindLaneAsync(LaneKey lane, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => QueueReads.Lanes(database, lane.Domain, lane.Channel).SingleOrDefault(), cancellationToken);

    /// <summary>Messages of a lane that are due. A search that has to look at very many ends early (<see cref="DueRows.IsAll"/>): go on behind <see cref="DueRows.At"/>.</summary>
    public Task<DueRows> LoadAsync(LaneKey lane, DueSearch search, CancellationToken cancellationToken) => _readers.RunAsync(database => DueReads.Search(database, lane, search), cancellationToken);

    /// <summary>A page of the queue in order of arrival, after <paramref name="after"/>; null filters match all.</summary>
    public Task<IReadOnlyList<QueueRow>> ListAsync(QueueFilter filter, QueueId? after, int limit, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => QueueReads.List(database, filter, after, limit), cancellationToken);

    /// <summary>Changes matching waiting recipients, a slice a commit; returns how many.</summary>
    public async Task<int> ChangeAsync(QueueFilter filter, QueueChange change, DateTimeOffset now, CancellationToken cancellationToken)
    {
        int changed = 0;
        bool isLast = false;
        for (long after = 0; !isLast;)
        {
            // found by a reader: the writer is not kept from new mail while a large queue is looked through
            (List<long> slice, long newest) = await _readers.RunAsync(database => (QueueReads.Find(database, filter, after, Slice), QueueReads.Newest(database)), cancellationToken).ConfigureAwait(false);
            isLast = slice.Count < Slice;
            after = isLast ? newest : slice[^1];
            changed += await _writer.RunAsync(scope => Change(scope, new(scope, filter, change, now), slice, isLast ? newest : null), cancellationToken).ConfigureAwait(false);
        }
        return changed;

        // what came since the last look is in the last commit: nothing slips through that takes its time from what is changed here
        int Change(WriteScope scope, Changing changing, List<long> slice, long? since) =>
            changing.Run(since is { } id ? [.. slice, .. QueueReads.Find(scope.Database, filter, id, int.MaxValue)] : slice);
    }

    /// <summary>Every queue in numbers.</summary>
    public Task<IReadOnlyList<QueueLaneStatistics>> StatisticsAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => QueueReads.Statistics(database, now), cancellationToken);

    /// <summary>The lane's mail may not leave now: from here on its time to expire stands still. A lane that is held already stays as it is.</summary>
    public Task HoldAsync(EntryId domain, string channel, DateTimeOffset now, CancellationToken cancellationToken) =>
        _writer.RunAsync(scope => Change(scope, "UPDATE lane SET held_since = ?1 WHERE domain = ?2 AND channel = ?3 AND held_since IS NULL", now, (domain, channel)), cancellationToken);

    /// <summary>The lane's mail may leave again: what it was kept is added to the time it has, and all of it is due now.</summary>
    public async Task ResumeAsync(EntryId domain, string channel, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await ChangeAsync(new QueueFilter(domain, channel), new QueueChange.Flush(), now, cancellationToken).ConfigureAwait(false);
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

    /// <summary>The destinations that a lane has mail for.</summary>
    public Task<IReadOnlyList<string>> DestinationsAsync(EntryId domain, string channel, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => QueueReads.Destinations(database, (domain, channel)), cancellationToken);

    /// <summary>How much lies in a lane that the site's postmaster was not told of.</summary>
    public Task<LaneContents> ContentsAsync(EntryId domain, string channel, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => QueueReads.Contents(database, (domain, channel)), cancellationToken);

    /// <summary>The message's octets as they shall leave (prefix and content). <exception cref="IOException">when it has left the queue.</exception></summary>
    public Task<MessageContent> OpenAsync(QueueId message, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => ContentReads.Open(database, _folder, message), cancellationToken);

    /// <summary>
    /// For an attempt: the row with those recipients that are still waiting for one, and the octets. Null: they have gone, or are kept here, since the row was loaded.
    /// The first attempt of what was just accepted reads nothing.
    /// </summary>
    public Task<(QueueRow Row, MessageContent Content)?> OpenDueAsync(QueueRow row, CancellationToken cancellationToken) => _atHand.Take(row.Id) is { } content
        ? Task.FromResult<(QueueRow, MessageContent)?>((row, content))
        : _readers.RunAsync<(QueueRow, MessageContent)?>(database => QueueReads.StillDue(database, row) is { } due ? (due, ContentReads.Open(database, _folder, row.Id)) : null, cancellationToken);

    /// <summary>Called after each commit that added rows, put them off or made them due; quick and never blocking. The scheduler listens here.</summary>
    public event Action<QueueNews>? Changed
    {
        add => _feed.QueueChanged += value;
        remove => _feed.QueueChanged -= value;
    }

    private static int Change(WriteScope scope, string sql, DateTimeOffset now, (EntryId Domain, string Channel) lane)
    {
        using Statement update = scope.Database.Use(sql).Bind(now).Bind(lane.Domain.Value).Bind(lane.Channel);
        return update.Run();
    }
}
