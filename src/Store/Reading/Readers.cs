using DirMail.Store.Sqlite;

namespace DirMail.Store.Reading;

/// <summary>A fixed number of threads with a connection each. A read is one short transaction: it sees one state of the store and holds nothing afterwards.</summary>
internal sealed class Readers : IDisposable
{
    // waited for with a monitor, which sleeps at once: threads that look again and again for the next read took a sixth of the processor time of long lists
    private readonly object _gate = new();
    private readonly Queue<Action<Connection>> _waiting = new();
    private readonly List<Thread> _threads = [];
    private bool _closing;

    public Readers(int count, Func<Connection> open)
    {
        for (int i = 0; i < count; i++)
        {
            Connection database = open();
            database.Execute("PRAGMA query_only = ON");
            var thread = new Thread(() => Work(database)) { IsBackground = true, Name = "store reader" };
            thread.Start();
            _threads.Add(thread);
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

    public void Dispose()
    {
        lock (_gate)
        {
            _closing = true;
            Monitor.PulseAll(_gate);
        }
        foreach (Thread thread in _threads)
            thread.Join();
    }

    private void Work(Connection database)
    {
        while (Take() is { } read)
            read(database);
        database.Dispose();
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
            Do(database, "BEGIN");
            T result;
            try
            {
                result = read(database);
            }
            finally
            {
                if (database.InTransaction)
                    Do(database, "END");
            }
            done.TrySetResult(result);
        }
        catch (Exception e)
        {
            done.TrySetException(e);
        }
    }

    private static void Do(Connection database, string sql)
    {
        using Statement statement = database.Use(sql);
        statement.Run();
    }
}
