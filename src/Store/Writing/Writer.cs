using System.Diagnostics;
using DirMail.Store.Contents;
using DirMail.Store.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace DirMail.Store.Writing;

/// <summary>
/// The one thread that writes. Whatever waits when it gets to work shares a transaction and one sync (group commit): at 32 committers that is what
/// makes a full sync cheap. A job that fails by itself is undone by itself; when the database fails, the whole group is undone and each is told.
/// </summary>
internal sealed class Writer : IDisposable
{
    private readonly Func<Connection> _open;
    private readonly Func<long> _nextId;
    private readonly int _maxGroup;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Action<WriteScope> _publish;
    private readonly Action<int> _written;
    private readonly AtHand _atHand;
    private readonly object _gate = new();
    private readonly Queue<WriteJob> _waiting = new();
    private readonly Queue<WriteJob> _background = new();
    private readonly List<WriteJob> _group = [];
    private readonly List<WriteJob> _done = [];
    private readonly Thread _thread;
    private Connection? _database;
    private TaskCompletionSource? _checkpoint;
    private bool _idle, _closing;

    public Writer(WriterParts parts, Connection database)
    {
        (_open, _nextId, _maxGroup, _clock, _logger, _publish, _written, _atHand) = parts;
        _database = database;
        _thread = new Thread(Work) { IsBackground = true, Name = "store writer" };
        _thread.Start();
    }

    /// <summary>Asked on the writer's thread for each new account; must not throw.</summary>
    public Func<DirMail.Mail.EntryId, OwnerName?> NameOf { get; set; } = static _ => null;

    /// <summary>The same.</summary>
    public Func<DirMail.Mail.EntryId, FirstMail?> FirstMailOf { get; set; } = static _ => null;

    /// <summary>False after a commit failed, until one succeeds.</summary>
    public bool IsHealthy { get; private set; } = true;

    /// <summary>Ends when <paramref name="work"/> is on disk. <exception cref="StoreFaultException">when the store could not write it; nothing of it was.</exception></summary>
    public Task<T> RunAsync<T>(Func<WriteScope, T> work, CancellationToken cancellationToken) => RunAsync(work, isBackground: false, cancellationToken);

    /// <summary>As <see cref="RunAsync{T}(Func{WriteScope, T}, CancellationToken)"/>, but only when nobody else waits.</summary>
    public Task<T> RunInBackgroundAsync<T>(Func<WriteScope, T> work, CancellationToken cancellationToken) => RunAsync(work, isBackground: true, cancellationToken);

