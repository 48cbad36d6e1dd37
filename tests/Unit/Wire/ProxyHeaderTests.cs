using System.Buffers;
using System.Text;
using DirMail.Wire;

namespace DirMail.Unit.Wire;

public sealed class ProxyHeaderTests
{
    private const string Signature = "\r\n\r\n\0\r\nQUIT\n";

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.7 203.0.113.9 4711 25\r\n", "192.0.2.7:4711 203.0.113.9:25")]
    [InlineData("PROXY TCP6 2001:db8::7 2001:db8::9 1 65535\r\n", "[2001:db8::7]:1 [2001:db8::9]:65535")]
    [InlineData("PROXY TCP6 ::ffff:192.0.2.7 ::ffff:203.0.113.9 4711 25\r\n", "192.0.2.7:4711 203.0.113.9:25")]
    [InlineData("PROXY UNKNOWN\r\n", " ")]
    [InlineData("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", " ")]
    public void Version_1_is_read_and_what_follows_is_left(string header, string ends)
    {
        Assert.Equal((ends, header.Length), Read(header + "EHLO x\r\n"));
        for (int cut = 0; cut < header.Length; cut++)
            Assert.Equal(("more", 0), Read(header[..cut]));
    }

    [Theory]
    [InlineData("EHLO x\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 203.0.113.9 4711\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 203.0.113.9 4711 25 \r\n")]
    [InlineData("PROXY TCP4 192.0.2 203.0.113.9 4711 25\r\n")]
    [InlineData("PROXY TCP4 2001:db8::7 203.0.113.9 4711 25\r\n")]
    [InlineData("PROXY TCP6 192.0.2.7 203.0.113.9 4711 25\r\n")]
    [InlineData("PROXY TCP6 fe80::1%1 fe80::2 4711 25\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 203.0.113.9 65536 25\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 203.0.113.9 +1 25\r\n")]
    [InlineData("PROXY TCP5 192.0.2.7 203.0.113.9 4711 25\r\n")]
    [InlineData("proxy TCP4 192.0.2.7 203.0.113.9 4711 25\r\n")]
    [InlineData("PROXY UNKNOWN 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345\r\n")]
    [InlineData("\r\n\r\n\0\r\nEXIT\n")]
    [InlineData("\r\nPROXY")]
    public void Anything_else_is_no_header(string garbage) => Assert.Equal(("none", 0), Read(garbage));

    [Theory]
    [InlineData(0x21, 0x11, "C0000207CB007109126700190400AA", "192.0.2.7:4711 203.0.113.9:25")]
    [InlineData(0x21, 0x21, "20010DB800000000000000000000000720010DB800000000000000000000000912670019", "[2001:db8::7]:4711 [2001:db8::9]:25")]
    [InlineData(0x21, 0x21, "00000000000000000000FFFFC000020700000000000000000000FFFFCB00710912670019", "192.0.2.7:4711 203.0.113.9:25")]
    [InlineData(0x20, 0x00, "", " ")]
    [InlineData(0x20, 0x11, "C0000207CB00710912670019", " ")]
    [InlineData(0x21, 0x00, "0102", " ")]
    [InlineData(0x21, 0x11, "C0000207CB0071091267", "none")]
    [InlineData(0x21, 0x12, "C0000207CB00710912670019", "none")]
    [InlineData(0x21, 0x31, "", "none")]
    [InlineData(0x22, 0x11, "C0000207CB00710912670019", "none")]
    [InlineData(0x11, 0x11, "C0000207CB00710912670019", "none")]
    public void Version_2_is_read_by_its_length(byte versionAndCommand, byte family, string addresses, string ends)
    {
        byte[] octets = Convert.FromHexString(addresses);
        string header = Signature + (char)versionAndCommand + (char)family + '\0' + (char)octets.Length + Encoding.Latin1.GetString(octets);
        Assert.Equal((ends, ends == "none" ? 0 : header.Length), Read(header + "EHLO x\r\n"));
        for (int cut = 0; cut < header.Length; cut++)
            Assert.Equal(("more", 0), Read(header[..cut]));
    }

    [Fact]
    public void A_length_beyond_all_reason_is_not_waited_for() => Assert.Equal(("none", 0), Read(Signature + "\x21\x11\xFF\xFF"));

    /// <summary>In one piece, and cut after each octet.</summary>
    private static (string Ends, int Consumed) Read(string text)
    {
        byte[] octets = Encoding.Latin1.GetBytes(text);
        (string, int) whole = Read(new ReadOnlySequence<byte>(octets));
        if (octets.Length > 1)
        {
            var first = new Segment(octets.AsMemory(0, 1), 0);
            Segment last = first;
            for (int i = 1; i < octets.Length; i++)
                last = last.Then(octets.AsMemory(i, 1));
            Assert.Equal(whole, Read(new ReadOnlySequence<byte>(first, 0, last, 1)));
        }
        return whole;
    }

    private static (string Ends, int Consumed) Read(ReadOnlySequence<byte> octets)
    {
        bool isWhole = ProxyHeader.TryRead(octets, out ProxyHeader? header, out SequencePosition consumed);
        return (isWhole ? header is null ? "none" : $"{header.Client} {header.Server}" : "more", (int)octets.Slice(0, consumed).Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
