using System.Runtime.InteropServices;

namespace DirMail.Store.Sqlite;

/// <summary>
/// SQLite's calls that are made for each row, by a statement's bare handle: the package's own count a use of the handle in each, which takes longer than what most of them do.
/// Those that never wait do without the collector's knowledge, too. With 0 for a statement they fail or return nothing; only <see cref="ClearBindings"/> wants one.
/// </summary>
internal static partial class StatementCalls
{
    private const string Library = "e_sqlite3";

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(nint statement);

    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "sqlite3_clear_bindings")]
    public static partial int ClearBindings(nint statement);

    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    public static partial int Bind(nint statement, int parameter, long value);

    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    public static partial int BindNull(nint statement, int parameter);

    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "sqlite3_column_type")]
    public static partial int Type(nint statement, int column);

    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    public static partial long Long(nint statement, int column);

    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    public static partial nint Blob(nint statement, int column);

    /// <summary>Of what <see cref="Blob"/> returned.</summary>
    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    public static partial int BlobLength(nint statement, int column);
}
