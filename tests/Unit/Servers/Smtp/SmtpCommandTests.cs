using DirMail.Servers.Smtp;

namespace DirMail.Unit.Servers.Smtp;

/// <summary>The table of verbs.</summary>
public sealed class SmtpCommandTests
{
    /// <summary>RFC 5321 4.5.1, and what else is taken; a verb nobody wrote down here was not thought about.</summary>
    [Fact]
    public void Every_verb_is_there_and_no_other() =>
        Assert.Equal("AUTH BDAT DATA EHLO ETRN HELO HELP LHLO MAIL NOOP QUIT RCPT RSET STARTTLS VRFY".Split(' '), SmtpCommand.All.Select(command => command.Verb).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("mail", "MAIL")]
    [InlineData("Mail", "MAIL")]
    [InlineData("MAILX", null)]
    [InlineData("", null)]
    public void Verbs_are_known_in_any_case(string said, string? verb) => Assert.Equal(verb, SmtpCommand.Find(said, SmtpRole.Relay)?.Verb);

    /// <summary>RFC 2033 4.1; nobody logs in by LMTP.</summary>
    [Theory]
    [InlineData(SmtpRole.Relay, "AUTH EHLO HELO")]
    [InlineData(SmtpRole.Submission, "AUTH EHLO HELO")]
    [InlineData(SmtpRole.Lmtp, "LHLO")]
    public void Some_verbs_are_of_one_dialect(SmtpRole role, string verbs) =>
        Assert.Equal(verbs.Split(' '), "AUTH EHLO HELO LHLO".Split(' ').Where(verb => SmtpCommand.Find(verb, role) is not null));
}
