using System.Globalization;
using DirMail.Store.Contents;
using DirMail.Store.Searching;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Checking;

/// <summary>
/// Mends what can be mended from what the store itself holds, each thing in a transaction of its own, and says what it did. Octets that nothing refers to are put aside as files, never
/// dropped; octets that are missing or wrong stay as they are: they come from a backup, or from nowhere.
/// </summary>
internal sealed class Repair(StoreParts parts, IProgress<StoreProgress>? progress)
{
    private readonly List<string> _done = [];
    private readonly string _aside = Path.Combine(parts.Settings.Folder, "lost");

    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        await MendContentsAsync(cancellationToken).ConfigureAwait(false);
        await SetAsideContentsAsync(cancellationToken).ConfigureAwait(false);
        int step = 0;
        foreach (Invariant invariant in Invariants.All.Where(static i => i.Mended is not null))
        {
            progress?.Report(new("mending", step++, Invariants.All.Count));
            List<string> mended = await parts.Writer.RunAsync(scope => Mend(scope.Database, invariant), cancellationToken).ConfigureAwait(false);
            _done.AddRange(mended.Select(which => $"{invariant.Mended}: {which}"));
        }
        await SetAsideFilesAsync(cancellationToken).ConfigureAwait(false);
        parts.Views.Clear();
        await DiscardIndexAsync(cancellationToken).ConfigureAwait(false);
        return _done;
    }

    /// <summary>It is filled anew when the store is next used.</summary>
    private async Task DiscardIndexAsync(CancellationToken cancellationToken)
    {
        string path = IndexDatabase.PathIn(parts.Settings);
        if (await new IndexInspection(path, parts.Readers).CheckAsync(cancellationToken).ConfigureAwait(false) is not { Count: > 0 })
            return;
        parts.Search.Discard(path);
        await parts.Search.CaughtUpAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        _done.Add($"search index thrown away, to be filled anew: {path}");
    }

    private static List<string> Mend(Connection database, Invariant invariant)
    {
        List<string> broken = StoreCheck.Broken(database, invariant);
        foreach (string sql in broken.Count == 0 ? [] : invariant.Mend)
        {
            using Statement mend = database.Use(sql);
            mend.Run();
        }
        return broken;
    }

    /// <summary>Octets that are what they were say how many they are, and how they are built.</summary>
    private async Task MendContentsAsync(CancellationToken cancellationToken)
    {
        var contents = new StoredContents(parts.Readers, parts.Folder);
        long done = 0, total = await contents.CountAsync(cancellationToken).ConfigureAwait(false);
        await foreach (StoredContent content in contents.AllAsync(cancellationToken).ConfigureAwait(false))
        {
            progress?.Report(new("contents", ++done, total));
            if (!content.HasItsOctets || (content.HasItsStructure && content.Octets == content.ActualOctets))
                continue;
            ScannedMessage scanned = await ScanAsync(content, cancellationToken).ConfigureAwait(false);
            await parts.Writer.RunAsync(scope => Update(scope.Database, content.Id, scanned), cancellationToken).ConfigureAwait(false);
            _done.Add(string.Create(CultureInfo.InvariantCulture, $"size and structure read anew: content {content.Id}"));
        }
    }

    private async Task<ScannedMessage> ScanAsync(StoredContent content, CancellationToken cancellationToken)
    {
        using var scan = new MessageScan();
        if (!content.IsInFile)
        {
            scan.Write(await parts.Readers.RunAsync(database => Data(database, content.Id), cancellationToken).ConfigureAwait(false));
            return scan.Complete();
        }
        byte[] piece = new byte[64 * 1024];
        await using FileStream octets = File.OpenRead(parts.Folder.PathOf(content.Id));
        for (int read; (read = await octets.ReadAsync(piece, cancellationToken).ConfigureAwait(false)) > 0;)
            scan.Write(piece.AsSpan(0, read));
        return scan.Complete();
    }

    private static byte[] Data(Connection database, long content)
    {
        using Statement find = database.Use("SELECT data FROM content WHERE id = ?").Bind(content);
        return find.Step() ? find.Blob(0).ToArray() : [];
    }

    private static bool Update(Connection database, long content, ScannedMessage scanned)
    {
        using (Statement forget = database.Use("UPDATE rendition SET envelope = NULL WHERE content = ?").Bind(content))
            forget.Run();
        using Statement update = database.Use("UPDATE content SET octets = ?, structure = ? WHERE id = ?").Bind(scanned.Structure.Octets).Bind(scanned.Stored).Bind(content);
        return update.Run() > 0;
    }

    /// <summary>Contents that no rendition speaks of: their octets become files, then their rows go.</summary>
    private async Task SetAsideContentsAsync(CancellationToken cancellationToken)
    {
        Invariant unheld = Invariants.All.First(static i => i.Broken == "content without a rendition");
        foreach (string which in await parts.Readers.RunAsync(database => StoreCheck.Broken(database, unheld), cancellationToken).ConfigureAwait(false))
        {
            long content = long.Parse(which, CultureInfo.InvariantCulture);
            byte[] data = await parts.Readers.RunAsync(database => Data(database, content), cancellationToken).ConfigureAwait(false);
            string file = AsideOf(content);
            if (data.Length > 0)
                await WriteAsync(file, data, cancellationToken).ConfigureAwait(false);
            else if (File.Exists(parts.Folder.PathOf(content)))
                File.Move(parts.Folder.PathOf(content), file, overwrite: true);
            await parts.Writer.RunAsync(scope => Delete(scope.Database, content), cancellationToken).ConfigureAwait(false);
            _done.Add($"content that nothing refers to put aside as {file}");
        }
    }

    private async Task SetAsideFilesAsync(CancellationToken cancellationToken)
    {
        foreach (long content in await new StoreCheck(parts.Readers, parts.Folder, parts.Sweeper).StrayFilesAsync(cancellationToken).ConfigureAwait(false))
        {
            string file = AsideOf(content);
            File.Move(parts.Folder.PathOf(content), file, overwrite: true);
            _done.Add($"file without a row put aside as {file}");
        }
    }

    private static bool Delete(Connection database, long content)
    {
        using Statement delete = database.Use("DELETE FROM content WHERE id = ?").Bind(content);
        return delete.Run() > 0;
    }

    private static async Task WriteAsync(string file, byte[] data, CancellationToken cancellationToken)
    {
        await using FileStream octets = File.Create(file);
        await octets.WriteAsync(data, cancellationToken).ConfigureAwait(false);
        octets.Flush(flushToDisk: true);
    }

    private string AsideOf(long content)
    {
        Directory.CreateDirectory(_aside, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return Path.Combine(_aside, content.ToString("x16", CultureInfo.InvariantCulture) + ".eml");
    }
}
