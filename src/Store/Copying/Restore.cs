using System.Formats.Tar;
using System.Globalization;
using DirMail.Store.Contents;
using DirMail.Store.Copying;
using Microsoft.Extensions.Logging;

namespace DirMail.Store;

/// <summary>
/// Puts a backup in a store's place. It is laid beside, brought to this version and checked in full first; what stood there before is renamed, never removed. The caller holds the data folder.
/// </summary>
public sealed class Restore(string source, StoreSettings settings, TimeProvider clock, ILogger logger)
{
    /// <summary>
    /// True: nothing has come since the backup (a move to another machine), so mail programs go on as if nothing had happened. Else every mailbox gets a new UIDVALIDITY, because
    /// UIDs that were given since then will be given again (RFC 9051 2.3.1.1).
    /// </summary>
    public bool IsLatest { get; init; }

    public IProgress<StoreProgress>? Progress { get; init; }

    /// <exception cref="IOException">The backup cannot be read or is not sound; the store is as it was.</exception>
    public async Task<RestoreReport> RunAsync(CancellationToken cancellationToken)
    {
        string beside = settings.Folder + ".part";
        if (Directory.Exists(beside))
            Directory.Delete(beside, recursive: true);
        try
        {
            await LayAsync(beside, cancellationToken).ConfigureAwait(false);
            StoreStatistics restored = await CheckedAsync(beside, cancellationToken).ConfigureAwait(false);
            return new(restored.Contents, restored.Entries, restored.QueueRecipients, Swap(beside));
        }
        finally
        {
            if (Directory.Exists(beside))
                Directory.Delete(beside, recursive: true);
        }
    }

    private async Task LayAsync(string beside, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(beside, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (File.Exists(source))
            await UnpackAsync(beside, cancellationToken).ConfigureAwait(false);
        else if (File.Exists(Path.Combine(source, Backup.DatabaseName)))
            await CopyAsync(beside, cancellationToken).ConfigureAwait(false);
        if (!File.Exists(Path.Combine(beside, Backup.DatabaseName)))
            throw new IOException($"{source} is no backup of a message store: neither a folder with {Backup.DatabaseName} in it nor a tar of one");
    }

    private async Task UnpackAsync(string beside, CancellationToken cancellationToken)
    {
        try
        {
            // entries that point out of the folder are refused there
            await TarFile.ExtractToDirectoryAsync(source, beside, overwriteFiles: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException)
        {
            throw new IOException($"{source} is no tar of a backup: {e.Message}", e);
        }
    }

    private async Task CopyAsync(string beside, CancellationToken cancellationToken)
    {
        // a backup has no log; a store that was killed and then put aside has its last commits there
        string[] files = [Path.Combine(source, Backup.DatabaseName), .. Directory.GetFiles(source, Backup.DatabaseName + "-wal"), .. ContentFiles()];
        long done = 0;
        foreach (string file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string to = Path.Combine(beside, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            await using FileStream from = File.OpenRead(file);
            await using FileStream copy = File.Create(to);
            await from.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
            copy.Flush(flushToDisk: true);
            Progress?.Report(new("files", ++done, files.Length));
        }
    }

    private string[] ContentFiles() => Path.Combine(source, "content") is var folder && Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories) : [];

    private async Task<StoreStatistics> CheckedAsync(string beside, CancellationToken cancellationToken)
    {
        await using MessageStore store = await MessageStore.OpenAsync(settings with { Folder = beside, Partitions = new Dictionary<string, string>(), KeepsStrayFiles = true, Indexes = false }, clock, logger, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<string> problems = await store.CheckAsync(Progress, cancellationToken).ConfigureAwait(false);
        if (problems.Count > 0)
            throw new IOException($"the backup {source} is not sound, nothing was restored:\n{string.Join('\n', problems)}");
        if (!IsLatest)
            await store.RenewAsync(cancellationToken).ConfigureAwait(false);
        return await store.StatisticsAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All contents lie with the store then; what partitions held is kept under another name there. Returns where the former store is; null: there was none.</summary>
    private string? Swap(string beside)
    {
        string? former = null;
        string before = clock.GetUtcNow().ToString("'.before-'yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);
        if (Directory.Exists(settings.Folder))
        {
            former = settings.Folder + before;
            Directory.Move(settings.Folder, former);
        }
        foreach (string content in settings.Partitions.Values.Select(Partitions.ContentIn).Where(Directory.Exists))
            Directory.Move(content, content + before);
        Directory.Move(beside, settings.Folder);
        return former;
    }
}

/// <param name="Former">Where the store that stood there is now; null: there was none.</param>
public sealed record RestoreReport(long Contents, long Entries, long QueueRecipients, string? Former);
