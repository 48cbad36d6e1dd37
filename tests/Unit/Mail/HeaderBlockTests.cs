using System.Text;
using DirMail.Mail;

namespace DirMail.Unit.Mail;

public class HeaderBlockTests
{
    [Fact]
    public void Finds_fields_and_where_they_lie()
    {
        HeaderBlock header = HeaderBlock.Parse("A: 1\r\nrubbish\r\nb :\r\n 2\r\n\t3\r\nC:x\n\r\nD: body"u8);
        Assert.Equal<HeaderField>([new("A", "1", 0, 6), new("b", "2\t3", 15, 13), new("C", "x", 28, 4)], header.Fields);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\r\nA: b")]
    [InlineData(": x\r\n")]
    [InlineData(" A: x\r\n")]
    [InlineData("a b: x\r\n")]
    [InlineData("\0: x")]
    public void Passes_over_what_is_no_field(string text) => Assert.Empty(HeaderBlock.Parse(Encoding.ASCII.GetBytes(text)).Fields);

    [Fact]
    public void Counts_and_finds_without_case()
    {
        HeaderBlock header = HeaderBlock.Parse("Received: a\r\nreceived: b\r\nX: c"u8);
        Assert.Equal((2, 0, "a", "c"), (header.Count("RECEIVED"), header.Count("y"), header.First("received"), header.First("x")));
        Assert.Null(header.First("y"));
    }

    [Fact]
    public void Drops_stray_line_ends_and_nul() => Assert.Equal("abc", HeaderBlock.Parse("X: a\rb\0c\r\n"u8).First("x"));
}
