using System.Collections.Immutable;

namespace DirMail.Mail.Mime;

/// <summary>
/// The stored form of a <see cref="MessageStructure"/>: compact, versioned, and never trusted when reading (false on any damage).
/// One octet of version, then numbers as groups of seven bits, lowest first; strings as their length plus one (0 is null) and UTF-8; a part's three
/// offsets as distances from the one before, so that most numbers take one or two octets. The envelope stands in front: <see cref="StoredEnvelope"/> reads it alone.
/// Version 1 had no References, version 2 did not say whether there is one Subject field.
/// </summary>
public static class StructureCodec
{
    private const byte Version = 3;
    private const byte WithoutSubjectCount = 2;
    private const byte WithoutReferences = 1;

    // a part takes more than this many octets, an address three: claimed counts beyond the octets left are damage
    private const int LeastPartOctets = 12, LeastParameterOctets = 2;

    internal const int LeastAddressOctets = 3;

    public static byte[] Encode(MessageStructure structure)
    {
        var writer = new CodecWriter();
        writer.Octet(Version);
        writer.Number(structure.Octets);
        writer.Number(structure.ReceivedCount);
        Write(writer, structure.Envelope);
        Write(writer, structure.Root, 0);
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> stored, out MessageStructure? structure)
    {
        var reader = new CodecReader(stored);
        byte version = reader.Octet();
        bool known = IsKnown(version);
        long octets = reader.Number(long.MaxValue);
        int received = (int)reader.Number(int.MaxValue);
        MessageEnvelope envelope = ReadEnvelope(ref reader, version);
        MimePart root = ReadPart(ref reader, version, 0, octets, 0);
        structure = known && reader.IsComplete ? new(root, envelope) { Octets = octets, ReceivedCount = received } : null;
        return structure is not null;
    }

    /// <summary>The parts alone: the message's envelope is passed over.</summary>
    public static bool TryDecodeRoot(ReadOnlySpan<byte> stored, out MimePart? root)
    {
        root = null;
        if (!StoredEnvelope.TryRead(stored, out StoredEnvelope envelope))
            return false;
        byte version = stored[0];
        var front = new CodecReader(stored[1..]);
        long octets = front.Number(long.MaxValue);
        var reader = new CodecReader(stored[envelope.EndsAt..]);
        MimePart read = ReadPart(ref reader, version, 0, octets, 0);
        root = reader.IsComplete ? read : null;
        return root is not null;
    }

    /// <summary>The envelope alone, from a structure's stored form or from the front of it that ends with the envelope.</summary>
    public static bool TryDecodeEnvelope(ReadOnlySpan<byte> stored, out MessageEnvelope? envelope)
    {
        var reader = new CodecReader(stored);
        byte version = StartEnvelope(ref reader);
        envelope = ReadEnvelope(ref reader, version);
        if (version == 0 || reader.IsDamaged)
            envelope = null;
        return envelope is not null;
    }

    /// <summary>Octets of <paramref name="stored"/> up to the envelope's end: enough for <see cref="StoredEnvelope"/>. 0 when it is damaged.</summary>
    public static int EnvelopeLength(ReadOnlySpan<byte> stored) => StoredEnvelope.TryRead(stored, out StoredEnvelope envelope) ? envelope.EndsAt : 0;

    /// <summary>Whether a structure's stored form is there, not only the front of it that ends with the envelope. False when that is damaged.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> stored) => StoredEnvelope.TryRead(stored, out StoredEnvelope envelope) && envelope.EndsAt < stored.Length;

    /// <summary>Octets of the message's header with the blank line behind it, from a structure's stored form. False on damage before that point.</summary>
    public static bool TryReadHeaderLength(ReadOnlySpan<byte> stored, out long length)
    {
        length = 0;
        if (!StoredEnvelope.TryRead(stored, out StoredEnvelope envelope))
            return false;
        CodecReader reader = Behind(stored, envelope, out _, out long octets);
        long headerStart = reader.Number(octets);
        length = headerStart + reader.Number(octets - headerStart);
        return !reader.IsDamaged;
    }

