using DirMail.Mail;
using DirMail.Store.Checking;
using DirMail.Store.Copying;
using DirMail.Store.Reading;
using DirMail.Store.Searching;
using DirMail.Store.Sqlite;
using DirMail.Store.Writing;
using Microsoft.Extensions.Logging;

namespace DirMail.Store;

/// <summary>
/// The embedded message store: contents, mailboxes and queue in one database, written by one thread with group commit and full sync. Mail enters by two doors,
/// <see cref="CommitAsync"/> and <see cref="CompleteAsync"/>. Everything a task reports as done survives a power loss.
/// </summary>
public sealed class MessageStore : IAsyncDisposable
{
    private readonly StoreParts _parts;

    private MessageStore(StoreParts parts, TimeProvider clock)
    {
        _parts = parts;
        Mailboxes = new(parts);
        Queue = new(parts);
        Accounts = new(parts.Readers, parts.Writer);
        Annotations = new(parts.Readers, parts.Writer);
        Access = new(parts.Readers, parts.Writer);
        Memory = new(parts.Readers, parts.Writer, clock);
    }

    /// <summary>Opens or makes the store. <exception cref="IOException">when the folder cannot be used or is in use; the message says what to do.</exception></summary>
    public static Task<MessageStore> OpenAsync(StoreSettings settings, TimeProvider clock, ILogger logger, CancellationToken cancellationToken) =>
        Task.Run(() => new MessageStore(StoreParts.Open(settings, clock, logger), clock), cancellationToken);

    public Mailboxes Mailboxes { get; }

    public Queue Queue { get; }

    public Accounts Accounts { get; }

    public Annotations Annotations { get; }

    public Access Access { get; }

    public Memory Memory { get; }

    /// <summary>False after a commit failed, until one succeeds: then it is better to refuse mail before its octets are sent.</summary>
    public bool IsHealthy => _parts.Writer.IsHealthy;

    /// <param name="partition">Where its file shall lie, if it gets one; null, or a name that is not known: with the store. It stays there, whoever gets the message later.</param>
    public ContentWriter NewContent(string? partition = null) =>
        new(_parts.Folder, _parts.NextId, _parts.Settings.InlineOctets, _parts.Logger) { Partition = partition is not null && _parts.Folder.HasPartition(partition) ? partition : null };

    /// <summary>Keeps a message: one commit, shared with whoever else is waiting. Returns after the sync; nothing is stored unless the result says so.</summary>
    public async Task<CommitResult> CommitAsync(Acceptance acceptance, CancellationToken cancellationToken)
    {
        acceptance.Content.Take();
        bool kept = false;
        try
        {
            (CommitResult result, kept) = await _parts.Writer.RunAsync(scope => Accept(scope, acceptance), cancellationToken).ConfigureAwait(false);
            return result;
        }
        catch (StoreFaultException)
        {
            return new CommitResult.Refused(Responses.StoreUnavailable);
        }
        finally
        {
            acceptance.Content.End(kept);
        }
    }

    /// <summary>Writes the end of an attempt. False when the store is failing: the rows are as before and the attempt counts as not made.</summary>
    public async Task<bool> CompleteAsync(AttemptResult result, CancellationToken cancellationToken)
    {
        foreach (Acceptance created in result.Created)
            created.Content.Take();
        IReadOnlyCollection<Content> kept = [];
        try
        {
            kept = await _parts.Writer.RunAsync(scope => Complete(scope, result), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreFaultException)
        {
            return false;
        }
        finally
        {
            foreach (Acceptance created in result.Created)
                created.Content.End(kept.Contains(created.Content));
        }
    }

    /// <summary>One slice of a lane's end. Returns how many messages went: 0 when none is left; null when the store is failing and nothing changed.</summary>
    public async Task<int?> ClearAsync(LaneEnd end, CancellationToken cancellationToken)
    {
        end.Created?.Content.Take();
        bool kept = false;
        try
        {
            (int removed, kept) = await _parts.Writer.RunAsync(scope => new Clearing(scope, end).Run(), cancellationToken).ConfigureAwait(false);
            return removed;
        }
        catch (StoreFaultException)
        {
            return null;
        }
        finally
        {
            end.Created?.Content.End(kept);
        }
    }

    public Task<StoreStatistics> StatisticsAsync(CancellationToken cancellationToken) => _parts.Readers.RunAsync(Statistics.Read, cancellationToken);

    /// <summary>The same by domain; looks at every entry.</summary>
    public Task<IReadOnlyList<DomainStatistics>> DomainStatisticsAsync(CancellationToken cancellationToken) => _parts.Readers.RunAsync(Statistics.ByDomain, cancellationToken);

    /// <summary>How far the search index is.</summary>
    public Task<SearchIndexStatistics> SearchIndexStatisticsAsync(CancellationToken cancellationToken) => Inspection.StatisticsAsync(cancellationToken);

    /// <summary>Verifies every invariant of docs/reliability.md; an empty list is a sound store.</summary>
    public Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) => CheckAsync(null, cancellationToken);

