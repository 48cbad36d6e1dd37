using System.Collections.Concurrent;
using DirMail.Store.Contents;
using DirMail.Store.Sqlite;
using DirMail.Store.Writing;
using Microsoft.Extensions.Logging;

namespace DirMail.Store.Searching;

/// <summary>
/// Fills the index on a thread of its own that gives way to everybody else, some messages a commit, from where the last commit ended. Nothing waits for it. What goes wrong
/// is logged and tried again; a damaged file is thrown away and filled anew.
/// </summary>
internal sealed class Indexer : IDisposable
{
    /// <summary>Mail that comes shortly after other mail shares its commit.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);

    /// <summary>How often mail that was in no mailbox is looked at again.</summary>
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(10);

    /// <summary>While others write it rests so many times as long as it works.</summary>
    private const int RestsForWork = 19;

    /// <summary>The same where a search had to read the mail: whoever searches once searches again.</summary>
    private const int RestsForWanted = 3;

    private readonly IndexerParts _parts;
    private readonly object _gate = new();
    private readonly ManualResetEventSlim _closing = new();
    private readonly ConcurrentQueue<long> _gone = new();
    private readonly Thread _thread;
    private readonly List<TaskCompletionSource> _awaited = [];
    private IndexDatabase? _database, _damaged;
    private IndexRound? _round;
    private Queue<long>? _wanted;
    private long _lag, _commits, _commitsSeen;
    private int _holds, _failures, _isWoken = 1, _rests = RestsForWork;

    public Indexer(IndexerParts parts)
    {
        _parts = parts;
        _thread = new Thread(Work) { IsBackground = true, Name = "store indexer" };
        _thread.Start();
    }

    /// <summary>Null: not open, now.</summary>
    public IndexDatabase? Database => Volatile.Read(ref _database);

    /// <summary>Told by the writer after a commit.</summary>
    public void Committed(WriteScope scope)
    {
        Interlocked.Increment(ref _commits);
        if (scope.RenditionsAdded == 0 && scope.RenditionsGone.Count == 0)
            return;
        Metrics.Indexing(Interlocked.Add(ref _lag, scope.RenditionsAdded));
        foreach (long rendition in scope.RenditionsGone)
            _gone.Enqueue(rendition);
        Wake();
    }

    /// <summary>A search looked for these in vain: they come next, whatever else waits. One search is served at a time; another asks again when it comes again.</summary>
    public void Want(IEnumerable<long> renditions)
    {
        if (Volatile.Read(ref _wanted) is null && Interlocked.CompareExchange(ref _wanted, new(renditions), null) is null)
            Wake();
    }

    /// <summary>A search found something wrong with it.</summary>
    public void Failed(IndexDatabase? database, Exception fault)
    {
        Log.IndexFailed(_parts.Logger, fault);
        Metrics.Failed(StoreFailure.Index);
        if (database is not null && fault is StoreFaultException ofStore && IndexDatabase.IsDamage(ofStore))
            Discard(database);
    }

    /// <summary>Throws the file away; it is filled anew.</summary>
    public void Discard(IndexDatabase database)
    {
        Volatile.Write(ref _damaged, database);
        Wake();
    }

