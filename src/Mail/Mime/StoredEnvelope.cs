namespace DirMail.Mail.Mime;

/// <summary>
/// An envelope read where it lies in its stored form (<see cref="StructureCodec"/>), without making an object of it: FETCH shows ten thousand at once.
/// Valid as long as the octets are. For the fields see <see cref="MessageEnvelope"/>.
/// </summary>
public readonly ref struct StoredEnvelope
{
    public StoredText Date { get; private init; }
    public StoredText Subject { get; private init; }
    public StoredAddresses From { get; private init; }
    public StoredAddresses Sender { get; private init; }
    public StoredAddresses ReplyTo { get; private init; }
    public StoredAddresses To { get; private init; }
    public StoredAddresses Cc { get; private init; }
    public StoredAddresses Bcc { get; private init; }
    public StoredText InReplyTo { get; private init; }
    public StoredText MessageId { get; private init; }

    public bool HasOneSubject { get; private init; }

    /// <summary>Where it ends in the octets it was read from.</summary>
    public int EndsAt { get; private init; }

    /// <param name="stored">A structure's stored form, or the front of it with the envelope.</param>
    /// <returns>False on any damage.</returns>
    public static bool TryRead(ReadOnlySpan<byte> stored, out StoredEnvelope envelope)
    {
        var reader = new CodecReader(stored);
        byte version = StructureCodec.StartEnvelope(ref reader);
        StoredText date = reader.Octets(), subject = reader.Octets();
        StoredAddresses from = StoredAddresses.Read(ref reader);
        byte same = reader.Octet();
        StoredAddresses sender = (same & 1) != 0 ? from : StoredAddresses.Read(ref reader);
        StoredAddresses replyTo = (same & 2) != 0 ? from : StoredAddresses.Read(ref reader);
        envelope = new()
        {
            Date = date,
            Subject = subject,
            From = from,
            Sender = sender,
            ReplyTo = replyTo,
            To = StoredAddresses.Read(ref reader),
            Cc = StoredAddresses.Read(ref reader),
            Bcc = StoredAddresses.Read(ref reader),
            InReplyTo = reader.Octets(),
            MessageId = reader.Octets(),
            HasOneSubject = ReadSubjectCount(ref reader, version),
            EndsAt = stored.Length - reader.Left,
        };
        return version != 0 && !reader.IsDamaged;
    }

    private static bool ReadSubjectCount(ref CodecReader reader, byte version)
    {
        if (StructureCodec.HasReferences(version))
            reader.Octets();
        return StructureCodec.HasSubjectCount(version) && reader.Octet() == 1;
    }
}
