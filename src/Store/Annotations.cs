using DirMail.Mail;
using DirMail.Store.Reading;
using DirMail.Store.Sqlite;
using DirMail.Store.Writing;

namespace DirMail.Store;

/// <summary>What clients note of mailboxes and accounts (RFC 5464). Names compare without case; bounded in number and size. Writes are durable when their task ends.</summary>
public sealed class Annotations
{
    /// <summary>Octets of a value.</summary>
    public const int MostOctets = 32 * 1024;

    /// <summary>Of one mailbox, or of the account itself.</summary>
    public const int Most = 100;

    private readonly Readers _readers;
    private readonly Writer _writer;

    internal Annotations(Readers readers, Writer writer) => (_readers, _writer) = (readers, writer);

    /// <param name="mailbox">Null: the account's own.</param>
    public Task<IReadOnlyList<Annotation>> ListAsync(EntryId account, MailboxId? mailbox, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => AnnotationRows.List(database, account, mailbox), cancellationToken);

    /// <summary>All of the changes or none. That of <see cref="SpecialUses.Annotation"/> changes the mailbox's use, which only its owner may, and is not listed.</summary>
    public async Task<AnnotationResult> SetAsync(EntryId account, MailboxId? mailbox, IReadOnlyList<Annotation> changes, CancellationToken cancellationToken)
    {
        try
        {
            return await _writer.RunAsync(scope => AnnotationRows.Set(scope, account, mailbox, changes), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreFaultException)
        {
            return AnnotationResult.StoreUnavailable;
        }
    }
}

/// <param name="Name">As "/private/comment".</param>
/// <param name="Value">Null, in a change: it goes.</param>
public sealed record Annotation(string Name, string? Value);

public enum AnnotationResult
{
    Done,
    MailboxGone,
    TooMany,

    /// <summary>Not a use that the mailbox can have, or another one has it.</summary>
    UseNotPossible,
    StoreUnavailable,
}
