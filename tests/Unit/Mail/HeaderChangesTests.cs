using System.Collections.Immutable;
using System.Text;
using DirMail.Mail;

namespace DirMail.Unit.Mail;

public class HeaderChangesTests
{
    private const string Before = "Return-Path: <a@b.test>\r\nX-Spam: no\r\nReceived: by us\r\n";
    private const string Trace = "Received: by them\r\n";
    private const string Fields = "Reply-To: me@b.test,\r\n you@b.test\r\nSubject : hello\r\nrubbish\r\nX-Seen: 1\r\nx-seen: 2\r\n\r\n";
    private const string Header = Trace + Fields;

    /// <param name="changes">A group a piece: names that go, after + what comes.</param>
    [Theory]
    [InlineData("x-spam", "Return-Path: <a@b.test>\r\nReceived: by us\r\n", Header)]
    [InlineData("X-SEEN", Before, "Received: by them\r\nReply-To: me@b.test,\r\n you@b.test\r\nSubject : hello\r\nrubbish\r\n\r\n")]
    [InlineData("subject,reply-to", Before, "Received: by them\r\nrubbish\r\nX-Seen: 1\r\nx-seen: 2\r\n\r\n")]
    [InlineData("X-None", Before, Header)]
    // beside those that are there
    [InlineData("+X-Seen: 3", Before + Trace + "X-Seen: 3\r\n", Fields)]
    [InlineData("X-Seen+X-Seen: 3", Before + Trace + "X-Seen: 3\r\n", "Reply-To: me@b.test,\r\n you@b.test\r\nSubject : hello\r\nrubbish\r\n\r\n")]
    // a message has one of these
    [InlineData("+reply-to: list@b.test", Before + Trace + "reply-to: list@b.test\r\n", "Subject : hello\r\nrubbish\r\nX-Seen: 1\r\nx-seen: 2\r\n\r\n")]
    [InlineData("+List-Id: <a.b.test>|+List-Id: <c.b.test>", Before + Trace + "List-Id: <c.b.test>\r\n", Fields)]
    // each after the one before
    [InlineData("+X-A: 1|X-A+X-A: 2", Before + Trace + "X-A: 2\r\n", Fields)]
    [InlineData("+X-A: 1|+X-A: 2", Before + Trace + "X-A: 1\r\nX-A: 2\r\n", Fields)]
    [InlineData("+X-A: 1|x-a", Before, Header)]
    public void Fields_go_and_come(string changes, string before, string header)
    {
        ImmutableArray<HeaderChanges> all = [.. changes.Split('|').Select(static change => change.Split('+')).Select(static change => new HeaderChanges
        {
            Removed = [.. change[0].Split(',', StringSplitOptions.RemoveEmptyEntries)],
            Added = [.. change.Skip(1).Select(static text => AddedField.Read(text, out _)!)],
        })];
        Assert.Equal(before + header, Encoding.ASCII.GetString(HeaderChanges.Apply(all, Encoding.ASCII.GetBytes(Before), Encoding.ASCII.GetBytes(Header))));
    }

    /// <summary>However many groups a message passes, its header stays one that others take.</summary>
    [Fact]
    public void What_is_put_in_has_an_end()
    {
        var change = new HeaderChanges { Added = [AddedField.Read("X-Long: " + new string('x', 900), out _)!] };
        Assert.InRange(HeaderChanges.Apply([.. Enumerable.Repeat(change, 1000)], default, "\r\n"u8).Length, 60 * 1024, 64 * 1024 + 2);
    }

    [Theory]
    [InlineData("Reply-To: list@b.test", "Reply-To: list@b.test\r\n")]
    [InlineData("X-A:\tb: c ", "X-A: b: c\r\n")]
    [InlineData("X-A: $b$", "X-A: $b$\r\n")]
    [InlineData("X-A", null)]
    [InlineData(": b", null)]
    [InlineData("X-A:", null)]
    [InlineData("X-A:  ", null)]
    [InlineData("X A: b", null)]
    [InlineData("Ä: b", null)]
    [InlineData("X-A: b\r\nX-B: c", null)]
    [InlineData("X-A: b\nX-B: c", null)]
    [InlineData("X-A: b\rc", null)]
    [InlineData("X-A: b\0c", null)]
    [InlineData("X-A: grün", null)]
    [InlineData("X-A: \u007f", null)]
    public void A_field_is_a_name_and_a_line(string text, string? field)
    {
        Assert.Equal(field, AddedField.Read(text, out string fault)?.Text);
        Assert.Equal(field is null, fault.Length > 0);
    }

    [Fact]
    public void A_field_fits_a_line()
    {
        Assert.NotNull(AddedField.Read("X: " + new string('x', 995), out _));
        Assert.Null(AddedField.Read("X: " + new string('x', 996), out _));
        Assert.Null(AddedField.Read(new string('x', 77) + ": x", out _));
    }

    [Theory]
    [InlineData("received", true)]
    [InlineData("Content-Type", true)]
    [InlineData("Arc-Seal", true)]
    [InlineData("DKIM-Signature", true)]
    [InlineData("X-DirMail-Junk", true)]
    [InlineData("From", true)]
    [InlineData("Message-Id", true)]
    [InlineData("Reply-To", false)]
    [InlineData("Subject", false)]
    [InlineData("X-Content-Type", false)]
    [InlineData("Contents", false)]
    public void Some_fields_stay_as_they_are(string name, bool stays) => Assert.Equal(stays, HeaderChanges.WhyProtected(name) is not null);
}
