using DirMail.Servers.Smtp;
using DirMail.Unit.Architecture;

namespace DirMail.Unit.Servers.Smtp;

/// <summary>What EHLO offers stands in the command table, in the row of the verb it needs.</summary>
public sealed class SmtpCommandTests
{
    /// <summary>RFC 5321 4.5.1, and what else is taken; a verb nobody wrote down here was not thought about.</summary>
    [Fact]
    public void Every_verb_is_there_and_no_other() =>
        Assert.Equal("AUTH BDAT DATA EHLO HELO HELP MAIL NOOP QUIT RCPT RSET STARTTLS VRFY".Split(' '), SmtpCommand.All.Select(command => command.Verb).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("EHLO", "PIPELINING ENHANCEDSTATUSCODES")]
    [InlineData("RCPT", "DSN")]
    [InlineData("BDAT", "CHUNKING")]
    public void Keywords_stand_with_the_verb_they_need(string verb, string keywords) =>
        Assert.Equal(keywords.Split(' '), SmtpCommand.Find(verb)!.Offers(null!));

    /// <summary>Keywords have one place each: EHLO's own file writes none.</summary>
    [Fact]
    public void Only_the_table_s_verbs_offer() => Assert.All(
        "PIPELINING ENHANCEDSTATUSCODES DSN CHUNKING SIZE 8BITMIME SMTPUTF8 STARTTLS AUTH".Split(' '), keyword => Assert.DoesNotContain(keyword, Checkout.Source["src/Servers/Smtp/Ehlo.cs"]));

    [Theory]
    [InlineData("mail", "MAIL")]
    [InlineData("Mail", "MAIL")]
    [InlineData("MAILX", null)]
    [InlineData("", null)]
    public void Verbs_are_known_in_any_case(string said, string? verb) => Assert.Equal(verb, SmtpCommand.Find(said)?.Verb);
}
