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
    private readonly bool _needsContent = items.Exists(item => item.Kind == FetchKind.Section || item.NeedsStructure);
    private readonly bool _needsStructure = items.Exists(item => item.NeedsStructure);
    private readonly bool _hasFlags = items.Exists(item => item.Kind == FetchKind.Flags);

    /// <summary>False when the message was expunged by another session and cannot be read any more: nothing is written for it.</summary>
    public async ValueTask<bool> WriteAsync(int index, CancellationToken cancellationToken)
    {
        MailboxEntry entry = box[index];
        MessageContent? content = null;
        MessageStructure? structure = null;
        if (_needsContent)
        {
            if (await OpenAsync(entry, cancellationToken) is not { } opened)
                return false;
            (content, structure) = opened;
        }
        ImapWriter writer = session.Writer;
        writer.Raw("* "u8);
        writer.Number(index + 1);
        writer.Raw(" FETCH ("u8);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
                writer.Space();
            if (items[i].Section is { } section)
                await BodySection.WriteAsync(session, section, new(content!, structure), cancellationToken);
            else
                WriteItem(writer, items[i].Kind, entry, structure);
        }
        if (!_hasFlags && newlySeen.Contains(entry.Uid))
        {
            writer.Space();
            WriteItem(writer, FetchKind.Flags, entry, structure);
        }
        writer.Raw(")\r\n"u8);
        return true;
    }

    private async ValueTask<(MessageContent, MessageStructure?)?> OpenAsync(MailboxEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            MessageContent content = await session.Mailboxes.ReadAsync(entry.Rendition, cancellationToken);
            return (content, _needsStructure ? await content.StructureAsync(cancellationToken) : null);
        }
        catch (IOException exception)
        {
            if (!box.Gone.Contains(entry.Uid))
                session.Services.Logger.Unreadable(exception, session.User!.Uid, entry.Uid.Value, box.Id.Value);
            return null;
        }
    }

    private static void WriteItem(ImapWriter writer, FetchKind kind, MailboxEntry entry, MessageStructure? structure)
    {
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
            case FetchKind.Envelope:
                writer.Raw("ENVELOPE "u8);
                EnvelopeFormat.Write(writer, structure!.Envelope);
                break;
            case FetchKind.Body:
                writer.Raw("BODY "u8);
                BodyStructureFormat.Write(writer, structure!.Root, extended: false);
                break;
            case FetchKind.BodyStructure:
                writer.Raw("BODYSTRUCTURE "u8);
                BodyStructureFormat.Write(writer, structure!.Root, extended: true);
                break;
        }
    }
}
