using DirMail.Store.Sqlite;

namespace DirMail.Store.Reading;

/// <summary>A fixed number of threads with a connection each, and one connection more for short reads of whoever asks. A read is one short transaction: it sees one state of the store and holds nothing afterwards.</summary>
internal sealed class Readers : IDisposable
{
    // waited for with a monitor, which sleeps at once: threads that look again and again for the next read took a sixth of the processor time of long lists
    private readonly object _gate = new();
    private readonly Queue<Action<Connection>> _waiting = new();
    private readonly List<(Thread Thread, Connection Database)> _threads = [];
    private readonly Func<Connection> _open;
    private readonly SemaphoreSlim _turn = new(1);
    private Connection? _here;
    private bool _closing;

    public Readers(int count, Func<Connection> open)
    {
        _open = () =>
        {
            Connection database = open();
            database.Execute("PRAGMA query_only = ON");
            return database;
        };
        for (int i = 0; i < count; i++)
        {
            Connection database = _open();
            var thread = new Thread(() => Work(database)) { IsBackground = true, Name = "store reader" };
            thread.Start();
            _threads.Add((thread, database));
        }
    }

    /// <exception cref="IOException">When the database could not be read.</exception>
    /// <exception cref="ObjectDisposedException">Thrown at once when the store is closed.</exception>
    public Task<T> RunAsync<T>(Func<Connection, T> read, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing, typeof(MessageStore));
            _waiting.Enqueue(database =>
            {
                if (cancellationToken.IsCancellationRequested)
                    done.TrySetCanceled(cancellationToken);
                else
                    Run(database, read, done);
            });
            Monitor.Pulse(_gate);
        }
        return done.Task;
    }

    /// <summary>
    /// The same for a few rows: on the caller's own thread, unless another caller does so now. Handing a read to another thread and its result back takes longer than such a read. One at a time,
    /// so that a slow disk keeps no more than one of the threads that serve all sessions.
    /// </summary>
    public Task<T> RunShortAsync<T>(Func<Connection, T> read, CancellationToken cancellationToken)
    {
        if (!_turn.Wait(0, CancellationToken.None))
            return RunAsync(read, cancellationToken);
        try
        {
            return cancellationToken.IsCancellationRequested ? Task.FromCanceled<T>(cancellationToken) : Task.FromResult(Run(_here ??= _open(), read));
        }
        catch (Exception e)
        {
            return Task.FromException<T>(e);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        // whoever comes later finds it taken, and then the rest closing
        _turn.Wait();
        _here?.Dispose();
        lock (_gate)
        {
            _closing = true;
            Monitor.PulseAll(_gate);
        }
        foreach ((Thread thread, _) in _threads)
            thread.Join();
        // one after the other: the last connection of a database copies the log and removes it, and of two that close at once each takes the other for one that stays
        foreach ((_, Connection database) in _threads)
            database.Dispose();
    }

    private void Work(Connection database)
    {
        while (Take() is { } read)
            read(database);
    }

    /// <summary>Null: the store is closing and nobody waits any more.</summary>
    private Action<Connection>? Take()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_closing)
                Monitor.Wait(_gate);
            return _waiting.TryDequeue(out Action<Connection>? read) ? read : null;
        }
    }

    private static void Run<T>(Connection database, Func<Connection, T> read, TaskCompletionSource<T> done)
    {
        try
        {
            done.TrySetResult(Run(database, read));
        }
        catch (Exception e)
        {
            done.TrySetException(e);
        }
    }

    private static T Run<T>(Connection database, Func<Connection, T> read)
    {
        Do(database, "BEGIN");
        try
        {
            return read(database);
        }
        finally
        {
            if (database.InTransaction)
                Do(database, "END");
        }
    }

    private static void Do(Connection database, string sql)
    {
        using Statement statement = database.Use(sql);
        statement.Run();
    }
}
