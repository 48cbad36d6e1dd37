using System.Buffers;
using System.Text;
using DirMail.Mail.Mime;
using DirMail.Servers.Imap;
using DirMail.Servers.Imap.Format;

namespace DirMail.Unit.Servers.Imap;

/// <summary>ENVELOPE, BODYSTRUCTURE and part numbers, from messages as they come.</summary>
public sealed class StructureFormatTests
{
    private const string Plain = "Date: Mon, 7 Feb 1994 21:52:25 -0800\r\nFrom: Fred Foobar <foobar@Blurdybloop.example>\r\nSubject: \"quoted\" text\r\nTo: mooch@owatagu.example\r\nMessage-Id: <B27397@Blurdybloop.example>\r\n\r\nHello Joe.\r\nBye.\r\n";

    private const string Mixed = "From: a@b.test\r\nContent-Type: multipart/mixed; boundary=\"x\"\r\n\r\npreamble\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\none\r\n"
        + "--x\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename=\"m.eml\"\r\n\r\n" + "Subject: inner\r\nFrom: i@n.test\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n--y\r\n\r\np\r\n--y\r\nContent-Type: text/html\r\n\r\n<p>\r\n--y--\r\n"
        + "\r\n--x--\r\n";

    [Fact]
    public void Envelope_of_a_plain_message() => Assert.Equal(
        "(\"Mon, 7 Feb 1994 21:52:25 -0800\" \"\\\"quoted\\\" text\" ((\"Fred Foobar\" NIL \"foobar\" \"Blurdybloop.example\")) ((\"Fred Foobar\" NIL \"foobar\" \"Blurdybloop.example\")) "
        + "((\"Fred Foobar\" NIL \"foobar\" \"Blurdybloop.example\")) ((NIL NIL \"mooch\" \"owatagu.example\")) NIL NIL NIL \"<B27397@Blurdybloop.example>\")",
        Written(writer => EnvelopeFormat.Write(writer, Parse(Plain).Envelope)));

    [Fact]
    public void Structure_of_a_plain_message()
    {
        Assert.Equal("(\"text\" \"plain\" NIL NIL NIL \"7bit\" 18 2)", Written(writer => BodyStructureFormat.Write(writer, Parse(Plain).Root, extended: false)), ignoreCase: true);
        Assert.Equal("(\"text\" \"plain\" NIL NIL NIL \"7bit\" 18 2 NIL NIL NIL NIL)", Written(writer => BodyStructureFormat.Write(writer, Parse(Plain).Root, extended: true)), ignoreCase: true);
    }

    [Fact]
    public void Structure_with_an_enclosed_message()
    {
        string written = Written(writer => BodyStructureFormat.Write(writer, Parse(Mixed).Root, extended: true));
        Assert.StartsWith("((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"8bit\" 3 ", written, StringComparison.Ordinal);
        Assert.Contains("(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" ", written, StringComparison.Ordinal);
        Assert.Contains("(NIL \"inner\" ((NIL NIL \"i\" \"n.test\"))", written, StringComparison.Ordinal);
        Assert.Contains(" \"alternative\" (\"boundary\" \"y\") NIL NIL NIL)", written, StringComparison.Ordinal);
        Assert.Contains("(\"attachment\" (\"filename\" \"m.eml\"))", written, StringComparison.Ordinal);
        Assert.EndsWith(" \"mixed\" (\"boundary\" \"x\") NIL NIL NIL)", written, StringComparison.Ordinal);
        Assert.Equal(written.Count(c => c == '('), written.Count(c => c == ')'));
    }

    [Theory]
    [InlineData(Plain, "1", "Hello Joe.\r\nBye.\r\n")]
    [InlineData(Plain, "2", null)]
    [InlineData(Plain, "1.1", null)]
    [InlineData(Mixed, "1", "one")]
    [InlineData(Mixed, "1.1", null)]
    [InlineData(Mixed, "2.1", "p")]
    [InlineData(Mixed, "2.2", "<p>")]
    [InlineData(Mixed, "2.3", null)]
    [InlineData(Mixed, "3", null)]
    public void Parts_are_numbered_as_the_RFC_says(string message, string number, string? expected)
    {
        MimePart? part = SectionRange.Part(Parse(message).Root, [.. number.Split('.').Select(int.Parse)]);
        Assert.Equal(expected, part is null ? null : message[(int)part.BodyStart..(int)part.BodyEnd]);
    }

    [Theory]
    [InlineData(null, "NIL")]
    [InlineData("", "\"\"")]
    [InlineData("a \"b\" \\", "\"a \\\"b\\\" \\\\\"")]
    [InlineData("a\r\nb", "{4}\r\na\r\nb")]
    [InlineData("ü", "{2}\r\nü")]
    [InlineData("a\0b", "{2}\r\nab")]
    public void Strings_are_written_as_they_need(string? value, string expected) => Assert.Equal(expected, Written(writer => writer.NString(value)));

    [Fact]
    public void Dates_are_written_in_UTC_with_a_blank_for_small_days()
    {
        Assert.Equal("\" 7-Jul-1996 02:44:25 +0000\"", Written(writer => writer.DateTime(new(1996, 7, 7, 4, 44, 25, TimeSpan.FromHours(2)))));
        Assert.Equal("\"17-Jul-1996 02:44:25 +0000\"", Written(writer => writer.DateTime(new(1996, 7, 17, 2, 44, 25, TimeSpan.Zero))));
    }

    [Theory]
    [InlineData("A: 1\r\nB: 2\r\n c\r\nC: 3\r\n\r\n", "b c", false, "B: 2\r\n c\r\nC: 3\r\n\r\n")]
    [InlineData("A: 1\r\nB: 2\r\n c\r\nC: 3\r\n\r\n", "B", true, "A: 1\r\nC: 3\r\n\r\n")]
    [InlineData("A: 1\r\nno field\r\n\r\n", "A", false, "A: 1\r\n\r\n")]
    [InlineData("A: 1\r\n", "A", false, "A: 1\r\n")]
    [InlineData("A: 1", "A", false, "A: 1")]
    [InlineData("", "A", false, "")]
    [InlineData("\r\n", "A", false, "\r\n")]
    public void Fields_are_picked_from_headers(string header, string names, bool except, string expected)
    {
        byte[] octets = Encoding.ASCII.GetBytes(header);
        int chosen = HeaderFields.Choose(octets, names.Split(' '), except);
        Assert.Equal(expected, Encoding.ASCII.GetString(octets, 0, chosen));
    }

    private static MessageStructure Parse(string message)
    {
        MimeReader reader = new();
        reader.Write(Encoding.UTF8.GetBytes(message));
        return reader.Complete();
    }

    private static string Written(Action<ImapWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        write(new(buffer));
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
