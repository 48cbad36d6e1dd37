using DirMail.Store.Sqlite;

namespace DirMail.Store.Searching;

/// <summary>
/// The tables of the search index, in a file of its own beside the store's. Nothing in it is needed: a file of another version, or of another store, is thrown away and filled anew.
/// Decision 0006 says why the tables are built so.
/// </summary>
internal static class IndexSchema
{
    /// <summary>Raised when the tables change, and when texts are read or folded differently.</summary>
    public const long Version = 2;

    /// <summary>Accounts are kept apart by the upper half of a document's number.</summary>
    public const int AccountShift = 32;

    private const string Tables = """
        -- 'watermark': all renditions up to this one have been looked at; 'opening': the mark of the store's opening that last opened this.
        CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

        -- A message of the index. doc is its number there: the account that has it, and one more than that account's last, so that an account's messages lie side by side.
        CREATE TABLE message (rendition INTEGER PRIMARY KEY, doc INTEGER NOT NULL, gaps INTEGER NOT NULL);
        CREATE UNIQUE INDEX message_doc ON message (doc);

        -- Looked at, but in no mailbox then (mail that is queued): it may come into one.
        CREATE TABLE waiting (rendition INTEGER PRIMARY KEY);

        -- Names of fields stand before their values. No positions are kept: that all trigrams of a text are there narrows enough, and costs a third of the space.
        CREATE VIRTUAL TABLE field USING fts5 (subject, sender, recipient, cc, bcc, content = '', contentless_delete = 1, detail = column, tokenize = 'trigram case_sensitive 1');
        CREATE VIRTUAL TABLE header USING fts5 (text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1');
        CREATE VIRTUAL TABLE body USING fts5 (text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1');
        """;

    private static readonly string[] FieldNames = ["SUBJECT", "FROM", "TO", "CC", "BCC"];

    /// <summary>Columns of table field.</summary>
    public static readonly IReadOnlyList<string> Fields = ["subject", "sender", "recipient", "cc", "bcc"];

    /// <summary>The column for a header field's name; null: it lies in table header.</summary>
    public static int? FieldOf(string name)
    {
        int index = Array.FindIndex(FieldNames, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : index;
    }

    public static bool IsCurrent(Connection database) => database.Ask("PRAGMA user_version") == Version;

    public static bool IsEmpty(Connection database) => database.Ask("SELECT count(*) FROM sqlite_schema") == 0;

    public static void Create(Connection database, long opening) =>
        database.Execute($"BEGIN IMMEDIATE; {Tables} INSERT INTO mark VALUES ('watermark', 0), ('opening', {opening}); PRAGMA user_version = {Version}; COMMIT;");
}
