using DirMail.Servers.Imap;

namespace DirMail.Unit.Servers.Imap;

public sealed class ImapCommandTableTests
{
    /// <summary>Each is announced by the row of the command that it needs; a capability nobody wrote down here was not thought about.</summary>
    [Theory]
    [InlineData("IMAP4rev1", "CAPABILITY")]
    [InlineData("IMAP4rev2", "CAPABILITY")]
    [InlineData("UTF8=ACCEPT", "ENABLE")]
    [InlineData("MULTIAPPEND", "APPEND")]
    [InlineData("BINARY", "FETCH")]
    [InlineData("METADATA", "GETMETADATA")]
    [InlineData("ACL", "SETACL")]
    [InlineData("RIGHTS=texk", "SETACL")]
    [InlineData("LIST-MYRIGHTS", "LIST")]
    [InlineData("REPLACE", "REPLACE")]
    [InlineData("PREVIEW", "FETCH")]
    [InlineData("SAVEDATE", "FETCH")]
    [InlineData("COMPRESS=DEFLATE", "COMPRESS")]
    [InlineData("LITERAL-", "CAPABILITY")]
    [InlineData("ID", "ID")]
    [InlineData("SASL-IR", "AUTHENTICATE")]
    [InlineData("ENABLE", "ENABLE")]
    [InlineData("NAMESPACE", "NAMESPACE")]
    [InlineData("CHILDREN", "LIST")]
    [InlineData("SPECIAL-USE", "LIST")]
    [InlineData("LIST-EXTENDED", "LIST")]
    [InlineData("LIST-STATUS", "LIST")]
    [InlineData("CREATE-SPECIAL-USE", "CREATE")]
    [InlineData("OBJECTID", "STATUS")]
    [InlineData("QUOTA", "GETQUOTA")]
    [InlineData("QUOTA=RES-STORAGE", "GETQUOTA")]
    [InlineData("QUOTA=RES-MESSAGE", "GETQUOTA")]
    [InlineData("SEARCHRES", "SEARCH")]
    [InlineData("SORT", "SORT")]
    [InlineData("SORT=DISPLAY", "SORT")]
    [InlineData("THREAD=ORDEREDSUBJECT", "THREAD")]
    [InlineData("THREAD=REFERENCES", "THREAD")]
    [InlineData("CONDSTORE", "SELECT")]
    [InlineData("QRESYNC", "SELECT")]
    [InlineData("STATUS=SIZE", "STATUS")]
    [InlineData("APPENDLIMIT", "APPEND")]
    [InlineData("IDLE", "IDLE")]
    [InlineData("UNSELECT", "UNSELECT")]
    [InlineData("ESEARCH", "SEARCH")]
    [InlineData("WITHIN", "SEARCH")]
    [InlineData("MOVE", "MOVE")]
    [InlineData("UIDPLUS", "UID EXPUNGE")]
    public void Capabilities_come_from_commands(string capability, string command) =>
        Assert.Contains(capability, ImapCommandTable.Find(command)?.Capability?.Split(' ') ?? []);

    [Fact]
    public void Nothing_else_is_announced() => Assert.Equal(42, ImapCommandTable.Rows.Sum(row => row.Capability?.Split(' ').Length ?? 0));

    /// <summary>RFC 3501 7.4.1: EXPUNGE is never sent while FETCH, STORE or SEARCH run.</summary>
    [Theory]
    [InlineData("FETCH")]
    [InlineData("STORE")]
    [InlineData("SEARCH")]
    public void Commands_that_count_never_shift_numbers(string command) => Assert.Equal(Effect.UsesSequenceNumbers, ImapCommandTable.Find(command)!.Effect);

    [Fact]
    public void Every_command_of_RFC_3501_is_there() => Assert.All(
        "CAPABILITY NOOP LOGOUT STARTTLS AUTHENTICATE LOGIN SELECT EXAMINE CREATE DELETE RENAME SUBSCRIBE UNSUBSCRIBE LIST LSUB STATUS APPEND CHECK CLOSE EXPUNGE SEARCH FETCH STORE COPY".Split(' '),
        name => Assert.NotNull(ImapCommandTable.Find(name)));
}
