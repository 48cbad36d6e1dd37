using DirMail.Servers.Imap.Grammar;

namespace DirMail.Unit.Servers.Imap;

public sealed class FetchItemsTests
{
    [Theory]
    [InlineData("FLAGS", "Flags")]
    [InlineData("(uid rfc822.size)", "Uid Size")]
    [InlineData("FAST", "Flags InternalDate Size")]
    [InlineData("all", "Flags InternalDate Size Envelope")]
    [InlineData("FULL", "Flags InternalDate Size Envelope Body")]
    [InlineData("(BODY BODYSTRUCTURE)", "Body BodyStructure")]
    [InlineData("BODY[]", "BODY[]")]
    [InlineData("body.peek[header]<0.100>", "BODY[HEADER]<0> peek")]
    [InlineData("BODY[1.2.MIME]", "BODY[1.2.MIME]")]
    [InlineData("BODY[1.TEXT]", "BODY[1.TEXT]")]
    [InlineData("BODY[3]<5.10>", "BODY[3]<5>")]
    [InlineData("BODY.PEEK[HEADER.FIELDS (From \"To\")]", "BODY[HEADER.FIELDS (From To)] peek")]
    [InlineData("BODY[1.HEADER.FIELDS.NOT (x)]", "BODY[1.HEADER.FIELDS.NOT (x)]")]
    [InlineData("(RFC822 RFC822.HEADER RFC822.TEXT)", "RFC822 RFC822.HEADER peek RFC822.TEXT")]
    [InlineData("(FLAGS BODY.PEEK[HEADER.FIELDS (A B)] UID)", "Flags BODY[HEADER.FIELDS (A B)] peek Uid")]
    public void Reads_items(string text, string expected)
    {
        ImapReader reader = ImapReaderTests.Over(text);
        List<FetchItem> items = FetchItems.Read(reader);
        Assert.True(reader.End(), reader.Error);
        Assert.Equal(expected, string.Join(' ', items.Select(Show)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("()")]
    [InlineData("(FLAGS")]
    [InlineData("FLAGS UID")]
    [InlineData("(ALL)")]
    [InlineData("NONSENSE")]
    [InlineData("BODY[")]
    [InlineData("BODY[0]")]
    [InlineData("BODY[1.]")]
    [InlineData("BODY[1..2]")]
    [InlineData("BODY[MIME]")]
    [InlineData("BODY[NONSENSE]")]
    [InlineData("BODY[1.NONSENSE]")]
    [InlineData("BODY[HEADER.FIELDS]")]
    [InlineData("BODY[HEADER.FIELDS ()]")]
    [InlineData("BODY[]<0>")]
    [InlineData("BODY[]<0.0>")]
    [InlineData("BODY[]<.5>")]
    [InlineData("BODY.PEEK")]
    [InlineData("BODY[99999999999]")]
    public void Refuses_what_is_no_item(string text)
    {
        ImapReader reader = ImapReaderTests.Over(text);
        FetchItems.Read(reader);
        Assert.False(reader.End());
    }

    private static string Show(FetchItem item) => item.Section is { } section ? section.Label + (section.Peek ? " peek" : "") : item.Kind.ToString();
}
