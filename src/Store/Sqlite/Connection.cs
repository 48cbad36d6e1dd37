using SQLitePCL;

namespace DirMail.Store.Sqlite;

/// <summary>
/// One connection to the database, used by one thread at a time. A thin layer over SQLite's own calls: statements are prepared once and kept, because
/// preparing costs more than running them.
/// </summary>
internal sealed class Connection : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    private readonly string _path;

    private Connection(sqlite3 handle, string path) => (_handle, _path) = (handle, path);

    /// <summary>Opens or makes the database in WAL mode with full sync: a commit that returned survives a power loss.</summary>
    public static Connection Open(string path, int cacheKibibytes)
    {
        Batteries_V2.Init();
        int code = raw.sqlite3_open_v2(path, out sqlite3 handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code != raw.SQLITE_OK)
        {
            handle?.Dispose();
            throw new StoreFaultException(code, $"cannot open {path}");
        }
        var connection = new Connection(handle, path);
        try
        {
            connection.Configure(cacheKibibytes);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens or makes a database of what can be made again: a power loss may take its last commits, and it copies its log by itself.</summary>
    public static Connection OpenDerived(string path, int cacheKibibytes)
    {
        Connection derived = Open(path, cacheKibibytes);
        derived.Execute("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 1000;");
        return derived;
    }

    /// <summary>Opens or makes a copy: one file, without a log beside it.</summary>
    public static Connection OpenCopy(string path)
    {
        Connection copy = Open(path, cacheKibibytes: 1024);
        copy.Ask("PRAGMA journal_mode = DELETE");
        return copy;
    }

    /// <summary>Copies the whole database, as this connection's transaction sees it.</summary>
    /// <param name="told">Pages copied, and how many there are.</param>
    public void CopyTo(Connection to, int pagesAStep, Action<long, long> told)
    {
        using sqlite3_backup copy = raw.sqlite3_backup_init(to._handle, "main", _handle, "main") ?? throw to.Fault(raw.sqlite3_errcode(to._handle));
        int code;
        do
        {
            code = raw.sqlite3_backup_step(copy, pagesAStep);
            if (code is not (raw.SQLITE_OK or raw.SQLITE_DONE))
                throw to.Fault(code);
            int total = raw.sqlite3_backup_pagecount(copy);
            told(total - raw.sqlite3_backup_remaining(copy), total);
        }
        while (code != raw.SQLITE_DONE);
    }

    /// <summary>False also when SQLite itself has rolled the transaction back.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    public int Changes => raw.sqlite3_changes(_handle);

    public long LastRowId => raw.sqlite3_last_insert_rowid(_handle);

    /// <summary>Takes the kept statement of that text, with its parameters unset; disposing gives it back. Not to be nested in itself.</summary>
    public Statement Use(string sql)
    {
        if (!_statements.TryGetValue(sql, out Statement? statement))
        {
            int code = raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out sqlite3_stmt prepared);
            if (code != raw.SQLITE_OK)
                throw Fault(code);
            statement = new Statement(this, prepared);
            _statements.Add(sql, statement);
        }
        return statement;
    }

    /// <summary>Runs statements without parameters or wanted results.</summary>
    public void Execute(string sql)
    {
        int code = raw.sqlite3_exec(_handle, sql);
        if (code != raw.SQLITE_OK)
            throw Fault(code);
    }

    /// <summary>First column of the first row of a statement that is used once; 0 without a row.</summary>
    public long Ask(string sql)
    {
        using Statement statement = Use(sql);
        return statement.Step() ? statement.Long(0) : 0;
    }

    /// <summary>Copies the log into the database as far as readers allow; returns whether all of it went.</summary>
    public bool Checkpoint(int mode)
    {
        int code = raw.sqlite3_wal_checkpoint_v2(_handle, "main", mode, out int frames, out int copied);
        if (code is not (raw.SQLITE_OK or raw.SQLITE_BUSY))
            throw Fault(code);
        return code == raw.SQLITE_OK && frames == copied;
    }

    /// <summary>Pages written through this connection since the last call.</summary>
    public int TakePagesWritten() =>
        raw.sqlite3_db_status(_handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out int current, out _, 1) == raw.SQLITE_OK ? current : 0;

    public StoreFaultException Fault(int code)
    {
        int extended = raw.sqlite3_extended_errcode(_handle);
        string message = raw.sqlite3_errmsg(_handle).utf8_to_string();
        if ((code & 0xFF) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB)
            message = $"{_path} is damaged: {message}: run `dirmail store check`, and `dirmail store restore` when it cannot be mended";
        return new((extended & 0xFF) == (code & 0xFF) ? extended : code, message);
    }

    public void Dispose()
    {
        foreach (Statement statement in _statements.Values)
            statement.End();
        _statements.Clear();
        _handle.Dispose();
    }

    private void Configure(int cacheKibibytes)
    {
        raw.sqlite3_busy_timeout(_handle, 10_000);
        Execute($"""
            PRAGMA page_size = {Schema.PageOctets};
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA journal_size_limit = 67108864;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -{cacheKibibytes};
            """);
    }
}
