using SQLitePCL;

namespace DirMail.Store.Sqlite;

/// <summary>A prepared statement in use. Parameters are bound in their order of appearance; columns are read by position after <see cref="Step"/>.</summary>
internal sealed class Statement(Connection connection, sqlite3_stmt prepared) : IDisposable
{
    private nint _handle = prepared.DangerousGetHandle();
    private int _bound;

    public Statement Bind(long value) => Checked(StatementCalls.Bind(_handle, ++_bound, value));

    public Statement Bind(long? value) => value is { } number ? Bind(number) : BindNull();

    public Statement Bind(string? value) =>
        Checked(value is null ? raw.sqlite3_bind_null(prepared, ++_bound) : raw.sqlite3_bind_text(prepared, ++_bound, value));

    public Statement BindText(ReadOnlySpan<byte> utf8) => Checked(raw.sqlite3_bind_text(prepared, ++_bound, utf8));

    public Statement Bind(ReadOnlySpan<byte> value) =>
        Checked(value.IsEmpty ? raw.sqlite3_bind_zeroblob(prepared, ++_bound, 0) : raw.sqlite3_bind_blob(prepared, ++_bound, value));

    public Statement BindNull() => Checked(StatementCalls.BindNull(_handle, ++_bound));

    public Statement Bind(Guid value)
    {
        Span<byte> octets = stackalloc byte[16];
        value.TryWriteBytes(octets, bigEndian: true, out _);
        return Bind((ReadOnlySpan<byte>)octets);
    }

    public Statement Bind(Guid? value) => value is { } guid ? Bind(guid) : BindNull();

    /// <summary>Milliseconds since 1970, UTC.</summary>
    public Statement Bind(DateTimeOffset value) => Bind(value.ToUnixTimeMilliseconds());

    /// <summary>To the next row; false when there is none.</summary>
    public bool Step()
    {
        int code = StatementCalls.Step(_handle);
        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw connection.Fault(code),
        };
    }

    /// <summary>Runs to the end and returns the number of rows changed.</summary>
    public int Run()
    {
        while (Step())
        {
        }
        return connection.Changes;
    }

    public bool IsNull(int column) => StatementCalls.Type(_handle, column) == raw.SQLITE_NULL;

    public long Long(int column) => StatementCalls.Long(_handle, column);

    public int Int(int column) => (int)StatementCalls.Long(_handle, column);

    public bool Bool(int column) => Int(column) != 0;

    public string Text(int column) => raw.sqlite3_column_text(prepared, column).utf8_to_string() ?? "";

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>Valid until the next step only.</summary>
    public unsafe ReadOnlySpan<byte> Blob(int column) => StatementCalls.Blob(_handle, column) is not 0 and nint first ? new((void*)first, StatementCalls.BlobLength(_handle, column)) : default;

    public Guid Guid(int column) => Blob(column) is { Length: 16 } octets ? new Guid(octets, bigEndian: true) : throw new StoreFaultException(raw.SQLITE_CORRUPT, "an id is damaged");

    public DateTimeOffset Time(int column) => DateTimeOffset.FromUnixTimeMilliseconds(Long(column));

    /// <summary>From its start, with other parameters: all of them are to be bound anew.</summary>
    public Statement Again()
    {
        raw.sqlite3_reset(prepared);
        _bound = 0;
        return this;
    }

    /// <summary>Gives the statement back for its next use.</summary>
    public void Dispose()
    {
        _ = StatementCalls.Reset(_handle);
        if (_bound > 0)
            _ = StatementCalls.ClearBindings(_handle);
        _bound = 0;
    }

    /// <summary>Frees it for good.</summary>
    public void End()
    {
        (_handle, _bound) = (0, 0);
        prepared.Dispose();
    }

    private Statement Checked(int code) => code == raw.SQLITE_OK ? this : throw connection.Fault(code);
}
