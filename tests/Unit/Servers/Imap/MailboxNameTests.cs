using DirMail.Servers.Imap.Grammar;
using FsCheck;
using FsCheck.Fluent;

namespace DirMail.Unit.Servers.Imap;

public sealed class MailboxNameTests
{
    [Theory]
    [InlineData("INBOX", "INBOX")]
    [InlineData("Tom & Jerry", "Tom &- Jerry")]
    [InlineData("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-")]
    [InlineData("Entwürfe", "Entw&APw-rfe")]
    [InlineData("😀", "&2D3eAA-")]
    public void Modified_utf7_both_ways(string name, string written)
    {
        Assert.Equal(written, ModifiedUtf7.Encode(name));
        Assert.Equal(name, ModifiedUtf7.Decode(written));
    }

    [Theory]
    [InlineData("&")]
    [InlineData("a&b")]
    [InlineData("&AGE-")] // "a" must be written directly
    [InlineData("&A-")]
    [InlineData("&AP=-")]
    [InlineData("&2D0-")] // half of a pair
    [InlineData("&/w-")]
    public void Refuses_what_is_not_modified_utf7(string written) => Assert.Null(ModifiedUtf7.Decode(written));

    [Fact]
    public void Every_name_comes_back() => Prop.ForAll<string>(text =>
    {
        string name = new((text ?? "").Where(c => !char.IsSurrogate(c)).ToArray());
        return ModifiedUtf7.Decode(ModifiedUtf7.Encode(name)) == name;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("*", "INBOX", true)]
    [InlineData("%", "INBOX", true)]
    [InlineData("%", "a/b", false)]
    [InlineData("*", "a/b", true)]
    [InlineData("a/%", "a/b", true)]
    [InlineData("a/%", "a/b/c", false)]
    [InlineData("a/*", "a/b/c", true)]
    [InlineData("a*c", "a/b/c", true)]
    [InlineData("%/%", "a/b", true)]
    [InlineData("a%", "a", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("inbox", "INBOX", true)]
    [InlineData("in*", "INBOX", true)]
    [InlineData("Sent", "sent", false)]
    public void Matches_patterns(string pattern, string name, bool expected) => Assert.Equal(expected, ListPattern.Matches(pattern, name));

    [Fact]
    public void A_pattern_of_stars_costs_no_more_than_its_length() =>
        Assert.False(ListPattern.Matches(string.Concat(Enumerable.Repeat("*a", 400)) + "b", new string('a', 400)));
}