    /// <summary>The parts alone, from a structure's stored form.</summary>
    /// <param name="envelope">As read from the same octets.</param>
    public static bool TryDecodeParts(ReadOnlySpan<byte> stored, in StoredEnvelope envelope, out MimePart? root)
    {
        CodecReader reader = Behind(stored, envelope, out byte version, out long octets);
        root = ReadPart(ref reader, version, 0, octets, 0);
        if (!reader.IsComplete)
            root = null;
        return root is not null;
    }

    private static CodecReader Behind(ReadOnlySpan<byte> stored, in StoredEnvelope envelope, out byte version, out long octets)
    {
        var start = new CodecReader(stored);
        version = start.Octet();
        octets = start.Number(long.MaxValue);
        return new(stored[envelope.EndsAt..]);
    }

    /// <summary>Passes over what stands before the envelope and returns the version; 0 when it is not known.</summary>
    internal static byte StartEnvelope(ref CodecReader reader)
    {
        byte version = reader.Octet();
        reader.Number(long.MaxValue);
        reader.Number(int.MaxValue);
        return IsKnown(version) ? version : (byte)0;
    }

    internal static bool HasReferences(byte version) => version != WithoutReferences;

    internal static bool HasSubjectCount(byte version) => version > WithoutSubjectCount;

    private static bool IsKnown(byte version) => version is Version or WithoutSubjectCount or WithoutReferences;

    private static void Write(CodecWriter writer, MimePart part, long from)
    {
        writer.Number(part.HeaderStart - from);
        writer.Number(part.BodyStart - part.HeaderStart);
        writer.Number(part.BodyEnd - part.BodyStart);
        writer.Number(part.BodyLines);
        writer.Text(part.Type);
        writer.Text(part.Subtype);
        Write(writer, part.Parameters);
        writer.Text(part.ContentId);
        writer.Text(part.Description);
        writer.Text(part.Encoding);
        writer.Text(part.Md5);
        writer.Text(part.Disposition);
        Write(writer, part.DispositionParameters);
        writer.Number(part.Languages.Length);
        foreach (string language in part.Languages)
            writer.Text(language);
        writer.Text(part.Location);
        writer.Octet(part.EnclosedEnvelope is null ? (byte)0 : (byte)1);
        if (part.EnclosedEnvelope is { } enclosed)
            Write(writer, enclosed);
        writer.Number(part.Children.Length);
        foreach (MimePart child in part.Children)
            Write(writer, child, part.BodyStart);
    }

    private static MimePart ReadPart(ref CodecReader reader, byte version, long from, long limit, int depth)
    {
        if (depth > MimeReader.MaxDepth)
            reader.Fail();
        long headerStart = from + reader.Number(limit - from);
        long bodyStart = headerStart + reader.Number(limit - headerStart);
        long bodyEnd = bodyStart + reader.Number(limit - bodyStart);
        return new MimePart
        {
            HeaderStart = headerStart,
            BodyStart = bodyStart,
            BodyEnd = bodyEnd,
            BodyLines = reader.Number(bodyEnd - bodyStart),
            Type = reader.RequiredText(),
            Subtype = reader.RequiredText(),
            Parameters = ReadParameters(ref reader),
            ContentId = reader.Text(),
            Description = reader.Text(),
            Encoding = reader.RequiredText(),
            Md5 = reader.Text(),
            Disposition = reader.Text(),
            DispositionParameters = ReadParameters(ref reader),
            Languages = ReadLanguages(ref reader),
            Location = reader.Text(),
            EnclosedEnvelope = reader.Octet() == 0 ? null : ReadEnvelope(ref reader, version),
            Children = ReadChildren(ref reader, version, bodyStart, limit, depth),
        };
    }

