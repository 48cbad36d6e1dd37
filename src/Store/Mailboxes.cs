using DirMail.Mail;
using DirMail.Store.Changes;
using DirMail.Store.Contents;
using DirMail.Store.Reading;
using DirMail.Store.Searching;
using DirMail.Store.Sqlite;
using DirMail.Store.Writing;

namespace DirMail.Store;

/// <summary>
/// Mailboxes and their entries. Names are UTF-8, levels separated by '/', INBOX without case (RFC 9051 5.1). Every write is durable when its task ends,
/// and raises the mailbox's MODSEQ; changes are published after the commit. Where a result cannot say that the store failed, its task ends with an <see cref="IOException"/>.
/// </summary>
public sealed class Mailboxes
{
    /// <summary>Entries flagged or removed in one job: about 5 ms of the writer's time, so that others' mail does not wait for one user's ten thousand flags.</summary>
    private const int FlagSlice = 2500, RemovalSlice = 800;

    private readonly Readers _readers;
    private readonly Writer _writer;
    private readonly ContentFolder _folder;
    private readonly ChangeFeed _feed;
    private readonly RecentViews _views;
    private readonly SearchIndex _search;

    internal Mailboxes(StoreParts parts) =>
        (_readers, _writer, _folder, _feed, _views, _search) = (parts.Readers, parts.Writer, parts.Folder, parts.Feed, parts.Views, parts.Search);

    /// <summary>All mailboxes of the account, INBOX first (made when missing), the rest by name.</summary>
    public async Task<IReadOnlyList<Mailbox>> ListAsync(EntryId account, CancellationToken cancellationToken)
    {
        if (await _readers.RunShortAsync(database => MailboxReads.List(database, account), cancellationToken).ConfigureAwait(false) is { } mailboxes)
            return mailboxes;
        await _writer.RunAsync(scope => Folders.EnsureInbox(scope, account), cancellationToken).ConfigureAwait(false);
        return await _readers.RunShortAsync(database => MailboxReads.List(database, account), cancellationToken).ConfigureAwait(false) ?? [];
    }

    /// <summary>INBOX is made when missing.</summary>
    public async Task<Mailbox?> FindAsync(EntryId account, string name, CancellationToken cancellationToken)
    {
        if (!MailboxName.TryNormalize(name, out string stored))
            return null;
        Mailbox? found = await _readers.RunShortAsync(database => MailboxReads.Find(database, account, stored), cancellationToken).ConfigureAwait(false);
        return found is null && stored == MailboxName.Inbox ? (await ListAsync(account, cancellationToken).ConfigureAwait(false))[0] : found;
    }

    /// <summary>Null when the mailbox is gone or a name only.</summary>
    public Task<MailboxStatus?> StatusAsync(Perspective view, CancellationToken cancellationToken) =>
        _readers.RunShortAsync(database => MailboxReads.Status(database, view), cancellationToken);

    /// <summary>Under which UIDVALIDITY UIDs were given before the store was restored, by UID; those that none of them covers: under the mailbox's.</summary>
    public Task<IReadOnlyList<FormerValidity>> FormerValiditiesAsync(MailboxId mailbox, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => MailboxReads.FormerValidities(database, mailbox), cancellationToken);

    /// <summary>Octets of the messages that carry \Deleted.</summary>
    public Task<long> DeletedOctetsAsync(MailboxId mailbox, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => MailboxReads.DeletedOctets(database, mailbox), cancellationToken);

