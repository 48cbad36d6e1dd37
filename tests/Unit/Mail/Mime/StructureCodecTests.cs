using System.Buffers;
using System.Text;
using DirMail.Mail.Mime;
using DirMail.Servers.Imap.Format;
using FsCheck;
using FsCheck.Fluent;

namespace DirMail.Unit.Mail.Mime;

public class StructureCodecTests
{
    private static readonly Gen<string> Text = Gen.Elements("", "a", "text", "Jörg", "日本", new string('x', 200));
    private static readonly Gen<string?> Maybe = Gen.OneOf(Text.Select(static t => (string?)t), Gen.Constant((string?)null));
    private static readonly Gen<HeaderAddress> Address = from n in Maybe from m in Maybe from h in Maybe select new HeaderAddress(n, m, h);
    private static readonly Gen<HeaderAddress[]> Addresses = Address.ListOf().Select(static l => l.Take(2).ToArray());
    private static readonly Gen<MimeParameter[]> Parameters = (from n in Text from v in Text select new MimeParameter(n, v)).ListOf().Select(static l => l.Take(2).ToArray());

    private static readonly Gen<MessageEnvelope> Envelope =
        from texts in Maybe.ArrayOf(5)
        from lists in Addresses.ArrayOf(6)
        select new MessageEnvelope
        {
            Date = texts[0],
            Subject = texts[1],
            InReplyTo = texts[2],
            MessageId = texts[3],
            References = texts[4],
            From = [.. lists[0]],
            Sender = [.. lists[1]],
            ReplyTo = [.. lists[2]],
            To = [.. lists[3]],
            Cc = [.. lists[4]],
            Bcc = [.. lists[5]],
        };

    private static readonly Gen<MessageStructure> Structure =
        from root in Part(2, 0)
        from envelope in Envelope
        from received in Gen.Choose(0, 200)
        select new MessageStructure(root, envelope) { Octets = 1_000_000, ReceivedCount = received };

    [Fact]
    public void Reads_what_it_wrote() => Prop.ForAll(Structure.ToArbitrary(), static structure =>
        StructureCodec.TryDecode(StructureCodec.Encode(structure), out MessageStructure? read) && Describe(structure) == Describe(read!)).QuickCheckThrowOnFailure();

    [Fact]
    public void Refuses_every_cut_and_anything_appended()
    {
        byte[] stored = StructureCodec.Encode(Structure.Sample(1, 20).First());
        for (int length = 0; length < stored.Length; length += 3)
            Assert.False(StructureCodec.TryDecode(stored.AsSpan(0, length), out _) || TryDecodeParts(stored[..length], out _));
        Assert.False(StructureCodec.TryDecode([.. stored, 0], out _) || TryDecodeParts([.. stored, 0], out _));
    }

    [Fact]
    public void Reads_the_parts_without_the_envelope() => Prop.ForAll(Structure.ToArbitrary(), static structure =>
        TryDecodeParts(StructureCodec.Encode(structure), out MimePart? root) && Describe(structure) == Describe(structure with { Root = root! })).QuickCheckThrowOnFailure();

    [Fact]
    public void Survives_damage_anywhere()
    {
        var random = new Random(5);
        foreach (MessageStructure structure in Structure.Sample(30, 20))
        {
            byte[] stored = StructureCodec.Encode(structure);
            for (int run = 0; run < 100; run++)
            {
                byte[] damaged = [.. stored];
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                if (StructureCodec.TryDecode(damaged, out MessageStructure? read))
                    Assert.InRange(read!.Root.BodyEnd, 0, read.Octets);
            }
        }
    }