    private static ImmutableArray<MimePart> ReadChildren(ref CodecReader reader, byte version, long from, long limit, int depth)
    {
        int count = reader.Count(LeastPartOctets);
        if (count == 0)
            return [];
        var children = ImmutableArray.CreateBuilder<MimePart>(count);
        for (int i = 0; i < count && !reader.IsDamaged; i++)
            children.Add(ReadPart(ref reader, version, from, limit, depth + 1));
        return children.DrainToImmutable();
    }

    private static ImmutableArray<string> ReadLanguages(ref CodecReader reader)
    {
        int count = reader.Count(1);
        if (count == 0)
            return [];
        var languages = ImmutableArray.CreateBuilder<string>(count);
        for (int i = 0; i < count; i++)
            languages.Add(reader.RequiredText());
        return languages.DrainToImmutable();
    }

    private static void Write(CodecWriter writer, ImmutableArray<MimeParameter> parameters)
    {
        writer.Number(parameters.Length);
        foreach (MimeParameter parameter in parameters)
        {
            writer.Text(parameter.Name);
            writer.Text(parameter.Value);
        }
    }

    private static ImmutableArray<MimeParameter> ReadParameters(ref CodecReader reader)
    {
        int count = reader.Count(LeastParameterOctets);
        if (count == 0)
            return [];
        var parameters = ImmutableArray.CreateBuilder<MimeParameter>(count);
        for (int i = 0; i < count; i++)
            parameters.Add(new(reader.RequiredText(), reader.RequiredText()));
        return parameters.DrainToImmutable();
    }

    private static void Write(CodecWriter writer, MessageEnvelope envelope)
    {
        writer.Text(envelope.Date);
        writer.Text(envelope.Subject);
        // mostly Sender and Reply-To are From: the same array, written once
        Write(writer, envelope.From);
        writer.Octet((byte)((envelope.Sender == envelope.From ? 1 : 0) | (envelope.ReplyTo == envelope.From ? 2 : 0)));
        if (envelope.Sender != envelope.From)
            Write(writer, envelope.Sender);
        if (envelope.ReplyTo != envelope.From)
            Write(writer, envelope.ReplyTo);
        Write(writer, envelope.To);
        Write(writer, envelope.Cc);
        Write(writer, envelope.Bcc);
        writer.Text(envelope.InReplyTo);
        writer.Text(envelope.MessageId);
        writer.Text(envelope.References);
        writer.Octet(envelope.HasOneSubject ? (byte)1 : (byte)0);
    }

    private static MessageEnvelope ReadEnvelope(ref CodecReader reader, byte version)
    {
        string? date = reader.Text(), subject = reader.Text();
        ImmutableArray<HeaderAddress> from = ReadAddresses(ref reader);
        byte same = reader.Octet();
        return new()
        {
            Date = date,
            Subject = subject,
            From = from,
            Sender = (same & 1) != 0 ? from : ReadAddresses(ref reader),
            ReplyTo = (same & 2) != 0 ? from : ReadAddresses(ref reader),
            To = ReadAddresses(ref reader),
            Cc = ReadAddresses(ref reader),
            Bcc = ReadAddresses(ref reader),
            InReplyTo = reader.Text(),
            MessageId = reader.Text(),
            References = HasReferences(version) ? reader.Text() : null,
            HasOneSubject = HasSubjectCount(version) && reader.Octet() == 1,
        };
    }

    private static void Write(CodecWriter writer, ImmutableArray<HeaderAddress> addresses)
    {
        writer.Number(addresses.Length);
        foreach (HeaderAddress address in addresses)
        {
            writer.Text(address.Name);
            writer.Text(address.Mailbox);
            writer.Text(address.Host);
        }
    }

    private static ImmutableArray<HeaderAddress> ReadAddresses(ref CodecReader reader)
    {
        int count = reader.Count(LeastAddressOctets);
        if (count == 0)
            return [];
        var addresses = ImmutableArray.CreateBuilder<HeaderAddress>(count);
        for (int i = 0; i < count; i++)
            addresses.Add(new(reader.Text(), reader.Text(), reader.Text()));
        return addresses.DrainToImmutable();
    }
}