    /// <summary>All entries, by UID. Null when the mailbox is gone or a name only.</summary>
    public async Task<MailboxView?> OpenAsync(Perspective view, CancellationToken cancellationToken)
    {
        (bool isKnown, MailboxView? opened) = await _readers.RunShortAsync(database => _views.OpenShort(database, view), cancellationToken).ConfigureAwait(false);
        return isKnown ? opened : await _readers.RunAsync(database => _views.Open(database, view), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What changed after <paramref name="since"/>: new and changed entries, UIDs expunged since, both by UID. Null when the mailbox is gone.</summary>
    public Task<MailboxChanges?> ChangesAsync(Perspective view, ModSeq since, CancellationToken cancellationToken) =>
        _readers.RunShortAsync(database => MailboxReads.Changes(database, view, since), cancellationToken);

    /// <summary>Missing parents are made too.</summary>
    public Task<MailboxResult> CreateAsync(EntryId account, string name, CancellationToken cancellationToken) => CreateAsync(account, name, null, cancellationToken);

    /// <param name="specialUse">As in RFC 6154, with the backslash; one mailbox of an account has it. Null: none.</param>
    public Task<MailboxResult> CreateAsync(EntryId account, string name, string? specialUse, CancellationToken cancellationToken) =>
        ChangeAsync(name, (scope, stored) => Folders.Create(scope, account, stored, specialUse), cancellationToken);

    /// <summary>Refused for INBOX; a mailbox with children stays as a name only (\Noselect), RFC 9051 6.3.5.</summary>
    public Task<MailboxResult> DeleteAsync(EntryId account, string name, CancellationToken cancellationToken) =>
        ChangeAsync(name, (scope, stored) => Folders.Delete(scope, account, stored), cancellationToken);

    /// <summary>Children are renamed along; renaming INBOX moves its messages (RFC 9051 6.3.6).</summary>
    public Task<MailboxResult> RenameAsync(EntryId account, string from, string to, CancellationToken cancellationToken) =>
        MailboxName.TryNormalize(from, out string source)
            ? ChangeAsync(to, (scope, target) => Folders.Rename(scope, account, source, target), cancellationToken)
            : Task.FromResult(MailboxResult.NotFound);

    public Task<MailboxResult> SubscribeAsync(EntryId account, string name, bool subscribed, CancellationToken cancellationToken) =>
        ChangeAsync(name, (scope, stored) => Folders.Subscribe(scope, account, stored, subscribed), cancellationToken);

    /// <summary>All of them or none, in one commit. Takes the contents, whatever the result.</summary>
    public Task<AppendResult> AppendAsync(Perspective to, IReadOnlyList<NewMail> messages, Quota quota, CancellationToken cancellationToken) =>
        AppendAsync(messages, scope => Entries.Append(scope, to, messages, quota), cancellationToken);

    /// <summary>Appends the message and removes the former one, if it is still there, with the same commit. Takes the content, whatever the result.</summary>
    public Task<AppendResult> ReplaceAsync(MailboxId from, Uid former, Perspective to, NewMail message, Quota quota, CancellationToken cancellationToken) =>
        AppendAsync([message], scope => Entries.Replace(scope, from, former, to, message, quota), cancellationToken);

    private async Task<AppendResult> AppendAsync(IReadOnlyList<NewMail> messages, Func<WriteScope, AppendResult> append, CancellationToken cancellationToken)
    {
        foreach (NewMail message in messages)
            message.Content.Take();
        bool kept = false;
        try
        {
            AppendResult result = await _writer.RunAsync(append, cancellationToken).ConfigureAwait(false);
            kept = result is AppendResult.Appended;
            return result;
        }
        catch (StoreFaultException)
        {
            return new AppendResult.StoreUnavailable();
        }
        finally
        {
            foreach (NewMail message in messages)
                message.Content.End(kept);
        }
    }

    /// <summary>One message.</summary>
    public Task<AppendResult> AppendAsync(MailboxId mailbox, Content content, MessageFlags flags, DateTimeOffset internalDate, Quota quota, CancellationToken cancellationToken) =>
        AppendAsync(mailbox, [new(content, flags, internalDate)], quota, cancellationToken);

    /// <summary>All or nothing; the new entries share the stored content. UIDs that are gone are left out.</summary>
    public Task<CopyResult> CopyAsync(MailboxId from, IReadOnlyList<Uid> uids, MailboxId to, Quota quota, CancellationToken cancellationToken) => CopyAsync(from, uids, to, FlagScope.All, quota, cancellationToken);

    /// <inheritdoc cref="CopyAsync(MailboxId, IReadOnlyList{Uid}, MailboxId, Quota, CancellationToken)"/>
    /// <param name="kept">Flags that the new entries may have.</param>
    public Task<CopyResult> CopyAsync(Perspective from, IReadOnlyList<Uid> uids, Perspective to, FlagScope kept, Quota quota, CancellationToken cancellationToken) =>
        CopyAsync(scope => Entries.Copy(scope, from, uids, to, kept, quota), cancellationToken);

    /// <summary>The same, and the messages are gone from where they were with the same commit.</summary>
    public Task<CopyResult> MoveAsync(MailboxId from, IReadOnlyList<Uid> uids, MailboxId to, Quota quota, CancellationToken cancellationToken) => MoveAsync(from, uids, to, FlagScope.All, quota, cancellationToken);

    /// <inheritdoc cref="MoveAsync(MailboxId, IReadOnlyList{Uid}, MailboxId, Quota, CancellationToken)"/>
    public Task<CopyResult> MoveAsync(Perspective from, IReadOnlyList<Uid> uids, Perspective to, FlagScope kept, Quota quota, CancellationToken cancellationToken) =>
        CopyAsync(scope => Entries.Move(scope, from, uids, to, kept, quota), cancellationToken);

    private async Task<CopyResult> CopyAsync(Func<WriteScope, CopyResult> copy, CancellationToken cancellationToken)
    {
        try
        {
            return await _writer.RunAsync(copy, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreFaultException)
        {
            return new CopyResult.StoreUnavailable();
        }
    }

    /// <summary>Returns those of the entries that exist, as they are now; only those that the change altered have a new MODSEQ.</summary>
    public async Task<StoredFlags> StoreFlagsAsync(Perspective view, IReadOnlyList<Uid> uids, FlagChange change, CancellationToken cancellationToken)
    {
        List<(IReadOnlyList<MailboxEntry> Entries, ModSeq? Given)> slices = await InSlicesAsync(uids, FlagSlice, (scope, slice) =>
        {
            int before = scope.Changed.Count;
            IReadOnlyList<MailboxEntry> entries = ReaderRows.StoreFlags(scope, view, slice, change);
            return (entries, scope.Changed.Count > before ? scope.Changed[^1].ModSeq : (ModSeq?)null);
        }, cancellationToken).ConfigureAwait(false);
        return new(slices is [var only] ? only.Entries : [.. slices.SelectMany(static slice => slice.Entries)], [.. slices.Where(static slice => slice.Given is not null).Select(static slice => slice.Given!.Value)]);
    }

    /// <summary>Removes entries with \Deleted (only those among <paramref name="uids"/> when given) and returns their UIDs.</summary>
    public async Task<IReadOnlyList<Uid>> ExpungeAsync(MailboxId mailbox, IReadOnlyList<Uid>? uids, CancellationToken cancellationToken)
    {
        uids ??= await _readers.RunAsync(database => MailboxReads.Deleted(database, mailbox), cancellationToken).ConfigureAwait(false);
        return await RemoveAsync(mailbox, uids, onlyDeleted: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes exactly these, whatever their flags (POP3 QUIT).</summary>
    public Task<IReadOnlyList<Uid>> RemoveAsync(MailboxId mailbox, IReadOnlyList<Uid> uids, CancellationToken cancellationToken) =>
        RemoveAsync(mailbox, uids, onlyDeleted: false, cancellationToken);

    private async Task<IReadOnlyList<Uid>> RemoveAsync(MailboxId mailbox, IReadOnlyList<Uid> uids, bool onlyDeleted, CancellationToken cancellationToken) =>
        [.. (await InSlicesAsync(uids, RemovalSlice, (scope, slice) => Entries.Remove(scope, mailbox, slice, onlyDeleted), cancellationToken).ConfigureAwait(false)).SelectMany(static removed => removed)];

    /// <summary>What was expunged stays readable for some minutes, for sessions that have not been told yet. <exception cref="IOException">when it is gone.</exception></summary>
    public Task<MessageContent> ReadAsync(RenditionId rendition, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => ContentReads.Open(database, _folder, rendition), cancellationToken);

    /// <summary>Several at once; null for what is gone. What lies in the database comes along: the answer ends where 256 KiB are held, with the first one at least.</summary>
    /// <param name="extent">How much of them will be read.</param>
    public Task<IReadOnlyList<MessageContent?>> ReadAsync(IReadOnlyList<RenditionId> renditions, ContentExtent extent, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => ContentReads.Open(database, _folder, renditions, extent), cancellationToken);

    /// <summary>What is known of the messages without reading them: for each query an array with an answer for each message. What it says of a message is true now and later.</summary>
    public Task<IReadOnlyList<IndexAnswer[]>> AskIndexAsync(IReadOnlyList<RenditionId> renditions, IReadOnlyList<TextQuery> queries, CancellationToken cancellationToken) =>
        _search.AskAsync(renditions, queries, cancellationToken);

    /// <summary>
    /// Hands the text of each message to <paramref name="look"/>, with its index, in order and one at a time, on threads of the store's own; null for what is gone. The text is valid
    /// during that call only. Goes on as long as it returns true.
    /// </summary>
    public async Task LookThroughAsync(IReadOnlyList<RenditionId> renditions, Func<int, SearchedText?, bool> look, CancellationToken cancellationToken)
    {
        using var text = new SearchedText();
        for (int at = 0; at < renditions.Count;)
        {
            int from = at;
            (at, bool atFile) = await _readers.RunAsync(database => ContentReads.LookThrough(database, _folder, renditions, from, text, look), cancellationToken).ConfigureAwait(false);
            if (!atFile)
                continue;
            // the disk is waited for elsewhere: readers are few
            int inFile = at;
            at = await Task.Run(() => look(inFile, text), cancellationToken).ConfigureAwait(false) ? at + 1 : renditions.Count;
        }
    }

    /// <summary>Structures in their stored form, for lists of messages: a few hundred at a time, so that no reader is held for long.</summary>
    public Task<StoredStructures> StructuresAsync(IReadOnlyList<RenditionId> renditions, StructureExtent extent, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => ContentReads.Structures(database, renditions, extent), cancellationToken);

    /// <summary>Calls <paramref name="wake"/> after each commit that changed the mailbox: a wake-up only, read <see cref="ChangesAsync"/> then.</summary>
    public MailboxWatch Watch(MailboxId mailbox, Action wake) => _feed.Watch(mailbox, wake);

    private async Task<MailboxResult> ChangeAsync(string name, Func<WriteScope, string, MailboxResult> change, CancellationToken cancellationToken)
    {
        if (!MailboxName.TryNormalize(name, out string stored))
            return MailboxResult.BadName;
        try
        {
            return await _writer.RunAsync(scope => change(scope, stored), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreFaultException)
        {
            return MailboxResult.StoreUnavailable;
        }
    }

    /// <summary>A job, and a commit, for each slice.</summary>
    private async Task<List<T>> InSlicesAsync<T>(IReadOnlyList<Uid> uids, int size, Func<WriteScope, IReadOnlyList<Uid>, T> work, CancellationToken cancellationToken)
    {
        var results = new List<T>();
        foreach (IReadOnlyList<Uid> slice in uids.Count <= size ? uids.Count == 0 ? [] : [uids] : uids.Chunk(size).ToArray<IReadOnlyList<Uid>>())
            results.Add(await _writer.RunAsync(scope => work(scope, slice), cancellationToken).ConfigureAwait(false));
        return results;
    }
}