    /// <summary>Lists of messages are shown from the front of the stored form alone.</summary>
    [Fact]
    public void Shows_the_envelope_from_its_front() => Prop.ForAll(Structure.ToArbitrary(), static structure =>
    {
        byte[] stored = StructureCodec.Encode(structure);
        byte[] front = stored[..StructureCodec.EnvelopeLength(stored)];
        Assert.True(StructureCodec.TryDecodeEnvelope(front, out MessageEnvelope? envelope));
        Assert.True(StructureCodec.IsWhole(stored) && !StructureCodec.IsWhole(front));
        Assert.Equal(Written(writer => EnvelopeFormat.Write(writer, structure.Envelope)), Written(writer => WriteStored(writer, front)));
        return envelope!.References == structure.Envelope.References && envelope.Subject == structure.Envelope.Subject;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Tells_the_length_of_the_header_without_the_rest() => Prop.ForAll(Structure.ToArbitrary(), static structure =>
        StructureCodec.TryReadHeaderLength(StructureCodec.Encode(structure), out long length) && length == structure.Root.BodyStart).QuickCheckThrowOnFailure();

    [Fact]
    public void Refuses_a_cut_envelope()
    {
        byte[] stored = StructureCodec.Encode(Structure.Sample(1, 20).First());
        for (int length = StructureCodec.EnvelopeLength(stored) - 1; length >= 0; length--)
        {
            Assert.False(StoredEnvelope.TryRead(stored.AsSpan(0, length), out _));
            Assert.False(StructureCodec.TryDecodeEnvelope(stored.AsSpan(0, length), out _));
            Assert.False(StructureCodec.TryReadHeaderLength(stored.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void Reads_the_version_without_references()
    {
        byte[] stored = StructureCodec.Encode(Sample.Read("Subject: old\r\nMessage-ID: <1@a>\r\n\r\n"));
        byte[] old = [1, .. stored[1..(StructureCodec.EnvelopeLength(stored) - 2)]];
        Assert.True(StructureCodec.TryDecodeEnvelope(old, out MessageEnvelope? envelope));
        Assert.Equal(("old", "<1@a>", null), (envelope!.Subject, envelope.MessageId, envelope.References));
        Assert.Equal(old.Length, StructureCodec.EnvelopeLength(old));
    }

    [Fact]
    public void Reads_the_version_that_does_not_count_subjects()
    {
        byte[] stored = StructureCodec.Encode(Sample.Read("Subject: old\r\nReferences: <1@a>\r\n\r\n"));
        byte[] old = [2, .. stored[1..(StructureCodec.EnvelopeLength(stored) - 1)]];
        Assert.True(StructureCodec.TryDecodeEnvelope(old, out MessageEnvelope? envelope));
        Assert.Equal(("old", "<1@a>", false), (envelope!.Subject, envelope.References, envelope.HasOneSubject));
        Assert.Equal(old.Length, StructureCodec.EnvelopeLength(old));
    }

    [Theory]
    [InlineData("From: a@b\r\n\r\n", true)]
    [InlineData("Subject: one\r\n\r\n", true)]
    [InlineData("Subject: one\r\nsubject: two\r\n\r\n", false)]
    public void Tells_whether_a_second_subject_follows(string message, bool hasOne)
    {
        Assert.True(StoredEnvelope.TryRead(StructureCodec.Encode(Sample.Read(message)), out StoredEnvelope envelope));
        Assert.Equal(hasOne, envelope.HasOneSubject);
    }

    private static bool TryDecodeParts(byte[] stored, out MimePart? root)
    {
        root = null;
        return StoredEnvelope.TryRead(stored, out StoredEnvelope envelope) && StructureCodec.TryDecodeParts(stored, envelope, out root);
    }

    private static void WriteStored(ImapWriter writer, byte[] front)
    {
        Assert.True(StoredEnvelope.TryRead(front, out StoredEnvelope envelope));
        EnvelopeFormat.Write(writer, envelope);
    }

    private static string Written(Action<ImapWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        write(new(buffer));
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    [Fact]
    public void Refuses_another_version() => Assert.False(StructureCodec.TryDecode([3, 0, 0], out _));

    [Fact]
    public void Is_compact() =>
        Assert.InRange(StructureCodec.Encode(Sample.Read("From: Anna <anna@example.org>\r\nTo: bob@example.org\r\nSubject: Hello\r\n\r\nbody\r\n")).Length, 1, 120);

    private static Gen<MimePart> Part(int depth, long start) =>
        from header in Gen.Choose(0, 300)
        from body in Gen.Choose(0, 300)
        from end in Gen.Choose(0, 100_000)
        from lines in Gen.Choose(0, 100_000)
        from texts in Text.ArrayOf(3)
        from maybes in Maybe.ArrayOf(5)
        from parameters in Parameters.ArrayOf(2)
        from languages in Text.ArrayOf(2)
        from enclosed in Gen.OneOf(Envelope.Select(static e => (MessageEnvelope?)e), Gen.Constant((MessageEnvelope?)null))
        from children in depth == 0 ? Gen.Constant(Array.Empty<MimePart>()) : Part(depth - 1, start + header + body).ArrayOf(2)
        select new MimePart
        {
            HeaderStart = start + header,
            BodyStart = start + header + body,
            BodyEnd = start + header + body + end,
            BodyLines = Math.Min(lines, end),
            Type = texts[0],
            Subtype = texts[1],
            Encoding = texts[2],
            Parameters = [.. parameters[0]],
            DispositionParameters = [.. parameters[1]],
            Languages = [.. languages],
            ContentId = maybes[0],
            Description = maybes[1],
            Md5 = maybes[2],
            Disposition = maybes[3],
            Location = maybes[4],
            EnclosedEnvelope = enclosed,
            Children = [.. children],
        };

    private static string Describe(MessageStructure structure) => System.Text.Json.JsonSerializer.Serialize(structure);
}
