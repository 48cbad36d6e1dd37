using DirMail.Servers.Imap.Sorting;

namespace DirMail.Unit.Servers.Imap.Sorting;

/// <summary>RFC 5256 2.1.</summary>
public sealed class BaseSubjectTests
{
    [Theory]
    [InlineData(null, "", false)]
    [InlineData("plain", "plain", false)]
    [InlineData("  two \t blanks ", "two blanks", false)]
    [InlineData("Re: a", "a", true)]
    [InlineData("RE : FWD: fw: a", "a", true)]
    [InlineData("Re[2]: a", "a", true)]
    [InlineData("[list] Re: [list] a", "a", true)]
    [InlineData("[list] a", "a", false)]
    [InlineData("[only]", "[only]", false)]
    [InlineData("[open Re: a", "[open Re: a", false)]
    [InlineData("a (fwd) (FWD) ", "a", true)]
    [InlineData("[fwd: Re: a (fwd)]", "a", true)]
    [InlineData("[Fwd: [fwd: a]]", "a", true)]
    [InlineData("=?utf-8?q?Re=3A_J=C3=BCrgen?=", "Jürgen", true)]
    [InlineData("Regards: a", "Regards: a", false)]
    [InlineData("Re:", "", true)]
    [InlineData("re", "re", false)]
    [InlineData("[", "[", false)]
    [InlineData("[fwd:", "[fwd:", false)]
    public void Leaves_what_the_message_is_about(string? subject, string text, bool isReply) => Assert.Equal(new(text, isReply), BaseSubject.Of(subject));
}
