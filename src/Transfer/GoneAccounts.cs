using System.Threading.Channels;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>
/// Keeps the mail of users, and of groups, whose entries are gone for a time of grace, then takes it away. The note of when an entry went lies in the store, so a restart does not begin anew; removals that
/// are held back are not in the table yet and start no clock. Nothing is taken away while the directory cannot be asked, or while another entry waits to take the mailbox over.
/// </summary>
public sealed class GoneAccounts : IAsyncDisposable
{
    private const int Page = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly TransferServices _services;
    private readonly Channel<TableChanged?> _changes = Channel.CreateUnbounded<TableChanged?>(new() { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private ITimer? _timer;
    private Task _working = Task.CompletedTask;

    public GoneAccounts(TransferServices services)
    {
        _services = services;
        services.Live.Changed += Note;
    }

    public void Start()
    {
        _timer = _services.Clock.CreateTimer(_ => _changes.Writer.TryWrite(null), null, Interval, Interval);
        _working = Task.Run(WorkAsync);
    }

    /// <summary>Looks at all accounts: who is gone, who is back, whose time is over.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        RoutingTable table = _services.Live.Current;
        if (!table.IsLoaded)
            return;
        for (long after = 0; after >= 0;)
        {
            IReadOnlyList<StoredAccount> page = await _services.Store.Accounts.ListAsync(after, Page, cancellationToken).ConfigureAwait(false);
            await LookAsync(table, page, cancellationToken).ConfigureAwait(false);
            after = page.Count < Page ? -1 : page[^1].Id;
        }
    }

    /// <summary>Takes the mail of an account away now. False: there is none, or its owner is in the directory.</summary>
    public async Task<bool> PurgeAsync(StoredAccount account, CancellationToken cancellationToken) =>
        _services.Live.Current is { IsLoaded: true } table && table.HomeOf(account.Entry) is null && await PurgeAsync(account, null, cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        _services.Live.Changed -= Note;
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_timer is not null)
            await _timer.DisposeAsync().ConfigureAwait(false);
        await _working.ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Note(TableChanged change) => _changes.Writer.TryWrite(change);

    private async Task WorkAsync()
    {
        try
        {
            await foreach (TableChanged? change in _changes.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
                await FollowAsync(change).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    /// <param name="change">Null: the time has come to look at all.</param>
    private async Task FollowAsync(TableChanged? change)
    {
        try
        {
            if (change is null or { Everything: true } or { Domains.Count: > 0 })
            {
                await LookAsync(_stop.Token).ConfigureAwait(false);
                return;
            }
            foreach (EntryId user in change.Users)
                if (await _services.Store.Accounts.FindAsync(user, _stop.Token).ConfigureAwait(false) is { } account)
                    await LookAsync(_services.Live.Current, [account], _stop.Token).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            Log.GoneNotSeen(_services.Logger, failure);
        }
    }

    private async Task LookAsync(RoutingTable table, IReadOnlyList<StoredAccount> accounts, CancellationToken cancellationToken)
    {
        DateTimeOffset now = _services.Clock.GetUtcNow();
        StoredAccount[] left = [.. accounts.Where(a => a.GoneSince is null && table.HomeOf(a.Entry) is null)];
        EntryId[] back = [.. accounts.Where(a => a.GoneSince is not null && table.HomeOf(a.Entry) is not null).Select(static a => a.Entry)];
        if (left.Length > 0)
            await _services.Store.Accounts.MarkGoneAsync([.. left.Select(static a => a.Entry)], now, cancellationToken).ConfigureAwait(false);
        if (back.Length > 0)
            await _services.Store.Accounts.MarkGoneAsync(back, null, cancellationToken).ConfigureAwait(false);
        foreach (StoredAccount account in left)
            Log.Gone(_services.Logger, account.Name ?? "somebody", account.Entry, account.Messages, Until(now));
        if (_services.Settings.Grace == TimeSpan.Zero || _services.Live.Age.Now > TimeSpan.Zero)
            return;
        HashSet<EntryId> awaited = [.. table.NotAdopted.Values];
        foreach (StoredAccount account in accounts)
            if (account.GoneSince <= now - _services.Settings.Grace && table.HomeOf(account.Entry) is null && !awaited.Contains(account.Entry))
                await PurgeAsync(account, now - _services.Settings.Grace, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> PurgeAsync(StoredAccount account, DateTimeOffset? goneBefore, CancellationToken cancellationToken)
    {
        if (!await _services.Store.Accounts.PurgeAsync(account.Entry, goneBefore, cancellationToken).ConfigureAwait(false))
            return false;
        Log.Purged(_services.Logger, account.Name ?? "somebody", account.Entry, account.Messages, account.GoneSince ?? _services.Clock.GetUtcNow());
        foreach ((EntryId user, EntryId former) in _services.Live.Current.NotAdopted)
            if (former == account.Entry)
                _services.Live.Settled(user);
        return true;
    }

    private string Until(DateTimeOffset now) =>
        _services.Settings.Grace == TimeSpan.Zero ? "somebody purges them" : (now + _services.Settings.Grace).ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture);
}