    /// <summary>Copies the rest of the log between two groups; nobody writes meanwhile, so the log can start again from its beginning.</summary>
    public Task FinishCheckpointAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing, typeof(MessageStore));
            _checkpoint = done;
            if (_idle)
                Monitor.Pulse(_gate);
        }
        return done.Task;
    }

    /// <summary>Writes what waits, then ends the thread and the connection.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closing = true;
            Monitor.PulseAll(_gate);
        }
        _thread.Join();
        _database?.Dispose();
        _database = null;
    }

    private Task<T> RunAsync<T>(Func<WriteScope, T> work, bool isBackground, CancellationToken cancellationToken)
    {
        var job = new WriteJob<T>(work, cancellationToken);
        Add(job, isBackground);
        return job.Task;
    }

    private void Add(WriteJob job, bool isBackground)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing, typeof(MessageStore));
            (isBackground ? _background : _waiting).Enqueue(job);
            if (_idle)
                Monitor.Pulse(_gate);
        }
        Metrics.Queued(1);
    }

    private void Work()
    {
        while (TakeGroup())
        {
            try
            {
                FinishCheckpoint();
                if (_group.Count > 0)
                    WriteGroup();
            }
            catch (Exception e)
            {
                Abandon(e);
            }
            _group.Clear();
            _done.Clear();
        }
    }

    /// <summary>Background jobs come alone and last, so each delays the next group by one slice at most.</summary>
    private bool TakeGroup()
    {
        lock (_gate)
        {
            while (_waiting.Count + _background.Count == 0 && _checkpoint is null)
            {
                if (_closing)
                    return false;
                _idle = true;
                Monitor.Wait(_gate);
                _idle = false;
            }
            while (_group.Count < _maxGroup && _waiting.TryDequeue(out WriteJob? job))
                _group.Add(job);
            if (_group.Count == 0 && _background.TryDequeue(out WriteJob? slice))
                _group.Add(slice);
        }
        Metrics.Queued(-_group.Count);
        return true;
    }

    private void FinishCheckpoint()
    {
        TaskCompletionSource? wanted;
        lock (_gate)
            (wanted, _checkpoint) = (_checkpoint, null);
        if (wanted is null)
            return;
        try
        {
            _database?.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
            wanted.SetResult();
        }
        catch (StoreFaultException fault)
        {
            wanted.SetException(fault);
        }
    }

    private void WriteGroup()
    {
        long start = Stopwatch.GetTimestamp();
        using Activity? activity = Metrics.Activities.StartActivity("store commit");
        _database ??= _open();
        WriteScope scope = RunTogether() ?? RunEachAlone();
        scope.Commit();
        IsHealthy = true;
        activity?.SetTag("jobs", _done.Count);
        _publish(scope);
        ThreadPool.UnsafeQueueUserWorkItem(static jobs => TellAll(jobs), _done.ToArray(), preferLocal: false);
        Metrics.Stored(scope.OctetsAdded);
        Metrics.Committed(_done.Count, Stopwatch.GetElapsedTime(start));
        _written(_database.TakePagesWritten());
    }

    /// <summary>Waking a waiting task costs more than a small insert, so the writer leaves that to another thread. That one goes on with the first; alone in its group, a job changes threads once.</summary>
    private static void TellAll(WriteJob[] jobs)
    {
        foreach (WriteJob job in jobs.Skip(1))
            ThreadPool.UnsafeQueueUserWorkItem(static told => told.Committed(), job, preferLocal: true);
        if (jobs.Length > 0)
            jobs[0].Committed();
    }

    /// <summary>
    /// Without savepoints, which cost a fifth of a commit (each saves every page that a job touches first). Null when one job failed by itself: everything has been rolled back
    /// and is to be run again, one by one.
    /// </summary>
    private WriteScope? RunTogether()
    {
        WriteScope scope = Begin();
        try
        {
            foreach (WriteJob job in _group)
                if (job.Begin())
                {
                    _done.Add(job);
                    job.Run(scope);
                }
            return scope;
        }
        catch (Exception e) when (scope.IsOfOneJob(e))
        {
            scope.Do("ROLLBACK");
            _done.Clear();
            return null;
        }
    }

    private WriteScope RunEachAlone()
    {
        WriteScope scope = Begin();
        foreach (WriteJob job in _group)
        {
            if (!job.Begin())
                continue;
            try
            {
                scope.RunInSavepoint(job);
                _done.Add(job);
            }
            catch (JobFault fault)
            {
                Log.JobFailed(_logger, fault.Cause);
                Metrics.Failed(StoreFailure.Job);
                job.Failed(fault.Cause);
            }
        }
        return scope;
    }

    private WriteScope Begin()
    {
        var scope = new WriteScope(_database!, _clock.GetUtcNow(), _nextId) { NameOf = NameOf, FirstMailOf = FirstMailOf, AtHand = _atHand };
        scope.Do("BEGIN IMMEDIATE");
        return scope;
    }

    /// <summary>Nothing of the group counts: what the database holds is what it held before. No state of mailboxes is kept in memory, so none can be wrong.</summary>
    private void Abandon(Exception fault)
    {
        IsHealthy = false;
        Log.GroupFailed(_logger, fault, _group.Count);
        Metrics.Failed(StoreFailure.Commit);
        try
        {
            if (_database is { InTransaction: true })
                _database.Execute("ROLLBACK");
        }
        catch (StoreFaultException)
        {
            fault = fault is StoreFaultException ? fault : new IOException("the message store failed", fault);
        }
        if (fault is not StoreFaultException { LeavesConnectionSound: true })
        {
            _database?.Dispose();
            _database = null;
        }
        foreach (WriteJob job in _group)
            job.Failed(fault);
    }
}
