using System.Collections.Immutable;
using DirMail.Mail;

namespace DirMail.Store;

/// <summary>
/// Mailboxes and their entries. Names are UTF-8, levels separated by '/', INBOX without case (RFC 9051 5.1). Every write is durable when its task ends,
/// and raises the mailbox's MODSEQ; changes are published after the commit.
/// </summary>
public sealed class Mailboxes
{
    /// <summary>All mailboxes of the account, INBOX first (made when missing), the rest by name.</summary>
    public Task<IReadOnlyList<Mailbox>> ListAsync(EntryId account, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<Mailbox?> FindAsync(EntryId account, string name, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<MailboxStatus?> StatusAsync(MailboxId mailbox, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>All entries, by UID. Null when the mailbox is gone.</summary>
    public Task<MailboxView?> OpenAsync(MailboxId mailbox, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>What changed after <paramref name="since"/>: new and changed entries, UIDs expunged since. Null when the mailbox is gone.</summary>
    public Task<MailboxChanges?> ChangesAsync(MailboxId mailbox, ModSeq since, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Missing parents are made too.</summary>
    public Task<MailboxResult> CreateAsync(EntryId account, string name, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Refused for INBOX; a mailbox with children stays as a name only (\Noselect), RFC 9051 6.3.5.</summary>
    public Task<MailboxResult> DeleteAsync(EntryId account, string name, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Children are renamed along; renaming INBOX moves its messages (RFC 9051 6.3.6).</summary>
    public Task<MailboxResult> RenameAsync(EntryId account, string from, string to, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<MailboxResult> SubscribeAsync(EntryId account, string name, bool subscribed, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Takes the content, whatever the result.</summary>
    public Task<AppendResult> AppendAsync(MailboxId mailbox, Content content, MessageFlags flags, DateTimeOffset internalDate, Quota quota, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>All or nothing; the new entries share the stored content. UIDs that are gone are left out.</summary>
    public Task<CopyResult> CopyAsync(MailboxId from, IReadOnlyList<Uid> uids, MailboxId to, Quota quota, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Returns the changed entries as they are now.</summary>
    public Task<IReadOnlyList<MailboxEntry>> StoreFlagsAsync(MailboxId mailbox, IReadOnlyList<Uid> uids, FlagChange change, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Removes entries with \Deleted (only those among <paramref name="uids"/> when given) and returns their UIDs.</summary>
    public Task<IReadOnlyList<Uid>> ExpungeAsync(MailboxId mailbox, IReadOnlyList<Uid>? uids, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Removes exactly these, whatever their flags (POP3 QUIT).</summary>
    public Task<IReadOnlyList<Uid>> RemoveAsync(MailboxId mailbox, IReadOnlyList<Uid> uids, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<MessageContent> ReadAsync(RenditionId rendition, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Calls <paramref name="wake"/> after each commit that changed the mailbox: a wake-up only, read <see cref="ChangesAsync"/> then. Dispose to end.</summary>
    public IDisposable Watch(MailboxId mailbox, Action wake) => throw new NotImplementedException();
}

public sealed record Mailbox(MailboxId Id, string Name, uint UidValidity)
{
    public bool Subscribed { get; init; }
    public bool NoSelect { get; init; }
    public bool HasChildren { get; init; }

    /// <summary>As in RFC 6154, with the backslash; null for none.</summary>
    public string? SpecialUse { get; init; }
}

public sealed record MailboxStatus(uint UidValidity, Uid UidNext, ModSeq HighestModSeq, int Messages, int Unseen, int Deleted, long Octets);

public sealed record MailboxView(Mailbox Mailbox, MailboxStatus Status, IReadOnlyList<MailboxEntry> Entries);

public sealed record MailboxChanges(MailboxStatus Status, IReadOnlyList<MailboxEntry> Changed, IReadOnlyList<Uid> Expunged);

/// <param name="Octets">Size of the rendition: RFC822.SIZE.</param>
/// <param name="InternalDate">UTC.</param>
public sealed record MailboxEntry(Uid Uid, RenditionId Rendition, MessageFlags Flags, DateTimeOffset InternalDate, ModSeq ModSeq, long Octets);

/// <summary>System flags and keywords of one entry (RFC 9051 2.3.2). Keywords keep the case they were first given in and compare without it.</summary>
public readonly record struct MessageFlags(SystemFlags System, ImmutableArray<string> Keywords)
{
    public static MessageFlags None { get; } = new(SystemFlags.None, []);
}

[Flags]
public enum SystemFlags
{
    None = 0,
    Seen = 1,
    Answered = 2,
    Flagged = 4,
    Deleted = 8,
    Draft = 16,
}

public sealed record FlagChange(FlagChangeKind Kind, MessageFlags Flags);

public enum FlagChangeKind
{
    Replace,
    Add,
    Remove,
}

public enum MailboxResult
{
    Done,
    AlreadyExists,
    NotFound,
    NotAllowed,
    BadName,
    StoreUnavailable,
}

public abstract record AppendResult
{
    private AppendResult() { }
    public sealed record Appended(uint UidValidity, Uid Uid) : AppendResult;
    public sealed record OverQuota : AppendResult;
    public sealed record MailboxGone : AppendResult;
    public sealed record StoreUnavailable : AppendResult;
}

public abstract record CopyResult
{
    private CopyResult() { }

    /// <summary>The two lists match one to one.</summary>
    public sealed record Copied(uint UidValidity, IReadOnlyList<Uid> From, IReadOnlyList<Uid> To) : CopyResult;
    public sealed record OverQuota : CopyResult;
    public sealed record MailboxGone : CopyResult;
    public sealed record StoreUnavailable : CopyResult;
}
