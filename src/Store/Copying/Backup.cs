using DirMail.Store.Contents;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Copying;

/// <summary>
/// A copy of one moment: the database as one read transaction sees it, then the files of the contents that it speaks of. Files are written once, come before their rows, and none is
/// removed meanwhile, so the copy is whole although mail goes on.
/// </summary>
internal sealed class Backup(StoreParts parts, string target, IProgress<StoreProgress>? progress)
{
    public const string DatabaseName = "store.db";

    /// <summary>A step's octets: the disk is others' too.</summary>
    private const int PagesAStep = 512;

    public async Task<BackupReport> RunAsync(CancellationToken cancellationToken)
    {
        if (Path.Exists(target))
            throw new IOException($"{target} is there already: give the name of a new folder, or of a new file ending in .tar");
        string? parent = Path.GetDirectoryName(Path.GetFullPath(target));
        if (!Directory.Exists(parent))
            throw new IOException($"there is no folder {parent} to write the backup into");
        using IDisposable hold = parts.Sweeper.HoldFiles();
        string snapshot = $"{target}.{Guid.NewGuid():N}.db";
        try
        {
            await Task.Run(() => CopyDatabase(snapshot, cancellationToken), cancellationToken).ConfigureAwait(false);
            (BackupReport report, IReadOnlyList<long> files) = await Task.Run(() => Read(snapshot), cancellationToken).ConfigureAwait(false);
            await WriteAsync(snapshot, files, cancellationToken).ConfigureAwait(false);
            return report;
        }
        finally
        {
            foreach (string file in (string[])[snapshot, snapshot + "-wal", snapshot + "-shm"])
                File.Delete(file);
        }
    }

    private void CopyDatabase(string snapshot, CancellationToken cancellationToken)
    {
        using Connection from = Connection.Open(StoreParts.PathIn(parts.Settings), cacheKibibytes: 1024);
        from.Execute("BEGIN");
        // the transaction begins with its first read
        from.Ask("SELECT count(*) FROM counter");
        using Connection to = Connection.OpenCopy(snapshot);
        from.CopyTo(to, PagesAStep, (done, total) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(new("database pages", done, total));
        });
    }

    private BackupReport Counted(Connection copy, IReadOnlyList<long> files) => new(
        target, copy.Ask("SELECT count(*) FROM content"), copy.Ask("SELECT ifnull(sum(octets), 0) FROM content"), files.Count, copy.Ask("SELECT count(*) FROM entry"), copy.Ask("SELECT count(*) FROM queue_recipient"));

    private (BackupReport, IReadOnlyList<long>) Read(string snapshot)
    {
        using Connection copy = Connection.OpenCopy(snapshot);
        var files = new List<long>();
        using (Statement find = copy.Use("SELECT id FROM content WHERE data IS NULL ORDER BY id"))
            while (find.Step())
                files.Add(find.Long(0));
        return (Counted(copy, files), files);
    }

    private async Task WriteAsync(string snapshot, IReadOnlyList<long> files, CancellationToken cancellationToken)
    {
        await using BackupTarget to = BackupTarget.Create(target);
        await to.AddAsync(DatabaseName, snapshot, cancellationToken).ConfigureAwait(false);
        long done = 0;
        foreach (long content in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string path = parts.Folder.PathOf(content);
            if (!File.Exists(path))
                throw new IOException($"the store is damaged: {path} is missing: run `dirmail store check`");
            await to.AddAsync(Path.Combine("content", ContentFolder.NameOf(content)), path, cancellationToken).ConfigureAwait(false);
            progress?.Report(new("content files", ++done, files.Count));
        }
        to.Finish();
    }
}
