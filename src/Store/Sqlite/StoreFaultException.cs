using SQLitePCL;

namespace DirMail.Store.Sqlite;

/// <summary>The database said no: the disk is full, failing or damaged, or a statement broke a rule of the schema.</summary>
internal sealed class StoreFaultException : IOException
{
    /// <summary>ENOSPC of Linux: what the runtime gives its own exceptions when there is no space.</summary>
    private const int NoSpace = 28;

    public StoreFaultException(int code, string message)
        : base($"the message store failed: {message} (SQLite {code})")
    {
        Code = code;
        if ((code & 0xFF) == raw.SQLITE_FULL)
            HResult = NoSpace;
    }

    /// <summary>Extended result code.</summary>
    public int Code { get; }

    /// <summary>
    /// Whether one job alone is at fault (a broken constraint, an oversized value): its savepoint is rolled back and the group goes on.
    /// After anything else (FULL, IOERR, NOMEM, CORRUPT ...) nothing of the transaction can be trusted.
    /// </summary>
    public bool IsOfOneJob => (Code & 0xFF) is raw.SQLITE_ERROR or raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH or raw.SQLITE_RANGE;

    /// <summary>A full disk leaves the connection sound; after the rest it is opened anew.</summary>
    public bool LeavesConnectionSound => IsOfOneJob || (Code & 0xFF) == raw.SQLITE_FULL;
}
