using System.Collections.Concurrent;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Reading;

/// <summary>A fixed number of threads with a connection each. A read is one short transaction: it sees one state of the store and holds nothing afterwards.</summary>
internal sealed class Readers : IDisposable
{
    private readonly BlockingCollection<Action<Connection>> _waiting = [];
    private readonly List<Thread> _threads = [];

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
    public Task<T> RunAsync<T>(Func<Connection, T> read, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add(database =>
        {
            if (cancellationToken.IsCancellationRequested)
                done.TrySetCanceled(cancellationToken);
            else
                Run(database, read, done);
        }, cancellationToken);
        return done.Task;
    }

    public void Dispose()
    {
        _waiting.CompleteAdding();
        foreach (Thread thread in _threads)
            thread.Join();
        _waiting.Dispose();
    }

    private void Work(Connection database)
    {
        foreach (Action<Connection> read in _waiting.GetConsumingEnumerable())
            read(database);
        database.Dispose();
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