    /// <inheritdoc cref="CheckAsync(CancellationToken)"/>
    public Task<IReadOnlyList<string>> CheckAsync(IProgress<StoreProgress>? progress, CancellationToken cancellationToken) =>
        new StoreCheck(_parts.Readers, _parts.Folder, _parts.Sweeper, progress) { Index = Inspection }.RunAsync(cancellationToken);

    /// <summary>Mends what can be mended and says what was done; what a check finds afterwards needs a backup. Nobody else may be using the store.</summary>
    public Task<IReadOnlyList<string>> RepairAsync(IProgress<StoreProgress>? progress, CancellationToken cancellationToken) => new Repair(_parts, progress).RunAsync(cancellationToken);

    /// <summary>Writes a copy of one moment of the store, while it is used. <exception cref="IOException">when the target is there already or cannot be written.</exception></summary>
    /// <param name="target">A folder to be made, or a file whose name ends in .tar.</param>
    public Task<BackupReport> BackupAsync(string target, IProgress<StoreProgress>? progress, CancellationToken cancellationToken) => new Backup(_parts, target, progress).RunAsync(cancellationToken);

    /// <summary>After a restore: every mailbox is a new one to its clients.</summary>
    internal Task RenewAsync(CancellationToken cancellationToken) => _parts.Writer.RunAsync(MailboxRows.Renew, cancellationToken);

    /// <summary>Removes at once what the background sweep would remove by now.</summary>
    internal Task SweepAsync(CancellationToken cancellationToken) => _parts.Sweeper.SweepAsync(cancellationToken);

    /// <summary>Ends when all that is stored by now has been indexed.</summary>
    internal Task IndexedAsync() => _parts.Search.CaughtUpAsync();

    /// <summary>Nothing is indexed until it is disposed.</summary>
    internal IDisposable? HoldIndexing() => _parts.Search.Hold();

    /// <summary>Writes what has been handed in, then closes.</summary>
    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    private IndexInspection Inspection => new(IndexDatabase.PathIn(_parts.Settings), _parts.Readers);

    private static (CommitResult Result, bool Kept) Accept(WriteScope scope, Acceptance acceptance)
    {
        var accepting = new Accepting(scope, acceptance);
        CommitResult result = accepting.Run();
        return (result, accepting.KeptContent);
    }

    private static IReadOnlyCollection<Content> Complete(WriteScope scope, AttemptResult result)
    {
        var delivering = new Delivering(scope, result);
        delivering.Run();
        return delivering.Kept;
    }
}

/// <summary>Stored contents against references: <c>LogicalOctets</c> counts each entry's message, <c>StoredOctets</c> each content once.</summary>
public sealed record StoreStatistics(long Contents, long Entries, long QueueRecipients, long StoredOctets, long LogicalOctets, long Accounts);

/// <summary>The part of one domain, with what it alone holds and what it shares.</summary>
/// <param name="Domain">Null: accounts whose domain is not known.</param>
/// <param name="Contents">Messages that its mailboxes refer to, each once; one that several domains have counts in each.</param>
public sealed record DomainStatistics(string? Domain, long Accounts, long Entries, long LogicalOctets, long Contents, long StoredOctets)
{
    /// <summary>How many times over its users see what is stored once; 0 when nothing is.</summary>
    public double Ratio => StoredOctets == 0 ? 0 : Math.Round((double)LogicalOctets / StoredOctets, 3);
}
