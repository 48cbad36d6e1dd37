using System.Text;
using DirMail.Servers.Smtp;

namespace DirMail.Unit.Servers.Smtp;

public sealed class LineEndsTests
{
    [Theory]
    [InlineData("a\r\nb\r\n", true)]
    [InlineData("", true)]
    [InlineData("\r\n\r\n", true)]
    [InlineData("a\nb", false)]
    [InlineData("a\rb", false)]
    [InlineData("a\r\r\n", false)]
    public void Bare_ends_are_found_however_the_octets_are_cut(string text, bool isProper)
    {
        byte[] octets = Encoding.ASCII.GetBytes(text);
        for (int cut = 0; cut <= octets.Length; cut++)
        {
            var ends = new LineEnds();
            Assert.Equal(isProper, ends.AreProper(octets.AsSpan(0, cut)) & ends.AreProper(octets.AsSpan(cut)));
        }
    }
}
