using Microsoft.Extensions.Logging;

namespace DirMail.Store;

/// <summary>
/// The embedded message store: contents, mailboxes and queue in one database, written by one thread with group commit and full sync. Mail enters by two doors,
/// <see cref="CommitAsync"/> and <see cref="CompleteAsync"/>. Everything a task reports as done survives a power loss.
/// </summary>
public sealed class MessageStore : IAsyncDisposable
{
    /// <summary>Opens or makes the store. <exception cref="IOException">when the folder cannot be used or is in use; the message says what to do.</exception></summary>
    public static Task<MessageStore> OpenAsync(StoreSettings settings, TimeProvider clock, ILogger logger, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Mailboxes Mailboxes => throw new NotImplementedException();

    public Queue Queue => throw new NotImplementedException();

    public ContentWriter NewContent() => throw new NotImplementedException();

    /// <summary>Keeps a message: one commit, shared with whoever else is waiting. Returns after the sync; nothing is stored unless the result says so.</summary>
    public Task<CommitResult> CommitAsync(Acceptance acceptance, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Writes the end of an attempt. False when the store is failing: the rows are as before and the attempt counts as not made.</summary>
    public Task<bool> CompleteAsync(AttemptResult result, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<StoreStatistics> StatisticsAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Verifies every invariant of docs/reliability.md; an empty list is a sound store.</summary>
    public Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>Stored contents against references: <c>LogicalOctets</c> counts each entry's message, <c>StoredOctets</c> each content once.</summary>
public sealed record StoreStatistics(long Contents, long Entries, long QueueRecipients, long StoredOctets, long LogicalOctets, long Accounts);
