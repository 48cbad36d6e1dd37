using DirMail.Servers.Pop3;

namespace DirMail.Unit.Servers.Pop3;

/// <summary>What CAPA announces stands in the command table, in the row of the command it needs.</summary>
public sealed class Pop3CommandTableTests
{
    /// <summary>A capability nobody wrote down here was not thought about.</summary>
    [Theory]
    [InlineData("CAPA", "RESP-CODES|AUTH-RESP-CODE|PIPELINING|EXPIRE NEVER|IMPLEMENTATION DirMail")]
    [InlineData("STLS", "STLS")]
    [InlineData("USER", "USER")]
    [InlineData("AUTH", "SASL PLAIN LOGIN")]
    [InlineData("UTF8", "UTF8 USER")]
    [InlineData("LANG", "LANG")]
    [InlineData("UIDL", "UIDL")]
    [InlineData("TOP", "TOP")]
    public void Capabilities_come_from_commands(string command, string capabilities) =>
        Assert.Equal(capabilities.Split('|'), Pop3CommandTable.Find(command)!.Capabilities);

    [Fact]
    public void Nothing_else_is_announced() => Assert.Equal(12, Pop3CommandTable.Rows.Sum(row => row.Capabilities.Count));

    [Fact]
    public void Every_command_of_RFC_1939_but_APOP_is_there() => Assert.All(
        "USER PASS QUIT STAT LIST RETR DELE NOOP RSET TOP UIDL".Split(' '), name => Assert.NotNull(Pop3CommandTable.Find(name)));
}
