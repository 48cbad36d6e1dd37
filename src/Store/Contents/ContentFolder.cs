using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;

namespace DirMail.Store.Contents;

/// <summary>
/// Where large contents lie: one file each, named by content id in hexadecimal, in 256 folders by the id's low octet. A file is written under
/// another name, synced, renamed and its folder synced before the row that speaks of it is committed, so a row always has its file. Which of the folders a file lies in is not
/// written down: ids are never used twice, so where there is a file of that name, it is that content.
/// </summary>
internal sealed partial class ContentFolder
{
    private const string Unfinished = ".part";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly string _folder;
    private readonly IReadOnlyDictionary<string, string> _partitions;

    /// <summary>The folder that each was begun in.</summary>
    private readonly ConcurrentDictionary<long, string> _unowned = new();

    /// <summary>Folders that were synced into theirs; it guards itself.</summary>
    private readonly HashSet<string> _shelves = [];

    private ContentFolder(string folder, IReadOnlyDictionary<string, string> partitions) => (_folder, _partitions) = (folder, partitions);

    /// <param name="folder">The one of whoever has no partition.</param>
    /// <param name="partitions">Folders of named partitions; they are there.</param>
    public static ContentFolder Open(string folder, IReadOnlyDictionary<string, string> partitions)
    {
        Directory.CreateDirectory(folder, OwnerOnly);
        return new(folder, partitions);
    }

    /// <summary>Within its folder.</summary>
    public static string NameOf(long content) => Path.Combine((content & 0xFF).ToString("x2", CultureInfo.InvariantCulture), content.ToString("x16", CultureInfo.InvariantCulture));

    /// <summary>Where its file is; where it would be, when there is none.</summary>
    public string PathOf(long content)
    {
        if (_partitions.Count > 0 && _unowned.TryGetValue(content, out string? begun))
            return Path.Combine(begun, NameOf(content));
        string usual = Path.Combine(_folder, NameOf(content));
        if (_partitions.Count == 0 || File.Exists(usual))
            return usual;
        return _partitions.Values.Select(folder => Path.Combine(folder, NameOf(content))).FirstOrDefault(File.Exists) ?? usual;
    }

    /// <summary>A new file for the octets of a content that is still arriving.</summary>
    /// <param name="partition">One that there is, or null.</param>
    public FileStream CreateUnfinished(long content, string? partition)
    {
        string folder = partition is null ? _folder : _partitions[partition];
        _unowned[content] = folder;
        string shelf = ShelfOf(content);
        EnsureShelf(folder, shelf);
        return new FileStream(PathOf(content) + Unfinished, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            BufferSize = 0,
            Options = FileOptions.Asynchronous,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    /// <summary>Syncs a complete file and puts it in its place; blocks for two syncs.</summary>
    public void Finish(long content, FileStream file)
    {
        file.Flush(flushToDisk: true);
        file.Dispose();
        File.Move(PathOf(content) + Unfinished, PathOf(content));
        SyncFolder(ShelfOf(content));
    }

    public bool HasPartition(string name) => _partitions.ContainsKey(name);

    /// <summary>Whether it has been handed in and no commit has taken or dropped it yet.</summary>
    public bool IsUnowned(long content) => _unowned.ContainsKey(content);

    /// <summary>A committed row speaks of it now.</summary>
    public void Keep(long content) => _unowned.TryRemove(content, out _);

    /// <summary>Removes what there is of a content, complete or not. Best effort: what stays is removed at the next start.</summary>
    public void Remove(long content)
    {
        string file = PathOf(content);
        foreach (string path in (string[])[file, file + Unfinished])
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
            }
        }
        _unowned.TryRemove(content, out _);
    }

    /// <summary>Ids of all complete files; unfinished ones are removed on the way when asked.</summary>
    public IEnumerable<long> List(bool removeUnfinished)
    {
        foreach (string shelf in ((string[])[_folder, .. _partitions.Values]).SelectMany(Directory.EnumerateDirectories))
        {
            foreach (string path in Directory.EnumerateFiles(shelf))
            {
                if (long.TryParse(Path.GetFileName(path), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long content))
                    yield return content;
                else if (removeUnfinished && path.EndsWith(Unfinished, StringComparison.Ordinal))
                    File.Delete(path);
            }
        }
    }

    /// <summary>Nobody uses a shelf that another is only about to sync, or that a process made which died before. None is made where a disk is not mounted any more.</summary>
    private void EnsureShelf(string folder, string shelf)
    {
        lock (_shelves)
        {
            if (_shelves.Contains(shelf) && Directory.Exists(shelf))
                return;
            if (!Directory.Exists(folder))
                throw new DirectoryNotFoundException($"the folder {folder} of the message store is not there any more");
            Directory.CreateDirectory(shelf, OwnerOnly);
            SyncFolder(folder);
            _shelves.Add(shelf);
        }
    }

    private string ShelfOf(long content) => Path.GetDirectoryName(PathOf(content))!;

    public static void SyncFolder(string folder)
    {
        int descriptor = OpenFile(folder, 0);
        if (descriptor < 0)
            throw new IOException($"cannot open the folder {folder} (errno {Marshal.GetLastPInvokeError()})");
        int result = Sync(descriptor);
        int error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (result != 0)
            throw new IOException($"cannot sync the folder {folder} (errno {error})");
    }

    // .NET opens no folders, and without its sync a rename may be lost with the power.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
