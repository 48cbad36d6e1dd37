using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Servers.Imap.Format;
using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap;

/// <summary>Writes "* n FETCH (...)" for one message after the other, all with the same items.</summary>
/// <param name="newlySeen">Messages that this command marked \Seen: their FLAGS are told, asked for or not.</param>
internal sealed class FetchResponse(ImapSession session, SelectedMailbox box, List<FetchItem> items, HashSet<Uid> newlySeen)
{
    private readonly bool _needsStructure = items.Exists(item => item.NeedsStructure), _needsHeader = items.Exists(item => item.Section is { IsHeader: true });
    private readonly FetchKind[] _ofChange = OfChange(session, items);

    /// <summary>Octets of the message itself are asked for: it is read by itself, with <see cref="WriteAsync"/>.</summary>
    public bool NeedsContent { get; } = items.Exists(item => item.NeedsContent);

    /// <summary>How much of it.</summary>
    public ContentExtent ContentExtent { get; } = items.TrueForAll(item => !item.NeedsContent || item.Section is { IsHeader: true }) ? ContentExtent.Header : ContentExtent.Whole;

    /// <summary>A part was asked for without its encoding, which is not known.</summary>
    public bool UnknownEncoding { get; private set; }

    /// <summary>What <see cref="TryWrite"/> has to be given; null: nothing.</summary>
    public StructureExtent? Extent => !_needsStructure ? null
        : items.Exists(item => item.NeedsStructure && item.Kind != FetchKind.Envelope) ? StructureExtent.Whole : StructureExtent.Envelope;

