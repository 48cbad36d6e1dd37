using System.Text;
using DirMail.Servers.Smtp;

namespace DirMail.Unit.Servers.Smtp;

public sealed class DotReaderTests
{
    public static TheoryData<string, string, bool> Cases => new()
    {
        { "a\r\nb\r\n.\r\n", "a\r\nb\r\n", false },
        { ".\r\n", "", false },
        { "..\r\n.\r\n", ".\r\n", false },
        { ".a\r\n..b\r\n...\r\n.\r\n", "a\r\n.b\r\n..\r\n", false },
        { "a.\r\nb.c\r\n.\r\n", "a.\r\nb.c\r\n", false },
        { "\r\n\r\n.\r\n", "\r\n\r\n", false },
        // what other servers took for an end (smuggling): read on to the real one, and refused
        { "a\n.\nb\r\n.\r\n", "", true },
        { "a\n.\r\nMAIL FROM:<x@y.z>\r\n.\r\n", "", true },
        { "a\r.\rb\r\n.\r\n", "", true },
        { "a\r\n.\nb\r\n.\r\n", "", true },
        { "a\r\n.\rb\r\n.\r\n", "", true },
        { "a\r\r\n.\r\n", "", true },
        { "a\rb\r\n.\r\n", "", true },
        { "\n\r\n.\r\n", "", true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Finds_the_real_end_however_the_octets_are_cut(string sent, string message, bool isBare)
    {
        byte[] octets = Encoding.ASCII.GetBytes(sent + "QUIT\r\n");
        for (int first = 0; first <= octets.Length; first++)
            for (int second = first; second <= octets.Length; second++)
            {
                var reader = new DotReader();
                var kept = new StringBuilder();
                int used = Read(reader, octets.AsSpan(0, first), kept) + Read(reader, octets.AsSpan(first, second - first), kept) + Read(reader, octets.AsSpan(second), kept);
                Assert.True(reader.IsEnded);
                Assert.Equal(sent.Length, used);
                Assert.Equal(isBare, reader.HasBareLineEnd);
                if (!isBare)
                    Assert.Equal(message, kept.ToString());
            }
    }

    private static int Read(DotReader reader, ReadOnlySpan<byte> octets, StringBuilder kept)
    {
        int position = 0;
        while (reader.Next(octets, ref position, out Range range))
            kept.Append(Encoding.ASCII.GetString(octets[range]));
        return position;
    }
}
