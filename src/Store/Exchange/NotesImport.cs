namespace DirMail.Store.Exchange;

/// <summary>Brings back what <see cref="AccountNotes"/> hold, around the import of the mail itself. What the account has already is kept, but for what the notes say otherwise.</summary>
/// <param name="problems">Gets what had to be left out.</param>
internal sealed class NotesImport(MessageStore store, ImportTarget target, AccountNotes notes, List<string> problems)
{
    private readonly List<string> _namesOnly = [];

    /// <summary>Before the mail: a special use is given to a mailbox when it is made.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        foreach (MailboxNotes mailbox in notes.Mailboxes)
            if (mailbox.NoSelect && await store.Mailboxes.FindAsync(target.Account, mailbox.Name, cancellationToken).ConfigureAwait(false) is null)
                _namesOnly.Add(mailbox.Name);
        foreach (MailboxNotes mailbox in notes.Mailboxes.Where(static mailbox => !mailbox.NoSelect))
            await MakeAsync(mailbox, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>After it.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        foreach (MailboxNotes mailbox in notes.Mailboxes.Where(static mailbox => !mailbox.NoSelect))
            if (await store.Mailboxes.FindAsync(target.Account, mailbox.Name, cancellationToken).ConfigureAwait(false) is { } found)
            {
                await ShareAsync(found, mailbox.Access, cancellationToken).ConfigureAwait(false);
                await AnnotateAsync(found, mailbox.Annotations, cancellationToken).ConfigureAwait(false);
            }
        // made as a parent; deleted, it stays as a name
        foreach (string name in _namesOnly)
            await store.Mailboxes.DeleteAsync(target.Account, name, cancellationToken).ConfigureAwait(false);
        await AnnotateAsync(null, notes.Annotations, cancellationToken).ConfigureAwait(false);
        foreach (string name in notes.Subscriptions)
            Check(await store.Mailboxes.SubscribeAsync(target.Account, name, subscribed: true, cancellationToken).ConfigureAwait(false), $"the subscription to {name}");
    }

    private async Task MakeAsync(MailboxNotes mailbox, CancellationToken cancellationToken)
    {
        string? use = mailbox.SpecialUse is { } given && SpecialUses.Known.Contains(given) ? given : null;
        MailboxResult result = await store.Mailboxes.CreateAsync(target.Account, mailbox.Name, use, cancellationToken).ConfigureAwait(false);
        bool isWithoutUse = use != mailbox.SpecialUse || result == MailboxResult.UseTaken;
        if (result == MailboxResult.UseTaken)
            result = await store.Mailboxes.CreateAsync(target.Account, mailbox.Name, cancellationToken).ConfigureAwait(false);
        if (isWithoutUse && result == MailboxResult.Done)
            problems.Add($"{mailbox.Name}: without the special use {mailbox.SpecialUse}, which it cannot have, or another mailbox has");
        if (result != MailboxResult.AlreadyExists)
            Check(result, $"the mailbox {mailbox.Name}");
    }

    private async Task ShareAsync(Mailbox mailbox, IReadOnlyList<AccessNote> access, CancellationToken cancellationToken)
    {
        foreach (AccessNote note in access)
        {
            if ((note.Entry is { } entry ? target.SubjectOf(new(entry), note.Name) : target.Account) is not { } subject)
            {
                problems.Add($"{mailbox.Name}: without the rights of {note.Name ?? note.Entry.ToString()}, who is not in the directory");
                continue;
            }
            await ChangeAsync(mailbox, new(subject, FlagChangeKind.Replace, note.Granted & Rights.All, IsDenial: false, Rights.None), cancellationToken).ConfigureAwait(false);
            if (note.Denied != Rights.None)
                await ChangeAsync(mailbox, new(subject, FlagChangeKind.Replace, note.Denied & Rights.All, IsDenial: true, Rights.None), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ChangeAsync(Mailbox mailbox, AccessChange change, CancellationToken cancellationToken) =>
        Check(await store.Access.ChangeAsync(mailbox.Id, change, cancellationToken).ConfigureAwait(false), $"the access list of {mailbox.Name}");

    private async Task AnnotateAsync(Mailbox? mailbox, IReadOnlyList<Annotation> annotations, CancellationToken cancellationToken)
    {
        if (annotations.Count > 0 && await store.Annotations.SetAsync(target.Account, mailbox?.Id, annotations, cancellationToken).ConfigureAwait(false) is not AnnotationResult.Done and var result)
            problems.Add($"{mailbox?.Name ?? "the account"}: annotations are left out ({result})");
    }

    private void Check(MailboxResult result, string what)
    {
        if (result == MailboxResult.StoreUnavailable)
            throw new IOException("the store does not take it: is the disk full?");
        if (result != MailboxResult.Done)
            problems.Add($"{what} is left out ({result})");
    }
}