    /// <summary>False when the message was expunged by another session and cannot be read any more: nothing is written for it.</summary>
    /// <param name="content">Null when it is gone.</param>
    public async ValueTask<bool> WriteAsync(int index, MessageContent? content, CancellationToken cancellationToken)
    {
        MailboxEntry entry = box[index];
        if (await WithStructureAsync(entry, content, cancellationToken) is not { } message)
            return false;
        Begin(index);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
                session.Writer.Space();
            if (items[i].Kind == FetchKind.Preview)
                await WritePreviewAsync(message, cancellationToken);
            else if (items[i].Kind is FetchKind.Binary or FetchKind.BinarySize)
                UnknownEncoding |= !await BinarySection.WriteAsync(session, items[i], message, cancellationToken);
            else if (items[i].Section is { } section)
                await BodySection.WriteAsync(session, section, message, cancellationToken);
            else if (items[i].Kind == FetchKind.Envelope)
                WriteEnvelope(message.Structure!.Envelope);
            else
                WriteItem(items[i].Kind, entry, message.Structure?.Root);
        }
        End(entry);
        return true;
    }

    /// <summary>Writes a message from what the view and its stored structure know. False as with <see cref="WriteAsync"/>.</summary>
    public bool TryWrite(int index, ReadOnlySpan<byte> stored)
    {
        MailboxEntry entry = box[index];
        StoredEnvelope envelope = default;
        MimePart? root = null;
        if (Extent is { } extent && !(StoredEnvelope.TryRead(stored, out envelope) && (extent == StructureExtent.Envelope || StructureCodec.TryDecodeParts(stored, envelope, out root))))
        {
            Unreadable(entry, new IOException(stored.IsEmpty ? "this message has been removed from the store" : "the store is damaged: the structure cannot be read"));
            return false;
        }
        Begin(index);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
                session.Writer.Space();
            if (items[i].Kind == FetchKind.Envelope)
                WriteEnvelope(envelope);
            else
                WriteItem(items[i].Kind, entry, root);
        }
        End(entry);
        return true;
    }

    /// <summary>What is told of a message that became \Seen, as far as it was not asked for anyway.</summary>
    private static FetchKind[] OfChange(ImapSession session, List<FetchItem> items)
    {
        List<FetchKind> told = [FetchKind.Flags];
        if (session.Has(Extensions.Qresync))
            told.Add(FetchKind.Uid);
        if (session.Has(Extensions.Condstore))
            told.Add(FetchKind.ModSeq);
        return [.. told.Where(kind => !items.Exists(item => item.Kind == kind))];
    }

    private void Begin(int index)
    {
        session.Writer.Raw("* "u8);
        session.Writer.Number(index + 1);
        session.Writer.Raw(" FETCH ("u8);
    }

    private void End(MailboxEntry entry)
    {
        if (newlySeen.Contains(entry.Uid))
        {
            foreach (FetchKind kind in _ofChange)
            {
                session.Writer.Space();
                WriteItem(kind, entry, null);
            }
        }
        session.Writer.Raw(")\r\n"u8);
    }

    private async ValueTask<StoredMessage?> WithStructureAsync(MailboxEntry entry, MessageContent? content, CancellationToken cancellationToken)
    {
        if (content is null)
        {
            Unreadable(entry, new IOException("this message has been removed from the store"));
            return null;
        }
        try
        {
            return new(content, _needsStructure ? await content.StructureAsync(cancellationToken) : null, _needsHeader ? content.HeaderOctets : 0);
        }
        catch (IOException exception)
        {
            Unreadable(entry, exception);
            return null;
        }
    }

    /// <summary>What was expunged meanwhile is no fault of the store.</summary>
    private void Unreadable(MailboxEntry entry, IOException exception)
    {
        if (!box.Gone.Contains(entry.Uid))
            session.Services.Logger.Unreadable(exception, session.User!.Uid, entry.Uid.Value, box.Id.Value);
    }

    private async ValueTask WritePreviewAsync(StoredMessage message, CancellationToken cancellationToken)
    {
        session.Writer.Raw("PREVIEW "u8);
        session.Writer.NString(await Preview.OfAsync(message, cancellationToken));
    }

    private void WriteEnvelope(in StoredEnvelope envelope)
    {
        session.Writer.Raw("ENVELOPE "u8);
        EnvelopeFormat.Write(session.Writer, envelope);
    }

    private void WriteEnvelope(MessageEnvelope envelope)
    {
        session.Writer.Raw("ENVELOPE "u8);
        EnvelopeFormat.Write(session.Writer, envelope);
    }

    /// <param name="root">Of the message's parts: for <see cref="FetchKind.Body"/> and <see cref="FetchKind.BodyStructure"/>.</param>
    private void WriteItem(FetchKind kind, MailboxEntry entry, MimePart? root)
    {
        ImapWriter writer = session.Writer;
        switch (kind)
        {
            case FetchKind.Uid:
                writer.Raw("UID "u8);
                writer.Number(entry.Uid.Value);
                break;
            case FetchKind.Flags:
                writer.Raw("FLAGS "u8);
                writer.Flags(entry.Flags);
                break;
            case FetchKind.InternalDate:
                writer.Raw("INTERNALDATE "u8);
                writer.DateTime(entry.InternalDate);
                break;
            case FetchKind.Size:
                writer.Raw("RFC822.SIZE "u8);
                writer.Number(entry.Octets);
                break;
            case FetchKind.SaveDate when entry.Saved == default:
                writer.Raw("SAVEDATE NIL"u8);
                break;
            case FetchKind.SaveDate:
                writer.Raw("SAVEDATE "u8);
                writer.DateTime(entry.Saved);
                break;
            case FetchKind.EmailId:
                writer.Ascii($"EMAILID ({ObjectId.Of(entry.Rendition)})");
                break;
            case FetchKind.ThreadId:
                writer.Raw("THREADID NIL"u8);
                break;
            case FetchKind.ModSeq:
                writer.ModSeq(entry.ModSeq);
                break;
            case FetchKind.Body:
                writer.Raw("BODY "u8);
                BodyStructureFormat.Write(writer, root!, extended: false);
                break;
            case FetchKind.BodyStructure:
                writer.Raw("BODYSTRUCTURE "u8);
                BodyStructureFormat.Write(writer, root!, extended: true);
                break;
        }
    }
}
