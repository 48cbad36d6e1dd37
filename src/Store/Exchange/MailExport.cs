using DirMail.Mail;
using DirMail.Store.Exchange;

namespace DirMail.Store;

/// <summary>Writes mailboxes out for other programs: a folder for each account, "uid@domain", with its mailboxes in it, and what those have no place for (<see cref="AccountNotes"/>). Reads only; mail goes on.</summary>
public sealed class MailExport(MessageStore store, string folder, MailFormat format)
{
    private const string Mbox = ".mbox";
    private readonly List<string> _problems = [];
    private int _mailboxes;
    private long _messages, _octets;

    public IProgress<StoreProgress>? Progress { get; init; }

    /// <summary>What somebody is called in access lists; null: not known. It stands beside the entry's id, for a directory in which the id is another one.</summary>
    public Func<EntryId, string?> NameOf { get; init; } = static _ => null;

    /// <exception cref="IOException">The folder cannot be written, or holds such an account already.</exception>
    public async Task<ExchangeReport> RunAsync(IReadOnlyList<StoredAccount> accounts, CancellationToken cancellationToken)
    {
        long total = accounts.Sum(static account => account.Messages);
        foreach (StoredAccount account in accounts)
            await AddAsync(account, total, cancellationToken).ConfigureAwait(false);
        return new(accounts.Count, _mailboxes, _messages, _octets, _problems);
    }

    private async Task AddAsync(StoredAccount account, long total, CancellationToken cancellationToken)
    {
        string name = account.Name ?? account.Entry.ToString(), into = Path.Combine(folder, FileNames.Escape(name));
        if (Path.Exists(into))
            throw new IOException($"{into} is there already: give another folder, or move it away");
        Directory.CreateDirectory(into, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        IReadOnlyList<Mailbox> mailboxes = await store.Mailboxes.ListAsync(account.Entry, cancellationToken).ConfigureAwait(false);
        foreach (Mailbox mailbox in mailboxes)
        {
            if (await store.Mailboxes.OpenAsync(mailbox.Id, cancellationToken).ConfigureAwait(false) is not { } view)
                continue;
            if (TryCreate(into, mailbox.Name) is not { } created)
                continue;
            _mailboxes++;
            await using IMailFolder to = created;
            foreach (MailboxEntry entry in view.Entries)
            {
                await AddAsync(to, entry, $"{name} {mailbox.Name} UID {entry.Uid}", cancellationToken).ConfigureAwait(false);
                Progress?.Report(new("messages", _messages + _problems.Count, total));
            }
        }
        AccountNotes notes = await new NotesExport(store, NameOf).GatherAsync(account.Entry, mailboxes, cancellationToken).ConfigureAwait(false);
        await notes.WriteAsync(into, cancellationToken).ConfigureAwait(false);
    }

    private async Task AddAsync(IMailFolder to, MailboxEntry entry, string which, CancellationToken cancellationToken)
    {
        MessageContent content;
        try
        {
            content = await store.Mailboxes.ReadAsync(entry.Rendition, cancellationToken).ConfigureAwait(false);
            // what is damaged is found before anything is written
            await content.ReadAsync(Math.Max(content.Octets - 1, 0), new byte[1], cancellationToken).ConfigureAwait(false);
        }
        catch (IOException damaged)
        {
            _problems.Add($"{which}: {damaged.Message}");
            return;
        }
        await to.AddAsync(entry, content, cancellationToken).ConfigureAwait(false);
        _messages++;
        _octets += entry.Octets;
    }

    /// <summary>Null: told why no file can be called so.</summary>
    private IMailFolder? TryCreate(string into, string mailbox)
    {
        try
        {
            return Create(into, mailbox);
        }
        catch (PathTooLongException e)
        {
            _problems.Add($"{mailbox}: {e.Message}");
            return null;
        }
    }

    private IMailFolder Create(string into, string mailbox)
    {
        string[] levels = mailbox.Split('/');
        return format == MailFormat.Mbox
            ? MboxWriter.Create(Path.Combine([into, .. levels.Select(FileNames.Escape)]) + Mbox)
            : MaildirFolder.Create(mailbox == MailboxName.Inbox ? into : Path.Combine(into, "." + string.Join('.', levels.Select(FileNames.EscapeDots))));
    }
}
