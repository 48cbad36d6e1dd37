using System.Threading.Channels;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>
/// Keeps the store's accounts and the directory's entries together. The mailbox belongs to an entry, so a user (or a group) who comes under the name of one that is gone finds none, and waits:
/// at once when the former one had no mail, else until an operator gives the old mailbox to the new entry or sets it aside. Nothing of this is remembered but in the accounts
/// themselves, so a crash at any point is mended at the next start.
/// </summary>
public sealed class Adoption : IAsyncDisposable
{
    private const int Page = 1000;

    private readonly TransferServices _services;
    private readonly Channel<TableChanged> _changes = Channel.CreateUnbounded<TableChanged>(new() { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<EntryId> _told = [];
    private Task _working = Task.CompletedTask;

    /// <summary>Before the directory is followed: the first table is asked about.</summary>
    public Adoption(TransferServices services)
    {
        _services = services;
        services.Store.Accounts.NameOf = entry => NameIn(services.Live.Current, entry);
        services.Store.Accounts.FirstMailOf = entry => WelcomeMessage.Of(services, entry);
        services.Live.FormerAccounts = Former;
        services.Live.Changed += Note;
    }

    public void Start() => _working = Task.Run(WorkAsync);

    /// <summary>Gives the former mailbox to the user or group, or with <paramref name="fresh"/> sets it aside; then mail and logins wait no longer.</summary>
    public async Task<AdoptionResult> AdoptAsync(EntryId user, bool fresh, CancellationToken cancellationToken)
    {
        if (!_services.Live.Current.NotAdopted.TryGetValue(user, out EntryId former))
            return AdoptionResult.NothingToAdopt;
        if (fresh)
            await _services.Store.Accounts.SetAsideAsync(former, cancellationToken).ConfigureAwait(false);
        else if (await _services.Store.Accounts.AdoptAsync(former, user, cancellationToken).ConfigureAwait(false) == AdoptResult.HeirHasMail)
            return AdoptionResult.HasMailOfItsOwn;
        await RenameAsync([user], cancellationToken).ConfigureAwait(false);
        _services.Live.Settled(user);
        return AdoptionResult.Done;
    }

    /// <summary>Accounts whose entries are not in the directory.</summary>
    public async Task<IReadOnlyList<StoredAccount>> OrphansAsync(int limit, CancellationToken cancellationToken)
    {
        var orphans = new List<StoredAccount>();
        RoutingTable table = _services.Live.Current;
        for (long after = 0; after >= 0 && orphans.Count < limit;)
            after = await PageAsync(after, account => AddOrphan(orphans, table, account), cancellationToken).ConfigureAwait(false);
        return orphans;
    }

    public async ValueTask DisposeAsync()
    {
        _services.Live.Changed -= Note;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _working.ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Note(TableChanged change) => _changes.Writer.TryWrite(change);

    /// <summary>Read while nothing is in force yet, so that no mail can come in between.</summary>
    private List<FormerAccount> Former(RoutingTable table)
    {
        var former = new List<FormerAccount>();
        for (long after = 0; after >= 0;)
            after = PageAsync(after, account =>
            {
                if (account is { Name: { } name, IsSetAside: false, HasMail: true } && table.HomeOf(account.Entry) is null)
                    former.Add(new(name, account.Entry, account.IsGroup));
            }, CancellationToken.None).GetAwaiter().GetResult();
        return former;
    }

    /// <returns>Where the next page begins; -1: this was the last.</returns>
    private async Task<long> PageAsync(long after, Action<StoredAccount> take, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredAccount> page = await _services.Store.Accounts.ListAsync(after, Page, cancellationToken).ConfigureAwait(false);
        foreach (StoredAccount account in page)
            take(account);
        return page.Count < Page ? -1 : page[^1].Id;
    }

    private static void AddOrphan(List<StoredAccount> orphans, RoutingTable table, StoredAccount account)
    {
        if (table.HomeOf(account.Entry) is null)
            orphans.Add(account);
    }

    private async Task WorkAsync()
    {
        try
        {
            await foreach (TableChanged change in _changes.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
                await FollowAsync(change).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task FollowAsync(TableChanged change)
    {
        try
        {
            await SettleAsync(change.Table).ConfigureAwait(false);
            if (change.Everything)
                for (long after = 0; after >= 0;)
                    after = await RenamePageAsync(after).ConfigureAwait(false);
            else
                await RenameAsync(change.Users, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.AccountsNotKept(_services.Logger, failure);
        }
    }

    /// <summary>Who follows one without mail has nothing to adopt; the others are told of, once.</summary>
    private async Task SettleAsync(RoutingTable table)
    {
        foreach ((EntryId user, EntryId former) in table.NotAdopted)
        {
            if (_told.Contains(user))
                continue;
            StoredAccount? account = await _services.Store.Accounts.FindAsync(former, _stop.Token).ConfigureAwait(false);
            if (account is not { HasMail: true, IsSetAside: false })
                _services.Live.Settled(user);
            else if (_told.Add(user))
                Log.NotAdopted(_services.Logger, table.NameOf(user) ?? user.ToString(), former, account.Messages);
        }
        _told.RemoveWhere(user => !table.NotAdopted.ContainsKey(user));
    }

    private async Task<long> RenamePageAsync(long after)
    {
        RoutingTable table = _services.Live.Current;
        var renamed = new List<AccountName>();
        long next = await PageAsync(after, account =>
        {
            if (Changed(table, account) is { } name)
                renamed.Add(name);
        }, _stop.Token).ConfigureAwait(false);
        if (renamed.Count > 0)
            await _services.Store.Accounts.RenameAsync(renamed, _stop.Token).ConfigureAwait(false);
        return next;
    }

    private async Task RenameAsync(IEnumerable<EntryId> users, CancellationToken cancellationToken)
    {
        RoutingTable table = _services.Live.Current;
        var renamed = new List<AccountName>();
        foreach (EntryId user in users)
            if (table.NameOf(user) is not null && await _services.Store.Accounts.FindAsync(user, cancellationToken).ConfigureAwait(false) is { } account && Changed(table, account) is { } name)
                renamed.Add(name);
        foreach (AccountName[] some in renamed.Chunk(Page))
            await _services.Store.Accounts.RenameAsync(some, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the table calls the account's owner, and where that one is; null: as the account has it, or the owner is not there.</summary>
    private static AccountName? Changed(RoutingTable table, StoredAccount account) =>
        table.HomeOf(account.Entry) is { } home && NameIn(table, account.Entry) is { } name && (name.Text != account.Name || name.IsGroup != account.IsGroup || home != account.Domain) ? new(account.Entry, name, home) : null;

    private static OwnerName? NameIn(RoutingTable table, EntryId entry) => table.NameOf(entry) is { } name ? new(name, table.FindGroup(entry) is not null) : null;
}

public enum AdoptionResult
{
    Done,

    /// <summary>No former account of that name waits.</summary>
    NothingToAdopt,

    /// <summary>Both mailboxes hold mail.</summary>
    HasMailOfItsOwn,
}
