using System.Buffers;
using System.Text;
using DirMail.Servers.Pop3;

namespace DirMail.Unit.Servers.Pop3;

public class DotStuffingTests
{
    [Theory]
    [InlineData("", null, ".|")]
    [InlineData("a", null, "a|.|")]
    [InlineData("a|", null, "a|.|")]
    [InlineData(".|", null, "..|.|")]
    [InlineData("a|.b|..|.c", null, "a|..b|...|..c|.|")]
    [InlineData("a.|.", null, "a.|..|.|")]
    [InlineData("a\n.\nb", null, "a|..|b|.|")]
    [InlineData("a\r\r.", null, "a\r\r.|.|")]
    [InlineData("a\r", null, "a|.|")]
    [InlineData("H: x||one|two|three|", 0, "H: x||.|")]
    [InlineData("H: x||one|two|three|", 2, "H: x||one|two|.|")]
    [InlineData("H: x||one|two", 9, "H: x||one|two|.|")]
    [InlineData("H: x\n\none\ntwo", 1, "H: x||one|.|")]
    [InlineData("H: x|", 3, "H: x|.|")]
    [InlineData("|one|two|", 1, "|one|.|")]
    public void Sends_lines_in_whatever_pieces_they_come(string message, int? bodyLines, string sent)
    {
        byte[] octets = Encoding.ASCII.GetBytes(message.Replace("|", "\r\n", StringComparison.Ordinal));
        string expected = sent.Replace("|", "\r\n", StringComparison.Ordinal);
        for (int split = 0; split <= octets.Length; split++)
        {
            var output = new ArrayBufferWriter<byte>();
            var stuffing = new DotStuffing(output, bodyLines);
            stuffing.Write(octets.AsSpan(0, split));
            stuffing.Write(octets.AsSpan(split));
            stuffing.Complete();
            Assert.Equal(expected, Encoding.ASCII.GetString(output.WrittenSpan));
        }
    }
}