    /// <summary>Ends when all that was stored before the call is in the index, or cannot be.</summary>
    public Task CaughtUpAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            _awaited.Add(done);
        Wake();
        return done.Task;
    }

    /// <summary>Nothing is indexed until it is disposed.</summary>
    public IDisposable Hold()
    {
        Interlocked.Increment(ref _holds);
        return new Held(this);
    }

    public void Dispose()
    {
        _closing.Set();
        Wake();
        _thread.Join();
        _closing.Dispose();
    }

    /// <summary>Only the first after a rest takes the lock: the thread that has it else may be kept from running by those who want it.</summary>
    private void Wake()
    {
        if (Interlocked.Exchange(ref _isWoken, 1) == 1)
            return;
        lock (_gate)
            Monitor.Pulse(_gate);
    }

    private void Work()
    {
        LowPriority.Take();
        using Connection store = _parts.OpenStore();
        store.Execute("PRAGMA query_only = ON");
        using var filling = new IndexFilling(_parts, store, GiveWay);
        while (!_closing.IsSet)
        {
            try
            {
                WorkUntilIdle(store, filling);
                WaitForMore();
            }
            catch (Exception fault)
            {
                Undo();
                (_wanted, _rests) = (null, RestsForWork);
                Failed(_database, fault);
                _closing.Wait(_failures++ == 0 ? TimeSpan.Zero : AfterFailure);
            }
        }
        Close();
    }

    private void WorkUntilIdle(Connection store, IndexFilling filling)
    {
        Interlocked.Exchange(ref _isWoken, 0);
        List<TaskCompletionSource> awaited;
        lock (_gate)
            awaited = [.. _awaited];
        bool isHeld;
        while (!(isHeld = Volatile.Read(ref _holds) > 0) && !_closing.IsSet && WorkOnce(store, filling))
        {
        }
        if (isHeld)
            return;
        lock (_gate)
            _awaited.RemoveAll(awaited.Contains);
        awaited.ForEach(static done => done.SetResult());
    }

    /// <summary>One commit at most; false when there is nothing to do.</summary>
    private bool WorkOnce(Connection store, IndexFilling filling)
    {
        DropDamaged();
        if (_database is null && !TryOpen(store))
            return false;
        return RemoveGone() || IndexWanted(filling) || IndexNext(filling) || GoRound(filling);
    }

    /// <summary>An empty store needs no index.</summary>
    private bool TryOpen(Connection store)
    {
        if (!File.Exists(_parts.Path) && store.Ask("SELECT 1 FROM rendition LIMIT 1") == 0)
            return false;
        IndexDatabase database = IndexDatabase.Open(_parts, store);
        _round = new(isWhole: true);
        Interlocked.Exchange(ref _lag, UnindexedMail.Count(store, IndexRows.Watermark(database.Writer)));
        Volatile.Write(ref _database, database);
        return true;
    }

    private bool RemoveGone()
    {
        List<long> gone = [.. _gone.Take(200)];
        if (gone.Count == 0)
            return false;
        IndexFilling.Remove(_database!.Writer, gone);
        gone.ForEach(_ => _gone.TryDequeue(out long _));
        return true;
    }

    private bool IndexWanted(IndexFilling filling)
    {
        if (Volatile.Read(ref _wanted) is not { } wanted)
            return false;
        _rests = RestsForWanted;
        filling.IndexWanted(_database!.Writer, wanted);
        _rests = RestsForWork;
        if (wanted.Count == 0)
            Volatile.Write(ref _wanted, null);
        return true;
    }

    private bool IndexNext(IndexFilling filling)
    {
        int indexed = filling.IndexNext(_database!.Writer);
        if (indexed == 0)
        {
            Interlocked.Exchange(ref _lag, 0);
            Metrics.Indexing(0);
            Metrics.IndexingSince(TimeSpan.Zero);
            return false;
        }
        Metrics.Indexing(Math.Max(0, Interlocked.Add(ref _lag, -indexed)));
        return true;
    }

    /// <summary>A low priority alone does not do it: a core that is free for a moment is wanted by a commit in the next.</summary>
    private void GiveWay(TimeSpan worked)
    {
        long commits = Volatile.Read(ref _commits);
        if (commits != _commitsSeen)
            _closing.Wait(worked * _rests);
        _commitsSeen = commits;
    }

    /// <summary>Looks at what was in no mailbox, and once after opening whether all that is in the index is still in the store.</summary>
    private bool GoRound(IndexFilling filling)
    {
        if (_round is { } round && filling.GoOn(_database!.Writer, round))
            return true;
        _round = null;
        return false;
    }

    private void Undo()
    {
        try
        {
            if (_database is { Writer.InTransaction: true } database)
                database.Writer.Execute("ROLLBACK");
        }
        catch (StoreFaultException)
        {
            Close();
        }
    }

    private void DropDamaged()
    {
        if (Interlocked.Exchange(ref _damaged, null) is not { } damaged || damaged != _database)
            return;
        Close();
        IndexDatabase.Remove(_parts.Path);
        Log.IndexAnew(_parts.Logger, _parts.Path);
    }

    private void Close()
    {
        IndexDatabase? database = _database;
        Volatile.Write(ref _database, null);
        database?.Dispose();
    }

    private void WaitForMore()
    {
        lock (_gate)
        {
            if (Volatile.Read(ref _isWoken) == 0 && !Monitor.Wait(_gate, BetweenRounds))
                _round ??= new(isWhole: false);
            if (_awaited.Count > 0 && Volatile.Read(ref _holds) == 0)
                return;
        }
        _closing.Wait(Gathering);
    }

    private void EndHold()
    {
        Interlocked.Decrement(ref _holds);
        Wake();
    }

    private sealed class Held(Indexer indexer) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                indexer.EndHold();
        }
    }
}

/// <summary>What the indexer is made of: how to open the store's database, the contents beside it, the index's file, the mark of this opening of the store.</summary>
internal sealed record IndexerParts(Func<Connection> OpenStore, ContentFolder Folder, string Path, long Opening, TimeProvider Clock, ILogger Logger);
