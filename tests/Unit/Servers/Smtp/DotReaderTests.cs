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

    /// <summary>Every row of CR, LF, dot and text up to seven long, cut everywhere in two and into single octets, against the plain rule: CR LF dot CR LF ends, nothing else.</summary>
    [Fact]
    public void No_combination_ends_a_message_early()
    {
        const string Marks = "\r\n.x";
        for (int length = 0; length <= 7; length++)
            for (int code = 0; code < 1 << (2 * length); code++)
            {
                string middle = string.Create(length, code, static (text, rest) =>
                {
                    for (int i = 0; i < text.Length; i++, rest >>= 2)
                        text[i] = Marks[rest & 3];
                });
                byte[] octets = Encoding.ASCII.GetBytes(middle + "\r\n.\r\n");
                // the line before the first one is at its start
                int end = ("\r\n" + Encoding.ASCII.GetString(octets)).IndexOf("\r\n.\r\n", StringComparison.Ordinal) + 3;
                string message = Encoding.ASCII.GetString(octets, 0, end - 3);
                bool isBare = message.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().ContainsAny('\r', '\n');
                for (int cut = 0; cut <= octets.Length; cut++)
                    Check(octets, cut, end, isBare, message);
                Check(octets, -1, end, isBare, message);
            }
    }

    private static void Check(byte[] octets, int cut, int end, bool isBare, string message)
    {
        var reader = new DotReader();
        var kept = new StringBuilder();
        int used = 0;
        if (cut >= 0)
            used = Read(reader, octets.AsSpan(0, cut), kept) + Read(reader, octets.AsSpan(cut), kept);
        else
            for (int i = 0; i < octets.Length; i++)
                used += Read(reader, octets.AsSpan(i, 1), kept);
        if (used == end && reader.IsEnded && reader.HasBareLineEnd == isBare && (isBare || kept.ToString() == Unstuffed(message)))
            return;
        Assert.Fail($"{string.Join(' ', octets.Select(static o => o.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)))} cut at {cut}: used {used} of {end}, bare {reader.HasBareLineEnd}, kept '{kept}'");
    }

    private static string Unstuffed(string message) =>
        string.Join("\r\n", message.Split("\r\n").Select(static line => line.StartsWith('.') ? line[1..] : line));

    private static int Read(DotReader reader, ReadOnlySpan<byte> octets, StringBuilder kept)
    {
        int position = 0;
        while (reader.Next(octets, ref position, out Range range))
            kept.Append(Encoding.ASCII.GetString(octets[range]));
        return position;
    }
}
