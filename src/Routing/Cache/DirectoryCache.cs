using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing.Table;
using Microsoft.Extensions.Logging;

namespace DirMail.Routing.Cache;

/// <summary>
/// The directory's entries on disk, with the cookie that belongs to them: what the table is made of at the next start. Nothing depends on it while the process runs;
/// when the disk fails, following goes on without, an alarm says so, and later it is tried again. Used by one task at a time.
/// </summary>
internal sealed class DirectoryCache : IDisposable
{
    /// <summary>A journal is folded into a new base when it is larger than this, and than half of the base.</summary>
    private const long SmallestFold = 4 * 1024 * 1024;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(10);

    private readonly CacheFolder _folder;
    private readonly string _search;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private CacheFile? _file;
    private CachePlace _base;
    private int _number;
    private long _foldAt = SmallestFold;
    private long _journaled;
    private volatile CacheStatus _status = new(null, null);
    private DateTimeOffset _lastRemoval;
    private DateTimeOffset _failedAt = DateTimeOffset.MinValue;
    private Task<CachePlace?>? _folding;

    public DirectoryCache(string path, DirectorySettings settings, TimeProvider clock, ILogger logger)
    {
        _folder = new(path);
        _search = CacheHeader.SearchText(settings);
        (_clock, _logger) = (clock, logger);
    }

    /// <summary>No base can be continued: the next full refresh must hand over every entry.</summary>
    public bool WantsEverything => _file is null || _base.Number == 0;

    /// <summary>A disk that failed some time ago may take a new base now; for that a full refresh is needed.</summary>
    public bool WantsRetry => _file is null && _failedAt > DateTimeOffset.MinValue && _clock.GetUtcNow() - _failedAt >= RetryAfter;

    /// <summary>The folding under way.</summary>
    internal Task Folding => _folding ?? Task.CompletedTask;

    /// <summary>For whoever asks, on any thread.</summary>
    public CacheStatus Status => _status with { Folder = _folder.Path, Octets = _folder.Octets() };

    /// <summary>
    /// The last good table, and where to resume: null when the search is another one now, as a cookie is good for nothing else; the entries still are the last
    /// known ones, and what a wrong base no longer shows is held back as any other mass removal. Null when there is nothing that can be trusted.
    /// </summary>
    public (TableChanged Table, CacheCommit? Commit)? Load(RoutingTable empty)
    {
        try
        {
            var loader = new CacheLoader(_folder, empty);
            if (loader.Load() is not { } loaded)
            {
                if (loader.Fault is not null)
                    Log.CacheDiscarded(_logger, loader.Fault);
                return null;
            }
            if (loaded.Damage is not null)
                Log.CacheCutOff(_logger, loaded.Damage, loaded.Commit.InStep);
            bool isSameSearch = loaded.Search == _search;
            if (isSameSearch)
                GoOn(loaded);
            else
                Log.CacheOfAnotherSearch(_logger, loaded.Search.ReplaceLineEndings("; "), _search.ReplaceLineEndings("; "));
            _status = new(loaded.Commit.InStep, null);
            return (loaded.Builder.Build(loaded.Commit.InStep), isSameSearch ? loaded.Commit : null);
        }
        catch (Exception failure) when (IsOfDisk(failure))
        {
            Fail(failure);
            return null;
        }
    }

    /// <summary>A full refresh begins: where there is no base to go on with, it becomes a new one. What is on disk stays until that is whole.</summary>
    public void BeginFull()
    {
        if (_file is not null || (_failedAt > DateTimeOffset.MinValue && !WantsRetry))
            return;
        Try(() =>
        {
            _folder.Make();
            _number = _folder.Numbers().LastOrDefault() + 1;
            _base = default;
            _file = CacheFile.Create(_folder.File(_number), new(_number, IsBase: true, _search));
        });
    }

    public void Add(EntryId id, LdapEntry entry)
    {
        if (_file is not null)
            Try(() => _file.Append(id, WithoutPassword(entry)));
    }

    /// <summary>Everything added since the last commit, and what else the batch did, counts now, together with the cookie.</summary>
    public void Commit(TableBuilder batch, RoutingTable table, CacheCommit commit)
    {
        if (batch.Removed.Count > 0 || batch.Held.Count > 0)
            _lastRemoval = commit.InStep;
        Commit(file =>
        {
            file.Append(RecordKind.Removed, batch.Removed);
            if (_base.Number == 0)
            {
                HashSet<EntryId> held = [.. table.State.HeldDomains, .. table.State.HeldPeople.Values.SelectMany(p => p)];
                new CachedEntries(_folder, _number).Copy(held, file);
                file.Append(RecordKind.Held, held);
                return;
            }
            file.Append(RecordKind.Released, batch.Released);
            file.Append(RecordKind.Held, batch.Held);
        }, commit);
    }

