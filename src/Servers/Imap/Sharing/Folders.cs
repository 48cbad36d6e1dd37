using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Servers.Imap.Sharing;

/// <summary>
/// The mailboxes that a session's user reaches, by name: his own, and those of others in their namespaces. An own mailbox without an access list costs nothing more than its look-up.
/// </summary>
internal sealed class Folders(ImapSession session)
{
    private MessageStore Store => session.Services.Store;

    private RoutingTable Table => session.Services.Live.Current;

    /// <summary>The user as the directory has him now.</summary>
    private MailUser User => Table.FindUser(session.Account) ?? session.User!;

    /// <summary>Null: it is not there, or nothing at all may be done with it.</summary>
    public async Task<Folder?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (await Store.Mailboxes.FindAsync(session.Account, name, cancellationToken) is { } own)
            return await OwnAsync(own, cancellationToken);
        if (!Namespaces.Holds(name) || FolderOwner.Named(Table, User, name) is not { } owner)
            return null;
        return await Store.Access.FindAsync(owner.Id, owner.ToOwn(name), cancellationToken) is { } shared && Reached(owner, shared) is { } folder && folder.Rights != Rights.None ? folder : null;
    }

    /// <summary>All that may be seen (RFC 4314 4, LIST), own ones first; names above those of others are told, too.</summary>
    public async Task<IReadOnlyList<Folder>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Mailbox> own = await Store.Mailboxes.ListAsync(session.Account, cancellationToken);
        List<Folder> folders = new(own.Count);
        foreach (Mailbox mailbox in own)
            folders.Add(await OwnAsync(mailbox, cancellationToken));
        folders.AddRange(await OthersAsync([.. own.Select(static mailbox => mailbox.Name)], cancellationToken));
        return folders;
    }

    /// <summary>Names that are subscribed to and that none of these has: a subscription outlives its mailbox (RFC 9051 6.3.7).</summary>
    public async Task<IEnumerable<string>> MissingSubscriptionsAsync(IReadOnlyList<Folder> all, CancellationToken cancellationToken) =>
        (await Store.Access.SubscriptionsAsync(session.Account, cancellationToken)).Except(all.Select(static folder => folder.Mailbox.Name)).Order(StringComparer.Ordinal);

    /// <summary>As LIST tells of it: which mailboxes below somebody else's may be seen is known only there.</summary>
    public async Task<Mailbox> AsListedAsync(Folder folder, CancellationToken cancellationToken) =>
        folder.Reader is null ? folder.Mailbox : (await ListAsync(cancellationToken)).FirstOrDefault(listed => listed.Id == folder.Id)?.Mailbox ?? folder.Mailbox with { HasChildren = false };

    /// <summary>What may still be done with a mailbox of somebody else that is selected; null: nothing any more.</summary>
    public async Task<Folder?> AgainAsync(Folder folder, CancellationToken cancellationToken)
    {
        if (FolderOwner.Of(Table, User, folder.Owner) is not { } owner)
            return null;
        AccessList access = await Store.Access.ReadAsync(folder.Id, cancellationToken);
        return folder with { Rights = RightsOf(owner, access) };
    }

    /// <summary>Whether a mailbox of that name may be made: the nearest one above it that is there decides (RFC 4314 4, CREATE).</summary>
    /// <param name="owner">Whose it would be; null: the user's own.</param>
    public async Task<bool> MayCreateAsync(FolderOwner? owner, string name, CancellationToken cancellationToken)
    {
        for (int above = name.LastIndexOf('/'); above > 0; above = name.LastIndexOf('/', above - 1))
            if (await FindAnyAsync(owner, name[..above], cancellationToken) is { } parent)
                return parent.Rights.HasFlag(Rights.CreateBelow);
        return owner is null || owner.IsManaged;
    }

    /// <summary>The name by which its owner knows it.</summary>
    public string ToOwn(Folder folder) => folder.Reader is null ? folder.Mailbox.Name : FolderOwner.Of(Table, User, folder.Owner)?.ToOwn(folder.Mailbox.Name) ?? "";

    /// <summary>Who has the mailboxes of that name, or would have them; null: nobody whom this user reaches.</summary>
    public FolderOwner? OwnerOf(string name) => FolderOwner.Named(Table, User, name);

    /// <summary>What may be kept there: it counts for its owner.</summary>
    public Quota QuotaOf(Folder folder) => folder.Reader is null ? session.Quota : FolderOwner.Of(Table, User, folder.Owner)?.Quota ?? Quota.None;

    /// <summary>Where the file of a large message lies that is put in there; null: with the store.</summary>
    public string? PartitionOf(Folder folder) => Table.FindUser(folder.Owner)?.Partition;

    private async Task<Folder?> FindAnyAsync(FolderOwner? owner, string name, CancellationToken cancellationToken)
    {
        if (owner is null)
            return await FindAsync(name, cancellationToken);
        if (!Namespaces.IsWithin(name, owner.Prefix))
            return null;
        return await Store.Access.FindAsync(owner.Id, owner.ToOwn(name), cancellationToken) is { } shared ? Reached(owner, shared) : null;
    }

    private async ValueTask<Folder> OwnAsync(Mailbox mailbox, CancellationToken cancellationToken)
    {
        Rights rights = mailbox.IsShared ? (await Store.Access.ReadAsync(mailbox.Id, cancellationToken)).RightsOf(session.Account, [], session.Account) : Rights.All;
        return new(mailbox, session.Account, rights, null);
    }

    private async Task<List<Folder>> OthersAsync(HashSet<string> own, CancellationToken cancellationToken)
    {
        Circles circles = Table.CirclesOf(User);
        IReadOnlyList<SharedMailbox> shared = await Store.Access.ListAsync([User.Id, User.Domain, .. circles.Groups], [.. circles.Groups.Union(circles.Managed)], cancellationToken);
        SortedDictionary<string, Folder> visible = new(StringComparer.Ordinal);
        foreach (SharedMailbox mailbox in shared)
            if (FolderOwner.Of(Table, User, mailbox.Owner) is { } owner && Reached(owner, mailbox) is { } folder && folder.Rights.HasFlag(Rights.Lookup))
                visible[folder.Mailbox.Name] = folder;
        if (visible.Count == 0)
            return [];
        IReadOnlySet<string> subscribed = await Store.Access.SubscriptionsAsync(session.Account, cancellationToken);
        HashSet<string> parents = [.. visible.Keys.SelectMany(Above)];
        foreach (string name in parents)
            visible.TryAdd(name, new(new Mailbox(default, name, 0) { NoSelect = true }, default, Rights.None, null));
        return [.. visible.Where(folder => !own.Contains(folder.Key)).Select(folder => folder.Value with
        {
            Mailbox = folder.Value.Mailbox with { Subscribed = subscribed.Contains(folder.Key), HasChildren = parents.Contains(folder.Key) },
        })];
    }

    /// <summary>The names above it, the nearest first.</summary>
    public static IEnumerable<string> Above(string name)
    {
        for (int above = name.LastIndexOf('/'); above > 0; above = name.LastIndexOf('/', above - 1))
            yield return name[..above];
    }

    /// <summary>Null: it stands in no tree that is shown.</summary>
    private Folder? Reached(FolderOwner owner, SharedMailbox shared) => owner.ToShown(shared.Mailbox.Name) is { } name
        ? new(shared.Mailbox with { Name = name, SpecialUse = null }, owner.Id, RightsOf(owner, shared.Access), User.Id) { IsInbox = shared.Mailbox.Name == "INBOX" }
        : null;

    private Rights RightsOf(FolderOwner owner, AccessList access) =>
        owner.IsManaged ? Rights.All : access.RightsOf(User.Id, [User.Domain, .. Table.CirclesOf(User).Groups], owner.Id);
}
