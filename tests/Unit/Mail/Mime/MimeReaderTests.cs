using System.Diagnostics;
using System.Globalization;
using System.Text;
using DirMail.Mail.Mime;

namespace DirMail.Unit.Mail.Mime;

public class MimeReaderTests
{
    private const string Mixed = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";

    public static TheoryData<string, string> Messages => new()
    {
        { "", "text/plain 0: " },
        { "Subject: x", "text/plain 0: " },
        { "Subject: x\r\n", "text/plain 0: " },
        { "\r\nbody", "text/plain 0: body" },
        { "Subject: x\r\n\r\none\r\ntwo\r\n", "text/plain 2: one|two|" },
        { "Subject: x\n\none\ntwo\n", "text/plain 2: one|two|" },
        { "no field at all\r\n\r\nbody\r\n", "text/plain 1: body|" },
        { "Content-Type: TEXT/HTML; charset=utf-8\r\n\r\nx", "text/html 0: x" },
        { "Content-Type: text\r\n\r\nx", "text/plain 0: x" },
        { "Content-Type: (a comment) image / png (another)\r\n\r\nx", "image/png 0: x" },
        { "Content-Type:\r\n text/html\r\n\r\nx", "text/html 0: x" },
        { "Content-Type: /\r\n\r\nx", "text/plain 0: x" },
        { Mixed + "--b\r\n\r\none\r\n--b--\r\n", "multipart/mixed\n  text/plain 0: one" },
        { Mixed + "preamble\r\n--b\r\n\r\none\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\ntwo\r\n--b--\r\nepilogue\r\n--b\r\n\r\nno part\r\n",
            "multipart/mixed\n  text/plain 1: one|\n  text/html 0: two" },
        { Mixed + "--b  \t\r\n\r\none\r\n--b--  ", "multipart/mixed\n  text/plain 0: one" },
        { Mixed + "--b\r\n\r\none\r\ntwo", "multipart/mixed\n  text/plain 1: one|two" },
        { Mixed + "--b\n\none\n--b\n\ntwo\n--b--", "multipart/mixed\n  text/plain 0: one\n  text/plain 0: two" },
        { Mixed + "--b\r\n\r\n--b\r\n\r\n\r\n--b--", "multipart/mixed\n  text/plain 0: \n  text/plain 0: " },
        { Mixed + "--b\r\n--b\r\nContent-Type: image/png\r\n--b--", "multipart/mixed\n  text/plain 0: \n  image/png 0: " },
        { Mixed + "--b", "multipart/mixed\n  text/plain 0: " },
        { Mixed + "--b--", "multipart/mixed\n  text/plain 0: --b--" },
        { Mixed + "nothing here\r\n-- b\r\n-b\r\n", "multipart/mixed\n  text/plain 3: nothing here|-- b|-b|" },
        { "Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\none\r\n", "text/plain 3: --b||one|" },
        { "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\none\r\n", "text/plain 1: one|" },
        { "Content-Type: multipart/mixed; boundary=\"a b\"\r\n\r\n--a b\r\n\r\none\r\n--a b--", "multipart/mixed\n  text/plain 0: one" },
        { Mixed + "--b\r\nContent-Type: multipart/alternative; boundary=bb\r\n\r\n--bb\r\n\r\none\r\n--bb\r\nContent-Type: text/html\r\n\r\ntwo\r\n--bb--\r\n\r\n--b\r\n\r\nthree\r\n--b--\r\n",
            "multipart/mixed\n  multipart/alternative\n    text/plain 0: one\n    text/html 0: two\n  text/plain 0: three" },
        { "Content-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\none\r\n--bb\r\n\r\ntwo\r\n--bb--",
            "multipart/mixed\n  multipart/alternative\n    text/plain 0: one\n  text/plain 0: two" },
        { Mixed + "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\ninner\r\n--b--",
            "multipart/mixed\n  message/rfc822\n    text/plain 0: inner" },
        { Mixed + "--b\r\nContent-Type: message/rfc822\r\n\r\n--b--", "multipart/mixed\n  message/rfc822\n    text/plain 0: " },
        { Mixed + "--b\r\nContent-Type: message/rfc822\r\n--b--", "multipart/mixed\n  message/rfc822\n    text/plain 0: " },
        { Mixed + "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdA==\r\n--b--",
            "multipart/mixed\n  application/octet-stream 0: U3ViamVjdA==" },
        { "Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ndeep\r\n",
            "message/rfc822\n  message/rfc822\n    text/plain 1: deep|" },
        { "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: one\r\n\r\nx\r\n--b\r\nContent-Type: text/plain\r\n\r\ny\r\n--b--",
            "multipart/digest\n  message/rfc822\n    text/plain 0: x\n  text/plain 0: y" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void Finds_the_parts_and_where_they_lie(string message, string shape) => Assert.Equal(shape, Sample.Shape(message));

    [Theory]
    [MemberData(nameof(Messages))]
    public void Reads_the_same_however_it_is_split(string message, string shape)
    {
        _ = shape;
        byte[] octets = Sample.Octets(message);
        string whole = Sample.Fingerprint(Sample.Read(octets, int.MaxValue));
        for (int first = 0; first <= octets.Length; first++)
            Assert.Equal(whole, Sample.Fingerprint(Sample.ReadSplit(octets, first)));
        for (int piece = 1; piece <= 7; piece++)
            Assert.Equal(whole, Sample.Fingerprint(Sample.Read(octets, piece)));
    }

    [Fact]
    public void Gives_exact_offsets()
    {
        MessageStructure structure = Sample.Read(Mixed + "--b\r\nX: y\r\n\r\none\r\n--b--\r\n");
        MimePart part = Assert.Single(structure.Root.Children);
        Assert.Equal((0, Mixed.Length, structure.Octets), (structure.Root.HeaderStart, structure.Root.BodyStart, structure.Root.BodyEnd));
        Assert.Equal((Mixed.Length + 5, Mixed.Length + 13, Mixed.Length + 16), (part.HeaderStart, part.BodyStart, part.BodyEnd));
    }

    [Fact]
    public void Reads_all_fields_of_a_part()
    {
        MimePart part = Sample.Read(Sample.Lines(
            "Content-Type: application/pdf; name=\"a;b.pdf\"; x=y",
            "Content-Transfer-Encoding: BASE64 (yes)",
            "Content-ID: <1@example.org>",
            "Content-Description: The",
            " report",
            "Content-MD5: Q2hlY2s=",
            "Content-Disposition: Attachment; filename=a.pdf",
            "Content-Language: de, en-GB",
            "Content-Location: http://example.org/a",
            "", "x")).Root;
        Assert.Equal<MimeParameter>([new("name", "a;b.pdf"), new("x", "y")], part.Parameters);
        Assert.Equal(("base64", "<1@example.org>", "The report", "Q2hlY2s="), (part.Encoding, part.ContentId, part.Description, part.Md5));
        Assert.Equal(("attachment", "http://example.org/a"), (part.Disposition, part.Location));
        Assert.Equal<MimeParameter>([new("filename", "a.pdf")], part.DispositionParameters);
        Assert.Equal<string>(["de", "en-GB"], part.Languages);
    }

    [Fact]
    public void Counts_received_fields_of_the_top_header_only()
    {
        MessageStructure structure = Sample.Read("Received: a\r\nreceived: b\r\n c\r\nContent-Type: message/rfc822\r\n\r\nReceived: d\r\n\r\n");
        Assert.Equal(2, structure.ReceivedCount);
    }

    [Fact]
    public void Reads_where_the_message_was_delivered_to_before_a_hundred_times_at_most()
    {
        string before = string.Concat(Enumerable.Range(1, 200).Select(n => $"Delivered-To: u{n}@bcd.com\r\n"));
        MessageStructure structure = Sample.Read(before + "Content-Type: message/rfc822\r\n\r\nDelivered-To: inner@bcd.com\r\n\r\n");
        Assert.Equal(Enumerable.Range(1, 100).Select(n => $"u{n}@bcd.com"), structure.DeliveredTo);
    }

    [Fact]
    public void Keeps_the_envelope_of_an_enclosed_message()
    {
        MimePart root = Sample.Read("Subject: out\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\nFrom: a@b\r\n\r\nx").Root;
        Assert.Equal("in", root.EnclosedEnvelope!.Subject);
        Assert.Equal<HeaderAddress>([new(null, "a", "b")], root.EnclosedEnvelope.Sender);
    }

    [Fact]
    public void Stops_at_the_depth_limit()
    {
        var text = new StringBuilder();
        for (int i = 0; i < 500; i++)
            text.Append(CultureInfo.InvariantCulture, $"Content-Type: multipart/mixed; boundary=x{i}.\r\n\r\n--x{i}.\r\n");
        MimePart part = Sample.Read(text.ToString()).Root;
        int depth = 1;
        for (; !part.Children.IsEmpty; depth++)
            part = part.Children[0];
        Assert.Equal(MimeReader.MaxDepth, depth);
        Assert.Equal("octet-stream", part.Subtype);
    }

    [Fact]
    public void Stops_at_the_part_limit()
    {
        string text = Mixed + string.Concat(Enumerable.Repeat("--b\r\n\r\nx\r\n", MimeReader.MaxParts + 100));
        MimePart root = Sample.Read(text).Root;
        Assert.Equal(MimeReader.MaxParts - 1, root.Children.Length);
        Assert.Equal(("octet-stream", text.Length), (root.Children[^1].Subtype, root.Children[^1].BodyEnd));
    }

    [Fact]
    public void Passes_over_what_is_too_much_of_a_header()
    {
        string text = "Subject: x\r\n" + new string('a', MimeReader.MaxHeaderOctets) + "\r\nDate: y\r\n\r\nbody";
        MessageStructure structure = Sample.Read(text);
        Assert.Equal(("x", null), (structure.Envelope.Subject, structure.Envelope.Date));
        Assert.Equal((text.Length - 4, text.Length), (structure.Root.BodyStart, structure.Root.BodyEnd));
    }

    [Fact]
    public void Bounds_all_headers_together()
    {
        string part = "--b\r\nX: " + new string('a', 200_000) + "\r\n\r\nx\r\n";
        MimePart root = Sample.Read(Mixed + string.Concat(Enumerable.Repeat(part, 20))).Root;
        Assert.Equal(6, root.Children.Length);
    }

    [Fact]
    public void Never_throws_on_rubbish()
    {
        var random = new Random(7);
        string[] pieces = ["--b", "--b--", "\r\n", "\n", "\r", "Content-Type: ", "multipart/mixed; boundary=b", "message/rfc822", ":", ";", "=", "\"", "(", "<", "@", "*0*=", "%", "\0", "From: ", "é", " "];
        for (int run = 0; run < 2_000; run++)
        {
            byte[] octets = Sample.Octets(string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => pieces[random.Next(pieces.Length)])));
            MessageStructure whole = Sample.Read(octets, int.MaxValue);
            Assert.Equal(octets.Length, whole.Octets);
            Assert.Equal(Sample.Fingerprint(whole), Sample.Fingerprint(Sample.Read(octets, random.Next(1, 9))));
            Assert.True(StructureCodec.TryDecode(StructureCodec.Encode(whole), out _));
        }
    }

    [Fact]
    public void Costs_little_for_a_common_message()
    {
        string header = string.Concat(Enumerable.Range(0, 20).Select(i => $"X-Field-{i}: some value that is about as long as usual\r\n"));
        byte[] octets = Sample.Octets("From: Anna <anna@example.org>\r\nTo: bob@example.org\r\nSubject: x\r\n" + header + "\r\n" + string.Concat(Enumerable.Repeat(new string('x', 76) + "\r\n", 120)));
        long best = long.MaxValue;
        for (int run = 0; run < 2_000; run++)
        {
            long start = Stopwatch.GetTimestamp();
            Sample.Read(octets, 4096);
            best = Math.Min(best, Stopwatch.GetTimestamp() - start);
        }
        Assert.InRange(Stopwatch.GetElapsedTime(0, best).TotalMicroseconds, 0, 100);
    }
}
