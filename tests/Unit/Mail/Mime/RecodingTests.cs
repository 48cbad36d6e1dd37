using System.Buffers;
using System.Text;
using DirMail.Mail.Mime;

namespace DirMail.Unit.Mail.Mime;

public sealed class RecodingTests
{
    [Theory]
    // text, then other things; what needs nothing stays as it is
    [InlineData("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\nSubject: a\r\n\r\ngrün = schön \r\n",
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\nSubject: a\r\n\r\ngr=C3=BCn =3D sch=C3=B6n=20\r\n\r\n")]
    [InlineData("MIME-Version: 1.0\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: 8bit\r\n\r\nü", "MIME-Version: 1.0\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: base64\r\n\r\nw7w=\r\n")]
    [InlineData("Subject: a\r\n\r\ngreen\r\n", "Subject: a\r\n\r\ngreen\r\n")]
    // said to be 8bit, and is not
    [InlineData("MIME-Version: 1.0\r\nContent-Transfer-Encoding: 8BIT\r\n\r\ngreen\r\n", "MIME-Version: 1.0\r\nContent-Transfer-Encoding: 7bit\r\n\r\ngreen\r\n")]
    // from before MIME
    [InlineData("Subject: a\r\n\r\ngrün\r\n", "Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=unknown-8bit\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ngr=C3=BCn\r\n\r\n")]
    [InlineData("Content-Type: text/html\r\n\r\nü", "Content-Type: text/html\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=BC\r\n")]
    public async Task A_single_body(string message, string expected) => Assert.Equal(expected, await RecodeAsync(message));

    [Fact]
    public async Task Parts_are_encoded_each_for_itself_and_what_is_around_them_stays()
    {
        const string Message = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\nprä\r\n--b\r\n\r\nplain\r\n--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\nzwölf\r\n--xx\r\n"
            + "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: inner\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\nü\r\n--b--\r\nepi\r\n";
        Assert.Equal("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 7bit\r\n\r\npr??\r\n--b\r\n\r\nplain\r\n--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nzw=C3=B6lf\r\n=2D-xx\r\n"
            + "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\nSubject: inner\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nMIME-Version: 1.0\r\n\r\nw7w=\r\n--b--\r\nepi\r\n", await RecodeAsync(Message));
    }

    /// <summary>A server that takes 8 bits gets them; only what is binary is encoded.</summary>
    [Fact]
    public async Task Binary_parts_alone_where_eight_bits_may_stay()
    {
        const string Message = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: binary\r\n\r\n--b\r\nContent-Transfer-Encoding: 8bit\r\n\r\nzwölf\r\n--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n\r\na\nb\r\n--b--\r\n";
        Assert.Equal("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n--b\r\nContent-Transfer-Encoding: 8bit\r\n\r\nzwölf\r\n--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nYQpi\r\n--b--\r\n",
            await RecodeAsync(Message, keepsEightBit: true));
    }

    [Theory]
    // signed as a whole
    [InlineData("Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nü\r\n--b--\r\n")]
    // may not be encoded
    [InlineData("Content-Type: message/partial; id=x; number=1\r\n\r\nü\r\n")]
    // encoded already, and wrongly, or in a way nobody knows
    [InlineData("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nü\r\n")]
    [InlineData("Content-Type: text/plain\r\nContent-Transfer-Encoding: x-own\r\n\r\nü\r\n")]
    // fields are no bodies
    [InlineData("Subject: grün\r\n\r\nx\r\n")]
    [InlineData("Content-Type: message/rfc822\r\n\r\nSubject: grün\r\n\r\nx\r\n")]
    // a part that is none
    [InlineData("Content-Type: multipart/mixed; boundary=b\r\n\r\nü\r\n")]
    public async Task What_may_not_be_changed_is_not(string message) => Assert.Null(await RecodeAsync(message));

    [Fact]
    public async Task A_message_that_is_all_beyond_ascii_is_encoded_as_a_whole() => Assert.Equal(
        "MIME-Version: 1.0\r\nContent-Type: message/global\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogw7wNCg0KeA==\r\n", await RecodeAsync("MIME-Version: 1.0\r\nContent-Type: message/global\r\n\r\nSubject: ü\r\n\r\nx"));

    /// <summary>Any tree of parts with any octets, read and written in any pieces: seven bits, no long line, and every leaf decodes to what it was.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_leaf_is_what_it_was(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 150; i++)
        {
            byte[] message = Encoding.Latin1.GetBytes("MIME-Version: 1.0\r\n" + Entity(random, 0));
            byte[] recoded = (await RecodeAsync(message, keepsEightBit: false, random.Next(1, 200)))!;
            Assert.True(recoded.AsSpan().IndexOfAnyInRange((byte)128, (byte)255) < 0);
            Assert.Equal(Leaves(message), Leaves(recoded), (a, b) => a.AsSpan().TrimEnd("\r\n"u8).SequenceEqual(b.AsSpan().TrimEnd("\r\n"u8)));
        }
    }

    private static string Entity(Random random, int depth)
    {
        int kind = depth > 3 ? 2 : random.Next(5);
        if (kind == 0)
        {
            string boundary = $"b{depth}";
            string parts = string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"--{boundary}\r\n{Entity(random, depth + 1)}\r\n"));
            return $"Content-Type: multipart/mixed; boundary={boundary}\r\nContent-Transfer-Encoding: binary\r\n\r\n{parts}--{boundary}--\r\n";
        }
        if (kind == 1)
            return $"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: {depth}\r\nMIME-Version: 1.0\r\n{Entity(random, depth + 1)}";
        bool isText = kind < 4;
        var body = new StringBuilder();
        for (int i = random.Next(300); i > 0; i--)
            body.Append(random.Next(8) switch { 0 => "\r\n", 1 => " ", 2 => "=", 3 => "-", 4 => "\t", 5 => "é", _ => isText ? "a" : ((char)random.Next(256)).ToString() });
        return $"Content-Type: {(isText ? "text/plain" : "application/octet-stream")}\r\nContent-Transfer-Encoding: {(isText ? "8bit" : "binary")}\r\n\r\n{body}";
    }

    private static List<byte[]> Leaves(byte[] message)
    {
        var leaves = new List<byte[]>();
        Collect(Structure(message).Root);
        return leaves;

        void Collect(MimePart part)
        {
            foreach (MimePart child in part.Children)
                Collect(child);
            if (!part.Children.IsEmpty)
                return;
            var output = new ArrayBufferWriter<byte>();
            TransferDecoder decoder = TransferDecoder.For(part.Encoding)!;
            decoder.Write(message.AsSpan((int)part.BodyStart, (int)(part.BodyEnd - part.BodyStart)), output);
            decoder.Complete(output);
            Assert.False(decoder.IsDamaged);
            leaves.Add(output.WrittenSpan.ToArray());
        }
    }

    private static async Task<string?> RecodeAsync(string message, bool keepsEightBit = false) =>
        await RecodeAsync(Encoding.UTF8.GetBytes(message), keepsEightBit, int.MaxValue) is { } recoded ? Encoding.UTF8.GetString(recoded) : null;

    private static async Task<byte[]?> RecodeAsync(byte[] message, bool keepsEightBit, int piece)
    {
        var output = new MemoryStream();
        var recoding = new Recoding(Structure(message), (at, into, _) =>
        {
            int octets = (int)Math.Min(Math.Min(piece, into.Length), message.Length - at);
            message.AsMemory((int)at, octets).CopyTo(into);
            return ValueTask.FromResult(octets);
        }, keepsEightBit);
        return await recoding.RunAsync((octets, stop) => output.WriteAsync(octets, stop), CancellationToken.None) ? output.ToArray() : null;
    }

    private static MessageStructure Structure(byte[] message)
    {
        var reader = new MimeReader();
        reader.Write(message);
        return reader.Complete();
    }
}
