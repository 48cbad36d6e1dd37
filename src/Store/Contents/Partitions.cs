using DirMail.Store.Sqlite;

namespace DirMail.Store.Contents;

/// <summary>
/// Makes sure, before anything is read or written, that each partition is what it was: a disk that is not mounted looks like an empty folder, and what is missing there would be taken for damage.
/// A partition's contents lie in a folder "content" of it, with a file that says which one it is; the database has the same word.
/// </summary>
internal static class Partitions
{
    private const string Mark = "partition";

    /// <summary>Where the contents of the partition in that folder lie.</summary>
    public static string ContentIn(string folder) => Path.Combine(folder, "content");

    /// <summary>Folders of contents by the names of their partitions. <exception cref="IOException">when one is not there; the message says what to do.</exception></summary>
    public static IReadOnlyDictionary<string, string> Open(Connection database, StoreSettings settings)
    {
        var folders = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string folder) in settings.Partitions)
            folders[name] = Open(database, name, folder);
        foreach (string name in Known(database).Where(name => !folders.ContainsKey(name)))
            Forget(database, name, ContentFolder.Open(Path.Combine(settings.Folder, "content"), folders));
        return folders;
    }

    private static string Open(Connection database, string name, string folder)
    {
        string content = ContentIn(folder), file = Path.Combine(content, Mark);
        if (!Directory.Exists(folder))
            throw new IOException($"the partition '{name}' of the message store is not there: no folder {folder}: mount its disk, or make the folder if the partition is new (setting store.partitions)");
        string? known = MarkOf(database, name), found = File.Exists(file) ? File.ReadAllText(file).Trim() : null;
        if (known is not null && found != known)
            throw new IOException($"{folder} does not hold the partition '{name}' of this message store{(found is null ? ": is its disk mounted?" : ", but one of another store")} (setting store.partitions)");
        // an end before the row was written leaves the mark alone
        if (known is null && found is not null && Directory.EnumerateDirectories(content).Any())
            throw new IOException($"{folder} holds a partition of another message store: name another folder for '{name}' (setting store.partitions), or move {content} away");
        return known is null ? Begin(database, name, content) : content;
    }

    private static string Begin(Connection database, string name, string content)
    {
        string mark = Guid.NewGuid().ToString("N");
        Directory.CreateDirectory(content, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using (var file = new FileStream(Path.Combine(content, Mark), FileMode.Create, FileAccess.Write))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(mark));
            file.Flush(flushToDisk: true);
        }
        ContentFolder.SyncFolder(content);
        using Statement insert = database.Use("INSERT INTO partition (name, mark) VALUES (?, ?)").Bind(name).Bind(mark);
        insert.Run();
        return content;
    }

    /// <summary>The settings do not name it any more: right when its files are elsewhere now.</summary>
    private static void Forget(Connection database, string name, ContentFolder folder)
    {
        using (Statement find = database.Use("SELECT id FROM content WHERE data IS NULL"))
            while (find.Step())
                if (!File.Exists(folder.PathOf(find.Long(0))))
                    throw new IOException($"the message store has a partition '{name}' that the setting store.partitions does not name, and not all of its messages are elsewhere: name its folder again, or move what its folder content holds to {Path.GetDirectoryName(Path.GetDirectoryName(folder.PathOf(find.Long(0))))}");
        using Statement delete = database.Use("DELETE FROM partition WHERE name = ?").Bind(name);
        delete.Run();
    }

    private static List<string> Known(Connection database)
    {
        using Statement find = database.Use("SELECT name FROM partition ORDER BY name");
        var names = new List<string>();
        while (find.Step())
            names.Add(find.Text(0));
        return names;
    }

    private static string? MarkOf(Connection database, string name)
    {
        using Statement find = database.Use("SELECT mark FROM partition WHERE name = ?").Bind(name);
        return find.Step() ? find.Text(0) : null;
    }
}
