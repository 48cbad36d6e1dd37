using DirMail.Mail;
using DirMail.Routing.Cache;
using DirMail.Routing.Table;
using Microsoft.Extensions.Logging;

namespace DirMail.Routing.Following;

/// <summary>The one way to a next table: one batch at a time, which is put in force and then, with its cookie, into the cache on disk.</summary>
/// <param name="cache">Null: nothing is kept.</param>
internal sealed class TableWriter(LiveTable live, DirectoryCache? cache, TimeProvider clock, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly RecentRemovals _recent = new(clock);
    private byte[]? _cookie;

    public TimeProvider Clock { get; } = clock;

    /// <summary>Called with each table that is in force, before it is kept.</summary>
    public event Action<TableChanged, TimeSpan>? Published;

    /// <summary>Where a session may resume; only ever one whose changes are in force.</summary>
    public byte[]? Cookie => _cookie;

    /// <summary>Whose cookies are published; null: not known.</summary>
    public string? Server { get; set; }

    /// <summary>The last good table, from disk. False when there is none.</summary>
    public bool LoadCache()
    {
        if (cache?.Load(live.Current) is not { } loaded)
            return false;
        _cookie = loaded.Commit?.Cookie;
        Server = loaded.Commit?.Server;
        Publish(loaded.Table, TimeSpan.Zero);
        return true;
    }

    /// <summary>When the table was last known to be what the directory says: now, while it is followed.</summary>
    public DateTimeOffset LastInStep => Clock.GetUtcNow() - live.Age.Now;

    /// <summary>Waits for the batch under way. Dispose the batch, published or not, before anything is awaited that may last.</summary>
    public async ValueTask<TableBatch> BeginAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        return new TableBatch(this, new TableBuilder(live.Current, _recent), cache);
    }

    public TableState State => live.Current.State;

    /// <summary>Whether the table in force has the entry.</summary>
    public bool Holds(EntryId id) => State is var state && (state.Entries.Find(id) is not null || state.Domains.Find(id) is not null);

    /// <summary>The next session begins with a full refresh.</summary>
    public void ForgetCookie() => _cookie = null;

    /// <summary>Notes in the cache that the table still is what the directory says. Nothing when a batch is under way: that will note it.</summary>
    public void NoteInStep()
    {
        if (_cookie is null || !_turn.Wait(0))
            return;
        try
        {
            cache?.Commit(new CacheCommit(_cookie, Server ?? "", Clock.GetUtcNow()));
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <param name="asOf">When the directory was known to say that.</param>
    internal void Publish(TableBuilder builder, byte[]? cookie, DateTimeOffset asOf)
    {
        if (builder.HasChanges)
        {
            TableChanged change = builder.Build(asOf);
            Publish(change, Clock.GetElapsedTime(builder.Started));
            foreach ((var id, var entry) in builder.Converted)
                cache?.Add(id, entry);
            TellHeld(builder, change.Table);
        }
        if (builder.HasChanges || !Same(cookie, _cookie))
            cache?.Commit(builder, live.Current, new CacheCommit(cookie, Server ?? "", asOf));
        _cookie = cookie;
    }

    internal void End(bool isPublished)
    {
        if (!isPublished)
            cache?.Rollback();
        _turn.Release();
    }

    private void Publish(TableChanged change, TimeSpan time)
    {
        live.Publish(change, fault => Log.SubscriberFailed(logger, fault));
        Published?.Invoke(change, time);
    }

    private void TellHeld(TableBuilder builder, RoutingTable table)
    {
        if (builder.Held.Count > 0)
            foreach (HeldRemoval held in table.HeldRemovals)
                Log.RemovalsHeld(logger, held.Count, held.Domain, string.Join(", ", held.First));
    }

    private static bool Same(byte[]? left, byte[]? right) => left is null ? right is null : right is not null && left.AsSpan().SequenceEqual(right);
}
