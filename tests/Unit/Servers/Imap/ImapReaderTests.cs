using System.Text;
using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Unit.Servers.Imap;

/// <summary>Arguments of commands, as octets.</summary>
public sealed class ImapReaderTests
{
    internal static ImapReader Over(string text) => new(Encoding.Latin1.GetBytes(text));

    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("a]c", "a]c")]
    [InlineData("\"a b\"", "a b")]
    [InlineData("\"a \\\"b\\\\c\\\"\"", "a \"b\\c\"")]
    [InlineData("\"\"", "")]
    [InlineData("{3}\r\na\r\n", "a\r\n")]
    [InlineData("{3+}\r\na\"b", "a\"b")]
    [InlineData("{0}\r\n", "")]
    [InlineData("\"gr\u00C3\u00BC\u00C3\u009Fe\"", "grüße")]
    [InlineData("\"gr\u00FC\"", "grü")]
    public void Reads_strings(string text, string expected)
    {
        ImapReader reader = Over(text);
        Assert.Equal(expected, reader.Astring());
        Assert.True(reader.End());
    }

    [Theory]
    [InlineData("")]
    [InlineData("(")]
    [InlineData("\"abc")]
    [InlineData("\"abc\\")]
    [InlineData("\"abc\\\"")]
    [InlineData("\"a\r\nb\"")]
    [InlineData("{4}\r\nabc")]
    [InlineData("{99999999999}\r\nabc")]
    [InlineData("{-1}\r\nabc")]
    [InlineData("{3}abc")]
    [InlineData("a b")]
    public void Refuses_what_is_no_string(string text)
    {
        ImapReader reader = Over(text);
        reader.Astring();
        Assert.False(reader.End());
        Assert.NotNull(reader.Error);
    }

    [Fact]
    public void Keeps_the_first_failure()
    {
        ImapReader reader = Over("x y");
        reader.Number();
        string? first = reader.Error;
        reader.Open();
        reader.Space();
        Assert.Equal("", reader.Astring());
        Assert.Equal(first, reader.Error);
    }

    [Theory]
    [InlineData("0", 0u)]
    [InlineData("4294967295", 4294967295u)]
    public void Reads_numbers(string text, uint expected) => Assert.Equal(expected, Over(text).Number());

    [Theory]
    [InlineData("4294967296")]
    [InlineData("99999999999999999999")]
    [InlineData("-1")]
    [InlineData("x")]
    public void Refuses_other_numbers(string text)
    {
        ImapReader reader = Over(text);
        reader.Number();
        Assert.False(reader.Ok);
    }

    [Theory]
    [InlineData("\"17-Jul-1996 02:44:25 -0700\"", "1996-07-17T09:44:25+00:00")]
    [InlineData("\" 7-Jul-1996 02:44:25 +0000\"", "1996-07-07T02:44:25+00:00")]
    [InlineData("\"07-jul-1996 02:44:25 +0530\"", "1996-07-06T21:14:25+00:00")]
    public void Reads_date_times(string text, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), Over(text).DateTime());

    [Theory]
    [InlineData("\"17-Jul-1996\"")]
    [InlineData("\"31-Feb-1996 02:44:25 -0700\"")]
    [InlineData("\"17-Jul-1996 25:44:25 -0700\"")]
    [InlineData("17-Jul-1996")]
    public void Refuses_other_date_times(string text)
    {
        ImapReader reader = Over(text);
        reader.DateTime();
        Assert.False(reader.Ok);
    }

    [Theory]
    [InlineData("1-Feb-1994", 1994, 2, 1)]
    [InlineData("\"28-FEB-2020\"", 2020, 2, 28)]
    public void Reads_dates(string text, int year, int month, int day) => Assert.Equal(new DateOnly(year, month, day), Over(text).Date());

    [Fact]
    public void Depth_is_bounded()
    {
        ImapReader reader = Over(new string('(', 10_000));
        while (reader.Open())
        {
        }
        Assert.Equal("nested too deeply", reader.Error);
    }

    [Theory]
    [InlineData("(\\Seen \\deleted)", SystemFlags.Seen | SystemFlags.Deleted, "")]
    [InlineData("()", SystemFlags.None, "")]
    [InlineData("\\Flagged $Forwarded", SystemFlags.Flagged, "$Forwarded")]
    [InlineData("(work Work \\Recent)", SystemFlags.None, "work")]
    public void Reads_flags(string text, SystemFlags system, string keywords)
    {
        ImapReader reader = Over(text);
        MessageFlags flags = Flags.Read(reader, needsParentheses: false);
        Assert.True(reader.End(), reader.Error);
        Assert.Equal(system, flags.System);
        Assert.Equal(keywords, string.Join(' ', flags.Keywords));
    }

    [Theory]
    [InlineData("(\\Seen")]
    [InlineData("(\\Nonsense)")]
    [InlineData("( \\Seen)")]
    [InlineData("\\Seen)")]
    [InlineData("")]
    public void Refuses_other_flags(string text)
    {
        ImapReader reader = Over(text);
        Flags.Read(reader, needsParentheses: false);
        Assert.False(reader.End());
    }

    [Theory]
    [InlineData("1", 10u, "1")]
    [InlineData("*", 10u, "10")]
    [InlineData("2:4", 10u, "2:4")]
    [InlineData("4:2", 10u, "2:4")]
    [InlineData("8:*", 10u, "8:10")]
    [InlineData("*:8", 10u, "8:10")]
    [InlineData("12:*", 10u, "10:12")]
    [InlineData("5,1:3,2:4,9", 10u, "1:5,9")]
    [InlineData("4294967295,1", 10u, "1,4294967295")]
    [InlineData("*", 0u, "")]
    [InlineData("1:*", 0u, "")]
    public void Resolves_sequence_sets(string text, uint largest, string expected)
    {
        ImapReader reader = Over(text);
        SequenceSet set = SequenceSet.Read(reader);
        Assert.True(reader.End(), reader.Error);
        Assert.Equal(expected, string.Join(',', set.Resolve(largest).Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}:{range.Last}")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("1:")]
    [InlineData("1,")]
    [InlineData(",1")]
    [InlineData("1:2:3")]
    [InlineData("a")]
    [InlineData("4294967296")]
    public void Refuses_other_sequence_sets(string text)
    {
        ImapReader reader = Over(text);
        SequenceSet.Read(reader);
        Assert.False(reader.End());
    }
}