    /// <summary>Nothing changed, but where we stand.</summary>
    public void Commit(CacheCommit commit) => Commit(_ => { }, commit);

    /// <summary>What was added since the last commit never was.</summary>
    public void Rollback() => Try(() => _file?.Rollback());

    public void Dispose()
    {
        _stop.Cancel();
        _folding?.Wait();
        Try(() => _file?.Sync());
        _file?.Dispose();
        _stop.Dispose();
    }

    private void Commit(Action<CacheFile> more, CacheCommit commit)
    {
        if (_file is { } file)
            Try(() =>
            {
                long before = file.Committed;
                more(file);
                file.Commit(commit);
                _status = new(commit.InStep, null);
                if (_base.Number == 0)
                    BecomeBase();
                else
                    _journaled += file.Committed - before;
                Fold();
            });
    }

    private void Try(Action work)
    {
        try
        {
            work();
        }
        catch (Exception failure) when (IsOfDisk(failure))
        {
            Fail(failure);
        }
    }

    private void GoOn(CacheLoaded loaded)
    {
        (_base, _number) = (loaded.Base, loaded.Last.Number);
        _file = CacheFile.Continue(_folder.File(_number), loaded.Last.End);
        _folder.KeepOnly(n => n >= _base.Number && n <= _number);
        _journaled = _folder.Octets() - _base.End;
        _foldAt = Math.Max(SmallestFold, _base.End / 2);
    }

    private void BecomeBase()
    {
        _base = new(_number, _file!.Committed);
        _folder.KeepOnly(n => n == _number);
        _journaled = 0;
        _foldAt = Math.Max(SmallestFold, _base.End / 2);
        if (_failedAt > DateTimeOffset.MinValue)
            Log.CacheKeptAgain(_logger, _folder.Path);
        _failedAt = DateTimeOffset.MinValue;
    }

    /// <summary>In the background. Not while a removal may still be taken back, unless the journal grows too far.</summary>
    private void Fold()
    {
        if (_folding is { IsCompleted: true } done)
        {
            _folding = null;
            Folded(done.Result);
        }
        bool mayBeTakenBack = _clock.GetUtcNow() - _lastRemoval < 2 * RemovalLimit.Window;
        if (_folding is not null || _journaled < (mayBeTakenBack ? 4 * _foldAt : _foldAt))
            return;
        CachePlace first = _base, last = new(_number, _file!.Committed);
        CacheFile next = CacheFile.Create(_folder.File(_number + 1), new(_number + 1, IsBase: false, _search));
        _file.Dispose();
        (_file, _number, _journaled) = (next, _number + 1, 0);
        CancellationToken stop = _stop.Token;
        _folding = Task.Run(() => RunFold(first, last, stop));
    }

    private CachePlace? RunFold(CachePlace first, CachePlace last, CancellationToken stop)
    {
        try
        {
            using var fold = new CacheFold(_folder, first, last, _search);
            return fold.Run(stop);
        }
        catch (Exception failure) when (IsOfDisk(failure) || failure is OperationCanceledException)
        {
            if (failure is not OperationCanceledException)
                Log.CacheFoldFailed(_logger, failure.Message);
            return null;
        }
    }

    /// <summary>After a failure the files are as they were, and it is tried again when the journal has doubled.</summary>
    private void Folded(CachePlace? place)
    {
        if (place is { } whole)
            _base = whole;
        _foldAt = place is null ? _foldAt * 2 : Math.Max(SmallestFold, _base.End / 2);
    }

    private void Fail(Exception failure)
    {
        _file?.Dispose();
        _file = null;
        _base = default;
        _failedAt = _clock.GetUtcNow();
        _status = _status with { Failure = failure.Message };
        Log.CacheFailed(_logger, _folder.Path, failure.Message, RetryAfter);
    }

    /// <summary>The service account cannot read it; a directory that shows it all the same does not get it onto our disk.</summary>
    private static LdapEntry WithoutPassword(LdapEntry entry) =>
        entry.Attributes.Any(IsPassword) ? new(entry.Dn, [.. entry.Attributes.Where(a => !IsPassword(a))]) : entry;

    private static bool IsPassword(LdapAttribute attribute) => attribute.Description.StartsWith("userPassword", StringComparison.OrdinalIgnoreCase);

    private static bool IsOfDisk(Exception failure) => failure is IOException or UnauthorizedAccessException;
}

/// <param name="InStep">When it was last in step with the table; null: nothing is kept yet.</param>
/// <param name="Failure">Why nothing more is kept; null while all is well.</param>
public sealed record CacheStatus(DateTimeOffset? InStep, string? Failure)
{
    public string Folder { get; init; } = "";
    public long Octets { get; init; }
}
