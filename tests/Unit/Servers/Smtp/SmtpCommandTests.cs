using DirMail.Servers.Smtp;

namespace DirMail.Unit.Servers.Smtp;

/// <summary>The table of verbs.</summary>
public sealed class SmtpCommandTests
{
    /// <summary>RFC 5321 4.5.1, and what else is taken; a verb nobody wrote down here was not thought about.</summary>
    [Fact]
    public void Every_verb_is_there_and_no_other() =>
        Assert.Equal("AUTH BDAT DATA EHLO ETRN HELO HELP MAIL NOOP QUIT RCPT RSET STARTTLS VRFY".Split(' '), SmtpCommand.All.Select(command => command.Verb).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("mail", "MAIL")]
    [InlineData("Mail", "MAIL")]
    [InlineData("MAILX", null)]
    [InlineData("", null)]
    public void Verbs_are_known_in_any_case(string said, string? verb) => Assert.Equal(verb, SmtpCommand.Find(said)?.Verb);
}
