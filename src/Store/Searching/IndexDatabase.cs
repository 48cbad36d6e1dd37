using DirMail.Store.Reading;
using DirMail.Store.Sqlite;
using SQLitePCL;

namespace DirMail.Store.Searching;

/// <summary>The index's file, open: a connection for the one who fills it, and readers of its own, so that no search takes a reader from the rest of the store.</summary>
internal sealed class IndexDatabase : IDisposable
{
    private const int CacheKibibytes = 8 * 1024;
    private const int ReaderCount = 2;

    private IndexDatabase(Connection writer, Readers readers) => (Writer, Readers) = (writer, readers);

    public Connection Writer { get; }

    public Readers Readers { get; }

    public static string PathIn(StoreSettings settings) => Path.Combine(settings.Folder, "search.db");

    /// <summary>Opens it, or makes it anew where it is missing, damaged, of another version or of another state of the store.</summary>
    public static IndexDatabase Open(IndexerParts parts, Connection store)
    {
        Connection writer = OpenWriting(parts, store) ?? OpenWriting(parts, store) ?? throw new StoreFaultException(raw.SQLITE_CORRUPT, $"cannot make {parts.Path}");
        return new(writer, new(ReaderCount, () => OpenConnection(parts.Path)));
    }

    public static Connection OpenConnection(string path) => Connection.OpenDerived(path, CacheKibibytes);

    /// <summary>Whether the file itself is at fault, not the disk that it lies on.</summary>
    public static bool IsDamage(StoreFaultException fault) => (fault.Code & 0xFF) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_ERROR or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH;

    public static void Remove(string path)
    {
        foreach (string file in (string[])[path, path + "-wal", path + "-shm"])
            File.Delete(file);
    }

    public void Dispose()
    {
        Readers.Dispose();
        Writer.Dispose();
    }

    /// <summary>Null: what was there has been removed.</summary>
    private static Connection? OpenWriting(IndexerParts parts, Connection store)
    {
        Connection? database = null;
        try
        {
            database = OpenConnection(parts.Path);
            if (IndexSchema.IsEmpty(database))
                IndexSchema.Create(database, parts.Opening);
            if (IndexSchema.IsCurrent(database) && IsOf(store, database))
            {
                database.Execute($"UPDATE mark SET value = {parts.Opening} WHERE name = 'opening'");
                return database;
            }
            Log.IndexOfAnother(parts.Logger, parts.Path);
        }
        catch (StoreFaultException fault) when (IsDamage(fault))
        {
            Log.IndexDamaged(parts.Logger, fault, parts.Path);
        }
        catch
        {
            database?.Dispose();
            throw;
        }
        database?.Dispose();
        Remove(parts.Path);
        return null;
    }

    /// <summary>
    /// Whether the store remembers the opening that last opened the index. If so it is what that one made of it, or goes on from there, and later openings give higher ids: what the index knows of an id is of this store's
    /// message, or of none. A store that was put back remembers only openings from before; the ids that it gives next, the index may know of other messages.
    /// </summary>
    private static bool IsOf(Connection store, Connection database) => store.Ask($"SELECT 1 FROM opening WHERE mark = {database.Ask("SELECT value FROM mark WHERE name = 'opening'")}") != 0;
}
