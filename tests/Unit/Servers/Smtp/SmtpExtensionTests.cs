using DirMail.Servers.Smtp;
using DirMail.Unit.Architecture;

namespace DirMail.Unit.Servers.Smtp;

/// <summary>What EHLO offers is there: each keyword has a verb of the command table, each parameter a reader.</summary>
public sealed class SmtpExtensionTests
{
    [Fact]
    public void Everything_that_is_offered_is_there() => SmtpExtension.Check();

    /// <summary>A keyword that nobody wrote down here was not thought about.</summary>
    [Theory]
    [InlineData("PIPELINING", "EHLO")]
    [InlineData("SIZE", "MAIL")]
    [InlineData("VRFY", "VRFY")]
    [InlineData("ETRN", "ETRN")]
    [InlineData("STARTTLS", "STARTTLS")]
    [InlineData("AUTH", "AUTH")]
    [InlineData("ENHANCEDSTATUSCODES", "EHLO")]
    [InlineData("8BITMIME", "MAIL")]
    [InlineData("BINARYMIME", "BDAT")]
    [InlineData("CHUNKING", "BDAT")]
    [InlineData("SMTPUTF8", "MAIL")]
    [InlineData("DSN", "RCPT")]
    [InlineData("REQUIRETLS", "MAIL")]
    [InlineData("FUTURERELEASE", "MAIL")]
    [InlineData("DELIVERBY", "MAIL")]
    [InlineData("MT-PRIORITY", "MAIL")]
    [InlineData("LIMITS", "RCPT")]
    [InlineData("HELP", "HELP")]
    public void A_keyword_stands_once_with_the_verb_it_needs(string keyword, string verb)
    {
        Assert.Equal(verb, SmtpExtension.All.Single(extension => extension.Keyword == keyword).Verb);
        Assert.DoesNotContain($"\"{keyword}", Checkout.Source["src/Servers/Smtp/Ehlo.cs"]);
    }

    [Fact]
    public void No_other_keyword_is_offered() => Assert.Equal(18, SmtpExtension.All.Count);
}
