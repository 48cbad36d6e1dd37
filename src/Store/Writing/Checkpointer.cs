using DirMail.Store.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace DirMail.Store.Writing;

/// <summary>
/// Copies the write-ahead log into the database on a thread and a connection of its own, so that no commit waits for it. Under unbroken load that copy never
/// catches up with the log's end, and only a caught-up log can start again from its beginning; the rest is then copied by the writer itself between two groups.
/// </summary>
internal sealed class Checkpointer : IDisposable
{
    /// <summary>24 MiB of log: enough that pages written again and again are copied once, small enough to be read back quickly after a crash.</summary>
    private const int PagesBetween = 24 * 1024 * 1024 / Schema.PageOctets;

    private readonly Connection _database;
    private readonly Func<Task> _finishOnWriter;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _due = new(0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _work;
    private int _pages;

    /// <param name="finishOnWriter">Copies the rest of the log while nobody writes.</param>
    public Checkpointer(Connection database, Func<Task> finishOnWriter, ILogger logger)
    {
        (_database, _finishOnWriter, _logger) = (database, finishOnWriter, logger);
        _work = Task.Factory.StartNew(WorkAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    /// <summary>Called by the writer after each commit.</summary>
    public void Written(int pages)
    {
        _pages += pages;
        if (_pages < PagesBetween)
            return;
        _pages = 0;
        if (_due.CurrentCount == 0)
            _due.Release();
    }

    public void Dispose()
    {
        _closing.Cancel();
        _work.GetAwaiter().GetResult();
        _database.Dispose();
        _due.Dispose();
        _closing.Dispose();
    }

    private async Task WorkAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                await _due.WaitAsync(_closing.Token).ConfigureAwait(false);
                _database.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
                await _finishOnWriter().ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (Exception e)
            {
                Log.CheckpointFailed(_logger, e);
                Metrics.Failed(StoreFailure.Checkpoint);
            }
        }
    }
}
