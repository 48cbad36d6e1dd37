using DirMail.Store.Reading;
using DirMail.Store.Sqlite;
using DirMail.Store.Writing;

namespace DirMail.Store;

/// <summary>Small facts that are forgotten after a time: (kind, key) and a value. What has expired is as if it were not there, and is swept away.</summary>
public sealed class Memory
{
    private readonly Readers _readers;
    private readonly Writer _writer;
    private readonly TimeProvider _clock;

    internal Memory(Readers readers, Writer writer, TimeProvider clock) => (_readers, _writer, _clock) = (readers, writer, clock);

    /// <summary>Null: not known, or no longer.</summary>
    public Task<Remembered?> FindAsync(string kind, string key, CancellationToken cancellationToken) => _readers.RunShortAsync(database => Find(database, kind, key), cancellationToken);

    /// <summary>As <see cref="FindAsync"/>, of what <see cref="KeepTextAsync"/> kept.</summary>
    public Task<RememberedText?> FindTextAsync(string kind, string key, CancellationToken cancellationToken) => _readers.RunShortAsync(database => FindText(database, kind, key), cancellationToken);

    /// <summary>Keeps or replaces it. False: the store is failing.</summary>
    public Task<bool> KeepAsync(string kind, string key, long value, DateTimeOffset expires, CancellationToken cancellationToken) =>
        KeepAsync(kind, key, keep => keep.Bind(value), expires, cancellationToken);

    /// <summary>As <see cref="KeepAsync(string, string, long, DateTimeOffset, CancellationToken)"/>, a text.</summary>
    public Task<bool> KeepTextAsync(string kind, string key, string text, DateTimeOffset expires, CancellationToken cancellationToken) =>
        KeepAsync(kind, key, keep => keep.Bind(text), expires, cancellationToken);

    private async Task<bool> KeepAsync(string kind, string key, Func<Statement, Statement> bind, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        try
        {
            return await _writer.RunAsync(scope => Keep(scope, kind, key, bind, expires), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreFaultException)
        {
            return false;
        }
    }

    /// <summary>False when it is known already.</summary>
    internal static bool KeepNew(WriteScope scope, OnceOnly once)
    {
        using Statement keep = scope.Database.Use("INSERT INTO memory (kind, key, value, expires) VALUES (?1, ?2, 0, ?3) ON CONFLICT (kind, key) DO UPDATE SET expires = excluded.expires WHERE memory.expires <= ?4")
            .Bind(once.Kind).Bind(once.Key).Bind(once.Expires).Bind(scope.Now);
        return keep.Run() > 0;
    }

    private Remembered? Find(Connection database, string kind, string key)
    {
        using Statement find = database.Use("SELECT value, expires FROM memory WHERE kind = ? AND key = ? AND expires > ?").Bind(kind).Bind(key).Bind(_clock.GetUtcNow());
        return find.Step() ? new(find.Long(0), find.Time(1)) : null;
    }

    private RememberedText? FindText(Connection database, string kind, string key)
    {
        using Statement find = database.Use("SELECT value, expires FROM memory WHERE kind = ? AND key = ? AND expires > ?").Bind(kind).Bind(key).Bind(_clock.GetUtcNow());
        return find.Step() ? new(find.Text(0), find.Time(1)) : null;
    }

    private static bool Keep(WriteScope scope, string kind, string key, Func<Statement, Statement> bind, DateTimeOffset expires)
    {
        using Statement keep = bind(scope.Database.Use("INSERT INTO memory (kind, key, value, expires) VALUES (?, ?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value, expires = excluded.expires")
            .Bind(kind).Bind(key)).Bind(expires);
        keep.Run();
        return true;
    }
}

public sealed record Remembered(long Value, DateTimeOffset Expires);

public sealed record RememberedText(string Text, DateTimeOffset Expires);
