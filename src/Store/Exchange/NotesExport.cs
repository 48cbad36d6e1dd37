using DirMail.Mail;

namespace DirMail.Store.Exchange;

/// <summary>Gathers an account's <see cref="AccountNotes"/>.</summary>
/// <param name="nameOf">What somebody is called in access lists; null: not known.</param>
internal sealed class NotesExport(MessageStore store, Func<EntryId, string?> nameOf)
{
    public async Task<AccountNotes> GatherAsync(EntryId account, IReadOnlyList<Mailbox> mailboxes, CancellationToken cancellationToken)
    {
        var notes = new List<MailboxNotes>(mailboxes.Count);
        foreach (Mailbox mailbox in mailboxes)
            notes.Add(new(mailbox.Name)
            {
                NoSelect = mailbox.NoSelect,
                SpecialUse = mailbox.SpecialUse,
                Access = mailbox.IsShared ? [.. (await store.Access.ReadAsync(mailbox.Id, cancellationToken).ConfigureAwait(false)).Entries.Select(entry => Of(entry, account))] : [],
                Annotations = await store.Annotations.ListAsync(account, mailbox.Id, cancellationToken).ConfigureAwait(false),
            });
        return new()
        {
            Subscriptions = [.. (await store.Access.SubscriptionsAsync(account, cancellationToken).ConfigureAwait(false)).Order(StringComparer.Ordinal)],
            Annotations = await store.Annotations.ListAsync(account, null, cancellationToken).ConfigureAwait(false),
            Mailboxes = notes,
        };
    }

    private AccessNote Of(AccessEntry entry, EntryId owner) => entry.Subject == owner
        ? new(Granted: entry.Granted, Denied: entry.Denied)
        : new(entry.Subject.Value, nameOf(entry.Subject), entry.Granted, entry.Denied);
}
