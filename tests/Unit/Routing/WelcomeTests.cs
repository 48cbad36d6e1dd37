using DirMail.Routing;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>mailDomainWelcomeMessage: what of it counts, and in which language.</summary>
public class WelcomeTests
{
    private const string Bcd = "o=bcd.com,o=hosting";
    private const string Attribute = "mailDomainWelcomeMessage";

    [Theory]
    [InlineData("Subject: Hello$$Text", "Hello", null, "", "Text", 0)]
    [InlineData("Subject: Hello\n\nText\nmore", "Hello", null, "", "Text$more", 0)]
    [InlineData("From: The Office <office@bcd.net>$subject: A$ b$$$$x", "A b", "office@bcd.net", "The Office", "$$x", 0)]
    [InlineData("From: postmaster@bcd.com$Subject: Hello$$", "Hello", "postmaster@bcd.com", "", "", 0)]
    [InlineData("From: boss@cde.com$Subject: Hello$$x", "Hello", null, "", "x", 1)]
    [InlineData("From: a@bcd.com, b@bcd.com$Subject: Hello$$x", "Hello", null, "", "x", 1)]
    [InlineData("From: nonsense$Subject: Hello$$x", "Hello", null, "", "x", 1)]
    [InlineData("Subject: Hello$Bcc: all@bcd.com$Content-Type: text/html$$x", "Hello", null, "", "x", 1)]
    [InlineData("Hello there", "Welcome", null, "", "Hello there", 1)]
    [InlineData("$$x", "Welcome", null, "", "x", 0)]
    [InlineData("Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= \\24 [ID]$$x", "Grüße $ [ID]", null, "", "x", 0)]
    public void Subject_and_sender_count(string value, string subject, string? sender, string name, string text, int problems)
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, Attribute, value);
        Welcome welcome = Assert.Single(directory.Domain("bcd.com").Welcomes);
        Assert.Equal((subject, sender, name, text), (welcome.Subject, welcome.Sender?.ToString(), welcome.SenderName, welcome.Text));
        Assert.Equal(problems, directory.Table.Problems.Count(static p => p is { Dn: Bcd, Attribute: Attribute, IsWithoutEffect: false }));
    }

    [Theory]
    [InlineData(null, null, "all")]
    [InlineData("fr", null, "fr")]
    [InlineData("fr-CA, en", null, "fr")]
    [InlineData("es", "fr", "fr")]
    [InlineData("de", "fr", "de")]
    [InlineData("es", null, "all")]
    public void The_users_language_comes_before_the_domains(string? user, string? domain, string expected)
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, Attribute, "Subject: all$$x");
        directory.Set(Bcd, Attribute + ";lang-FR", "Subject: fr$$x");
        directory.Set(Bcd, Attribute + ";lang-de;lang-de-CH", "Subject: de$$x");
        directory.Set(Bcd, "preferredLanguage", domain is null ? [] : [domain]);
        directory.Set(UserDn("alice", "bcd.com"), "preferredLanguage", user is null ? [] : [user]);
        Assert.Equal(expected, directory.Domain("bcd.com").WelcomeFor(directory.User("alice", "bcd.com"))?.Subject);
        Assert.DoesNotContain(directory.Table.Problems, static p => p.Dn == Bcd);
    }

    [Fact]
    public void What_is_in_other_languages_only_is_for_nobody_else()
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, Attribute + ";lang-fr", "Subject: fr$$x");
        directory.Set(Bcd, "preferredLanguage");
        directory.Set(UserDn("alice", "bcd.com"), "preferredLanguage", "en");
        Assert.Null(directory.Domain("bcd.com").WelcomeFor(directory.User("alice", "bcd.com")));
        Assert.Null(directory.Domain("cde.com").WelcomeFor(directory.User("carol", "cde.com")));
    }

    [Fact]
    public void What_cannot_be_meant_is_told_and_not_sent()
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, Attribute, "Subject: one$$x", "Subject: two$$x");
        directory.Set(Bcd, Attribute + ";binary", "Subject: three$$x");
        directory.Set(Bcd, Attribute + ";lang-de", "Subject: long$$" + new string('x', 20_000));
        Assert.Empty(directory.Domain("bcd.com").Welcomes);
        Assert.Equal(3, directory.Table.Problems.Count(static p => p.Dn == Bcd));
        directory.Set(Bcd, Attribute + ";lang-de");
        directory.Set(Bcd, Attribute + ";binary");
        directory.Set(Bcd, Attribute, [.. Enumerable.Repeat("Subject: one$$x", 2)]);
        Assert.Single(directory.Domain("bcd.com").Welcomes);
        for (int i = 0; i < 25; i++)
            directory.Set(Bcd, $"{Attribute};lang-x{i}", "Subject: one$$x");
        Assert.Equal(20, directory.Domain("bcd.com").Welcomes.Length);
    }

    [Fact]
    public void A_page_for_users_that_is_not_there_is_told()
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, Attribute, "Subject: x$$see [url]");
        Assert.True(Assert.Single(directory.Table.Problems, static p => p is { Dn: Bcd, Attribute: Attribute }).IsWithoutEffect);
    }
}
