using DirMail.Store.Reading;
using DirMail.Store.Sqlite;
using Microsoft.Extensions.Logging;
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

    /// <summary>Opens it, or makes it anew where it is missing, damaged, of another version or of another store.</summary>
    /// <param name="storeBegins">The id that this run of the store begins with: each run's is higher than the last one's. A store that was put back to an older state gives the same ids again.</param>
    public static IndexDatabase Open(string path, long storeBegins, ILogger logger)
    {
        Connection writer = OpenWriting(path, storeBegins, logger) ?? OpenWriting(path, storeBegins, logger) ?? throw new StoreFaultException(raw.SQLITE_CORRUPT, $"cannot make {path}");
        return new(writer, new(ReaderCount, () => OpenConnection(path)));
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
    private static Connection? OpenWriting(string path, long storeBegins, ILogger logger)
    {
        Connection? database = null;
        try
        {
            database = OpenConnection(path);
            if (IndexSchema.IsEmpty(database))
                IndexSchema.Create(database);
            if (IndexSchema.IsCurrent(database) && database.Ask("SELECT value FROM mark WHERE name = 'store'") < storeBegins)
            {
                database.Execute($"UPDATE mark SET value = {storeBegins} WHERE name = 'store'");
                return database;
            }
            Log.IndexOfAnother(logger, path);
        }
        catch (StoreFaultException fault) when (IsDamage(fault))
        {
            Log.IndexDamaged(logger, fault, path);
        }
        catch
        {
            database?.Dispose();
            throw;
        }
        database?.Dispose();
        Remove(path);
        return null;
    }
}
