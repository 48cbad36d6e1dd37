using System.Collections.Concurrent;
using DirMail.Store.Contents;
using Microsoft.Extensions.Logging;

namespace DirMail.Store.Writing;

/// <summary>
/// Sweeps now and then, in slices that give way to everybody else. Two graces: a message stays readable for a while after its last reference went, for sessions
/// that have not been told; and its file outlives its row by longer than the longest download, for those in the middle of it.
/// </summary>
internal sealed class Sweeper : IAsyncDisposable
{
    public static readonly TimeSpan ReadableFor = TimeSpan.FromMinutes(2);
    public static readonly TimeSpan FilesFor = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);
    private readonly Writer _writer;
    private readonly ContentFolder _folder;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ConcurrentQueue<(long Content, DateTimeOffset Freed)> _files = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _work;
    private int _holds;

    public Sweeper(Writer writer, ContentFolder folder, TimeProvider clock, ILogger logger)
    {
        (_writer, _folder, _clock, _logger) = (writer, folder, clock, logger);
        _work = WorkAsync();
    }

    /// <summary>Files whose rows are gone and which will be removed later.</summary>
    public IEnumerable<long> Pending => _files.Select(static file => file.Content);

    /// <summary>No file is removed until it is disposed: for those who read all of them.</summary>
    public IDisposable HoldFiles()
    {
        Interlocked.Increment(ref _holds);
        return new Hold(this);
    }

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        while (await _writer.RunInBackgroundAsync(Sweep.Mailboxes, cancellationToken).ConfigureAwait(false))
        {
        }
        while (await _writer.RunInBackgroundAsync(static scope => ReaderRows.Sweep(scope, null), cancellationToken).ConfigureAwait(false))
        {
        }
        while (await _writer.RunInBackgroundAsync(scope => Sweep.Memory(scope, _clock.GetUtcNow()), cancellationToken).ConfigureAwait(false))
        {
        }
        DateTimeOffset before = _clock.GetUtcNow() - ReadableFor;
        bool more = true;
        while (more)
        {
            (more, IReadOnlyList<long> freed) = await _writer.RunInBackgroundAsync(scope => (Sweep.Renditions(scope, before), scope.Freed), cancellationToken).ConfigureAwait(false);
            foreach (long content in freed)
                _files.Enqueue((content, _clock.GetUtcNow()));
        }
        RemoveFiles(_clock.GetUtcNow() - FilesFor);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        RemoveFiles(DateTimeOffset.MaxValue);
        _closing.Dispose();
    }

    private async Task WorkAsync()
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_closing.Token).ConfigureAwait(false))
                await SweepOnceAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task SweepOnceAsync()
    {
        try
        {
            await SweepAsync(_closing.Token).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            Log.SweepFailed(_logger, e);
            Metrics.Failed(StoreFailure.Sweep);
        }
    }

    private void RemoveFiles(DateTimeOffset freedBefore)
    {
        while (Volatile.Read(ref _holds) == 0 && _files.TryPeek(out (long Content, DateTimeOffset Freed) file) && file.Freed <= freedBefore)
        {
            _folder.Remove(file.Content);
            _files.TryDequeue(out _);
        }
    }

    private sealed class Hold(Sweeper sweeper) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                Interlocked.Decrement(ref sweeper._holds);
        }
    }
}
