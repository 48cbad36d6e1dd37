using DirMail.Mail;
using DirMail.Store.Exchange;

namespace DirMail.Store;

/// <summary>
/// Takes mail of other programs into an account: an mbox file, a folder of them (levels as folders, ".mbox" left out of the name), or a Maildir with its subfolders; and what <see cref="MailExport"/> noted beside it. Each message is
/// durable when it is counted. No quota is asked, as an operator does this; what comes in counts.
/// </summary>
public sealed class MailImport(MessageStore store, TimeProvider clock)
{
    private const string Mbox = ".mbox";
    private readonly List<string> _problems = [];
    private readonly HashSet<MailboxId> _mailboxes = [];
    private long _messages, _octets;

    public IProgress<StoreProgress>? Progress { get; init; }

    /// <summary>Into which mailbox the top goes: a single mbox file, or a Maildir's own messages.</summary>
    public string Folder { get; init; } = MailboxName.Inbox;

    /// <summary>Whether a folder is an export with an account's mail in it; its name says whose.</summary>
    public static string? AccountOf(string folder) => FileNames.Unescape(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))) is var name && name.Contains('@', StringComparison.Ordinal) ? name : null;

    /// <exception cref="IOException">The source cannot be read, or the store cannot take it; what was counted is in.</exception>
    public async Task<ExchangeReport> RunAsync(string source, MailFormat format, ImportTarget target, CancellationToken cancellationToken)
    {
        (AccountNotes? notes, string? problem) = await AccountNotes.ReadAsync(source, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
            _problems.Add(problem);
        NotesImport? noted = notes is null ? null : new(store, target, notes, _problems);
        if (noted is not null)
            await noted.BeginAsync(cancellationToken).ConfigureAwait(false);
        await MailAsync(source, format, target, cancellationToken).ConfigureAwait(false);
        if (noted is not null)
            await noted.EndAsync(cancellationToken).ConfigureAwait(false);
        return new(1, _mailboxes.Count, _messages, _octets, _problems);
    }

    private async Task MailAsync(string source, MailFormat format, ImportTarget target, CancellationToken cancellationToken)
    {
        if (format == MailFormat.Maildir)
            foreach ((string folder, string mailbox) in Maildirs(source))
                await ImportAsync(MaildirFolder.Open(folder).Messages().ToAsyncEnumerable(), folder, mailbox, target, cancellationToken).ConfigureAwait(false);
        else
            foreach ((string file, string mailbox) in Mboxes(source))
            {
                await using FileStream stream = File.OpenRead(file);
                await ImportAsync(new MboxReader(stream).AllAsync(cancellationToken), file, mailbox, target, cancellationToken).ConfigureAwait(false);
            }
    }

    private IEnumerable<(string Path, string Mailbox)> Mboxes(string source)
    {
        if (File.Exists(source))
            return [(source, Folder)];
        if (!Directory.Exists(source))
            throw new IOException($"there is no file or folder {source}");
        return Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal).Select(file =>
        {
            string relative = Path.GetRelativePath(source, file);
            return (file, string.Join('/', (relative.EndsWith(Mbox, StringComparison.OrdinalIgnoreCase) ? relative[..^Mbox.Length] : relative).Split(Path.DirectorySeparatorChar).Select(FileNames.Unescape)));
        });
    }

    private IEnumerable<(string Path, string Mailbox)> Maildirs(string source)
    {
        if (!MaildirFolder.Is(source))
            throw new IOException($"{source} is no Maildir: it has no folders cur and new");
        yield return (source, Folder);
        foreach (string folder in Directory.EnumerateDirectories(source, ".*").Where(MaildirFolder.Is).Order(StringComparer.Ordinal))
            yield return (folder, string.Join('/', Path.GetFileName(folder)[1..].Split('.').Select(FileNames.Unescape)));
    }

    private async Task ImportAsync(IAsyncEnumerable<ForeignMessage> messages, string path, string name, ImportTarget target, CancellationToken cancellationToken)
    {
        if (await MailboxAsync(target.Account, name, cancellationToken).ConfigureAwait(false) is not { } mailbox)
        {
            _problems.Add($"{path}: no mailbox may be called '{name}'");
            return;
        }
        _mailboxes.Add(mailbox.Id);
        try
        {
            await foreach (ForeignMessage message in messages.ConfigureAwait(false))
                await AppendAsync(mailbox, message, target, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or FileNotFoundException)
        {
            throw new IOException($"{path}: {e.Message}", e);
        }
        catch (IOException e) when (e.Message.StartsWith("not an mbox", StringComparison.Ordinal))
        {
            _problems.Add($"{path}: {e.Message}");
        }
    }

    private async Task<Mailbox?> MailboxAsync(EntryId account, string name, CancellationToken cancellationToken)
    {
        if (await store.Mailboxes.FindAsync(account, name, cancellationToken).ConfigureAwait(false) is { NoSelect: false } found)
            return found;
        await store.Mailboxes.CreateAsync(account, name, cancellationToken).ConfigureAwait(false);
        await store.Mailboxes.SubscribeAsync(account, name, subscribed: true, cancellationToken).ConfigureAwait(false);
        return await store.Mailboxes.FindAsync(account, name, cancellationToken).ConfigureAwait(false);
    }

    private async Task AppendAsync(Mailbox mailbox, ForeignMessage message, ImportTarget target, CancellationToken cancellationToken)
    {
        await using ContentWriter writer = store.NewContent(target.Partition);
        await message.WriteAsync(writer, cancellationToken).ConfigureAwait(false);
        if (writer.Octets == 0)
            return;
        Content content = await writer.CompleteAsync(cancellationToken).ConfigureAwait(false) ?? throw new IOException("the store cannot keep a message: is the disk full?");
        (MessageFlags flags, DateTimeOffset? date) = message.About();
        long octets = content.Octets;
        if (await store.Mailboxes.AppendAsync(mailbox.Id, content, flags, date ?? clock.GetUtcNow(), target.Quota, cancellationToken).ConfigureAwait(false) is not AppendResult.Appended)
            throw new IOException("the store cannot keep a message: is the disk full, or the mailbox gone?");
        _messages++;
        _octets += octets;
        Progress?.Report(new("messages", _messages, 0));
    }
}

/// <summary>Whose mail it will be.</summary>
/// <param name="Quota">Without limits; names the domain for which the account counts.</param>
public sealed record ImportTarget(EntryId Account, Quota Quota)
{
    /// <summary>Where the files of large messages lie; null: with the store.</summary>
    public string? Partition { get; init; }

    /// <summary>Who is meant in an access list, by the entry's id and by what it was called; null: nobody any more.</summary>
    public Func<EntryId, string?, EntryId?> SubjectOf { get; init; } = static (entry, _) => entry;
}
