using System.Globalization;
using Microsoft.Extensions.Logging;

namespace DirMail.Serve;

/// <summary>Looks every few seconds whether files have changed, and has them read again; what cannot be read leaves in force what was read before.</summary>
internal sealed class ChangedFiles : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<Watched> _files;
    private readonly ILogger _logger;
    private readonly PeriodicTimer _timer;
    private readonly Task _watching;

    /// <param name="files">Each with who reads it again; it may throw an IOException that says why not.</param>
    public ChangedFiles(IEnumerable<(string File, Action ReadAgain)> files, TimeProvider clock, ILogger logger)
    {
        _files = [.. files.Select(static file => new Watched(file.File, file.ReadAgain) { Stamp = StampOf(file.File) })];
        _logger = logger;
        _timer = new(Interval, clock);
        _watching = WatchAsync();
    }

    /// <summary>Reads what changed since the last look.</summary>
    public void Look()
    {
        foreach (Watched file in _files)
        {
            // taken before it is read: what is written meanwhile is seen the next time
            string stamp = StampOf(file.File);
            if (stamp == file.Stamp)
                continue;
            file.Stamp = stamp;
            try
            {
                file.ReadAgain();
                Log.FileReadAgain(_logger, file.File);
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                Log.FileNotReadAgain(_logger, file.File, unreadable.Message);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _watching;
    }

    private async Task WatchAsync()
    {
        while (await _timer.WaitForNextTickAsync())
            Look();
    }

    private static string StampOf(string file)
    {
        var info = new FileInfo(file);
        return info.Exists ? string.Create(CultureInfo.InvariantCulture, $"{info.LastWriteTimeUtc.Ticks}/{info.Length}") : "";
    }

    private sealed record Watched(string File, Action ReadAgain)
    {
        public required string Stamp { get; set; }
    }
}
