using DirMail.Store.Changes;
using DirMail.Store.Contents;
using DirMail.Store.Reading;
using DirMail.Store.Searching;
using DirMail.Store.Sqlite;
using DirMail.Store.Writing;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace DirMail.Store;

/// <summary>What an open store is made of, put together and taken apart in order.</summary>
internal sealed class StoreParts : IAsyncDisposable
{
    /// <summary>More inline would make single reads too large; see <see cref="StoreSettings.InlineOctets"/>.</summary>
    private const int MostInlineOctets = 256 * 1024;

    /// <summary>Ids are handed out from memory; each start begins a block further, so none is used twice although nothing is written as they are taken.</summary>
    private const long IdsPerStart = 1L << 36;

    /// <summary>So many openings are remembered; a search index that has seen none of them is filled anew.</summary>
    private const long OpeningsKept = 1000;

    private const int WriterCacheKibibytes = 64 * 1024;
    private const int ReaderCacheKibibytes = 8 * 1024;
    private readonly FileStream _lock;
    private readonly Checkpointer _checkpointer;
    private long _lastId;
    private int _closed;

    /// <param name="database">Migrated, the writer's own from here on.</param>
    private StoreParts(StoreSettings settings, FileStream folderLock, Connection database, TimeProvider clock, ILogger logger)
    {
        (Settings, Logger, _lock) = (settings, logger, folderLock);
        long mark = Random.Shared.NextInt64(1, long.MaxValue);
        _lastId = TakeIds(database, mark);
        Folder = ContentFolder.Open(Path.Combine(settings.Folder, "content"), Partitions.Open(database, settings));
        Log.Opened(logger, settings.Folder, database.Ask("PRAGMA user_version"), settings.KeepsStrayFiles ? 0 : Orphans.Remove(database, Folder));
        Feed = new(logger);
        Checkpointer? checkpointer = null;
        Writer = new(new(() => OpenWriting(settings), NextId, settings.MaxGroup, clock, logger, Publish, pages => checkpointer?.Written(pages), AtHand), database);
        _checkpointer = checkpointer = new(Connection.Open(PathIn(settings), cacheKibibytes: 1024), Writer.FinishCheckpointAsync, logger);
        Readers = new(settings.Readers, () => Connection.Open(PathIn(settings), ReaderCacheKibibytes));
        Sweeper = new(Writer, Folder, clock, logger);
        Search = new(settings.Indexes ? new(new(() => Connection.Open(PathIn(settings), cacheKibibytes: 1024), Folder, IndexDatabase.PathIn(settings), mark, clock, logger)) : null);
        Feed.Start();
    }

    public StoreSettings Settings { get; }
    public ILogger Logger { get; }
    public ContentFolder Folder { get; }
    public ChangeFeed Feed { get; }
    public AtHand AtHand { get; } = new();
    public Writer Writer { get; }
    public Readers Readers { get; }
    public RecentViews Views { get; } = new();
    public Sweeper Sweeper { get; }
    public SearchIndex Search { get; }

    public static StoreParts Open(StoreSettings settings, TimeProvider clock, ILogger logger)
    {
        if (settings.InlineOctets is < 1024 or > MostInlineOctets || settings.Readers is < 1 or > 64 || settings.MaxGroup is < 1 or > 1000)
            throw new ArgumentOutOfRangeException(nameof(settings), $"inlineOctets must be 1024 to {MostInlineOctets}, readers 1 to 64, maxGroup 1 to 1000");
        Batteries_V2.Init();
        FileStream folderLock = Lock(settings.Folder);
        Connection? database = null;
        try
        {
            database = OpenWriting(settings);
            Schema.Migrate(database);
            return new(settings, folderLock, database, clock, logger);
        }
        catch
        {
            database?.Dispose();
            folderLock.Dispose();
            throw;
        }
    }

    public long NextId() => Interlocked.Increment(ref _lastId);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1)
            return;
        await Sweeper.DisposeAsync().ConfigureAwait(false);
        await Task.Run(() =>
        {
            Writer.Dispose();
            Search.Dispose();
            _checkpointer.Dispose();
            Readers.Dispose();
        }).ConfigureAwait(false);
        await Feed.DisposeAsync().ConfigureAwait(false);
        await _lock.DisposeAsync().ConfigureAwait(false);
    }

    private void Publish(WriteScope scope)
    {
        Feed.Publish(scope);
        Search?.Committed(scope);
    }

    private static FileStream Lock(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the folder {folder} of the message store cannot be made or used: {e.Message}", e);
        }
        try
        {
            return new FileStream(Path.Combine(folder, "store.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"the message store in {folder} cannot be opened: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new IOException($"the message store in {folder} is in use by another process: stop that one first, or name another folder", e);
        }
    }

    public static string PathIn(StoreSettings settings) => Path.Combine(settings.Folder, "store.db");

    private static Connection OpenWriting(StoreSettings settings)
    {
        Connection database = Connection.Open(PathIn(settings), WriterCacheKibibytes);
        if (settings.MaxPages is { } most)
            database.Ask($"PRAGMA max_page_count = {most}");
        return database;
    }

    /// <param name="mark">No other opening has it.</param>
    private static long TakeIds(Connection database, long mark)
    {
        long last = database.Ask("SELECT max((SELECT value FROM counter WHERE name = 'id'), ifnull((SELECT max(id) FROM content), 0), ifnull((SELECT max(id) FROM rendition), 0))");
        database.Execute($"""
            BEGIN IMMEDIATE;
            UPDATE counter SET value = {last + IdsPerStart} WHERE name = 'id';
            INSERT OR REPLACE INTO opening VALUES ({last}, {mark});
            DELETE FROM opening WHERE begins < {last - OpeningsKept * IdsPerStart};
            COMMIT;
            """);
        return last;
    }
}
