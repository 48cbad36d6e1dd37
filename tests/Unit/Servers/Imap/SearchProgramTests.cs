using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Searching;
using DirMail.Store;

namespace DirMail.Unit.Servers.Imap;

public sealed class SearchProgramTests
{
    [Theory]
    [InlineData(" ALL", "all")]
    [InlineData(" UNSEEN", "!Seen")]
    [InlineData(" UNDELETED FLAGGED", "(!Deleted Flagged)")]
    [InlineData(" NEW", "none")]
    [InlineData(" NOT SEEN", "not(Seen)")]
    [InlineData(" OR SEEN (ANSWERED DRAFT)", "or(Seen,(Answered Draft))")]
    [InlineData(" OR NOT SEEN NOT DRAFT", "or(not(Seen),not(Draft))")]
    [InlineData(" FROM alice SUBJECT \"hello world\"", "(from~alice subject~hello world)")]
    [InlineData(" HEADER Message-ID <x>", "message-id~<x>")]
    [InlineData(" HEADER X-Test \"\"", "x-test~")]
    [InlineData(" BODY {5}\r\nhello TEXT x", "(body~hello text~x)")]
    [InlineData(" 1:3 UID 4:*", "(numbers uids)")]
    [InlineData(" *", "numbers")]
    [InlineData(" SINCE 1-Feb-1994 SENTBEFORE \"2-Mar-1995\"", "(received Since 1994-02-01 sent Before 1995-03-02)")]
    [InlineData(" LARGER 100 SMALLER 200", "(>100 <200)")]
    [InlineData(" KEYWORD $x UNKEYWORD y", "($x !y)")]
    [InlineData(" CHARSET UTF-8 TEXT gr\u00C3\u00BC", "text~grü")]
    [InlineData(" RETURN (MIN COUNT) CHARSET US-ASCII ALL", "Min, Count all")]
    [InlineData(" RETURN () ALL", "All all")]
    [InlineData(" YOUNGER 60", "younger 60")]
    public void Reads_programs(string text, string expected)
    {
        ImapReader reader = ImapReaderTests.Over(text);
        SearchProgram program = SearchProgram.Read(reader);
        Assert.True(reader.End(), reader.Error);
        Assert.False(program.UnknownCharset);
        Assert.Equal(expected, (program.Return == SearchReturn.Plain ? "" : program.Return + " ") + Show(program.Key));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" NONSENSE")]
    [InlineData(" NOT")]
    [InlineData(" OR SEEN")]
    [InlineData(" (SEEN")]
    [InlineData(" ()")]
    [InlineData(" FROM")]
    [InlineData(" SINCE yesterday")]
    [InlineData(" LARGER x")]
    [InlineData(" RETURN (NONSENSE) ALL")]
    [InlineData(" RETURN (ALL)")]
    public void Refuses_other_programs(string text)
    {
        ImapReader reader = ImapReaderTests.Over(text);
        SearchProgram.Read(reader);
        Assert.False(reader.End());
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        ImapReader nots = ImapReaderTests.Over(string.Concat(Enumerable.Repeat(" NOT", 10_000)) + " SEEN");
        SearchProgram.Read(nots);
        Assert.False(nots.Ok);
        ImapReader lists = ImapReaderTests.Over(" " + new string('(', 10_000));
        SearchProgram.Read(lists);
        Assert.False(lists.Ok);
    }

    [Fact]
    public void An_unknown_charset_is_told_apart()
    {
        ImapReader reader = ImapReaderTests.Over(" CHARSET KOI8-R ALL");
        Assert.True(SearchProgram.Read(reader).UnknownCharset);
        Assert.True(reader.End());
    }

    [Theory]
    [InlineData("Mon, 7 Feb 1994 21:52:25 -0800 (PST)", "1994-02-07")]
    [InlineData("07 feb 94 21:52 PST", "1994-02-07")]
    [InlineData("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21")]
    [InlineData("31 Feb 1994 00:00:00 +0000", null)]
    [InlineData("yesterday", null)]
    [InlineData(null, null)]
    public void Reads_the_day_of_a_date_field(string? written, string? expected) =>
        Assert.Equal(expected is null ? null : DateOnly.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), SentDate.Of(written));

    private static string Show(SearchKey key) => key switch
    {
        SearchKey.Everything all => all.Matches ? "all" : "none",
        SearchKey.Flag flag => (flag.IsSet ? "" : "!") + flag.System,
        SearchKey.Keyword keyword => (keyword.IsSet ? "" : "!") + keyword.Name,
        SearchKey.Numbers => "numbers",
        SearchKey.Uids => "uids",
        SearchKey.Received received => $"received {received.Test} {received.Date:yyyy-MM-dd}",
        SearchKey.Sent sent => $"sent {sent.Test} {sent.Date:yyyy-MM-dd}",
        SearchKey.Age age => $"{(age.Older ? "older" : "younger")} {age.Interval.TotalSeconds}",
        SearchKey.Size size => $"{(size.Larger ? '>' : '<')}{size.Octets}",
        SearchKey.Text { Query: { Place: TextPlace.Field } field } => $"{field.Field.ToLowerInvariant()}~{field.Text}",
        SearchKey.Text { Query: { Place: TextPlace.Body } body } => $"body~{body.Text}",
        SearchKey.Text text => $"text~{text.Query.Text}",
        SearchKey.And and => $"({string.Join(' ', and.Keys.Select(Show))})",
        SearchKey.Or or => $"or({Show(or.One)},{Show(or.Other)})",
        SearchKey.Not not => $"not({Show(not.Key)})",
        _ => "?",
    };
}
