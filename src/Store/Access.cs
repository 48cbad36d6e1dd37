using DirMail.Mail;
using DirMail.Store.Reading;
using DirMail.Store.Sqlite;
using DirMail.Store.Writing;

namespace DirMail.Store;

/// <summary>Access lists of mailboxes, and mailboxes for those who do not own them. Who is asked for is given by entries: names and memberships are the directory's.</summary>
public sealed class Access
{
    private readonly Readers _readers;
    private readonly Writer _writer;

    internal Access(Readers readers, Writer writer) => (_readers, _writer) = (readers, writer);

    /// <summary>Mailboxes whose lists name one of the subjects, and those of the given owners; what may be done with each is for the caller to find out.</summary>
    public Task<IReadOnlyList<SharedMailbox>> ListAsync(IReadOnlyCollection<EntryId> subjects, IReadOnlyCollection<EntryId> owners, CancellationToken cancellationToken) =>
        _readers.RunShortAsync(database => SharedReads.Of(database, subjects, owners), cancellationToken);

    /// <summary>Never makes one.</summary>
    /// <param name="name">As the owner knows it.</param>
    public Task<SharedMailbox?> FindAsync(EntryId owner, string name, CancellationToken cancellationToken) =>
        MailboxName.TryNormalize(name, out string stored) ? _readers.RunShortAsync(database => SharedReads.Find(database, owner, stored), cancellationToken) : Task.FromResult<SharedMailbox?>(null);

    public Task<AccessList> ReadAsync(MailboxId mailbox, CancellationToken cancellationToken) => _readers.RunShortAsync(database => AccessRows.Read(database, mailbox), cancellationToken);

    /// <summary>Wakes those who watch the mailbox. <see cref="MailboxResult.NotAllowed"/>: too many are named.</summary>
    public async Task<MailboxResult> ChangeAsync(MailboxId mailbox, AccessChange change, CancellationToken cancellationToken)
    {
        try
        {
            return await _writer.RunAsync(scope => AccessRows.Change(scope, mailbox, change), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreFaultException)
        {
            return MailboxResult.StoreUnavailable;
        }
    }

    /// <summary>Names that the account has subscribed to, its own mailboxes' and others'.</summary>
    public Task<IReadOnlySet<string>> SubscriptionsAsync(EntryId account, CancellationToken cancellationToken) =>
        _readers.RunShortAsync(database => MailboxReads.Subscriptions(database, account), cancellationToken);
}
