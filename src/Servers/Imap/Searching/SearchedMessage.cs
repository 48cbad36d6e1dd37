using System.Buffers;
using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Store;

namespace DirMail.Servers.Imap.Searching;

/// <summary>The text of one message for SEARCH: opened when a key asks for it, decoded as it is looked through, never held as a whole.</summary>
internal sealed class SearchedMessage(Mailboxes mailboxes, MailboxEntry entry)
{
    private StoredMessage? _opened;
    private HeaderBlock? _header;

    public MailboxEntry Entry => entry;

    /// <summary>The Date field as written, for SENTON and its kin; null when there is none.</summary>
    public async ValueTask<string?> DateAsync(CancellationToken cancellationToken) => (await OpenAsync(cancellationToken)).Structure!.Envelope.Date;

    /// <summary>Whether a field of that name holds the text.</summary>
    public async ValueTask<bool> HeaderHoldsAsync(string name, string text, CancellationToken cancellationToken)
    {
        foreach (HeaderField field in (await HeaderAsync(cancellationToken)).Fields)
        {
            if (field.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && Holds(EncodedWords.Decode(field.Value), text))
                return true;
        }
        return false;
    }

    public async ValueTask<bool> AnyHeaderHoldsAsync(string text, CancellationToken cancellationToken)
    {
        foreach (HeaderField field in (await HeaderAsync(cancellationToken)).Fields)
        {
            if (Holds($"{field.Name}: {EncodedWords.Decode(field.Value)}", text))
                return true;
        }
        return false;
    }

    /// <summary>Whether a text part, or the header of an enclosed message, holds the text.</summary>
    public async ValueTask<bool> BodyHoldsAsync(string text, CancellationToken cancellationToken) =>
        text.Length == 0 || await PartHoldsAsync((await OpenAsync(cancellationToken)).Structure!.Root, text, cancellationToken);

    private static bool Holds(string value, string text) => value.Contains(text, StringComparison.OrdinalIgnoreCase);

    private async ValueTask<StoredMessage> OpenAsync(CancellationToken cancellationToken)
    {
        if (_opened is { } opened)
            return opened;
        MessageContent content = await mailboxes.ReadAsync(entry.Rendition, cancellationToken);
        _opened = opened = new(content, await content.StructureAsync(cancellationToken));
        return opened;
    }

    private async ValueTask<HeaderBlock> HeaderAsync(CancellationToken cancellationToken)
    {
        if (_header is not null)
            return _header;
        StoredMessage message = await OpenAsync(cancellationToken);
        return _header = await ReadHeaderAsync(message, new(0, message.Shown(message.Structure!.Root.BodyStart)), cancellationToken);
    }

    private static async ValueTask<HeaderBlock> ReadHeaderAsync(StoredMessage message, OctetRange range, CancellationToken cancellationToken)
    {
        byte[] octets = ArrayPool<byte>.Shared.Rent((int)Math.Min(range.Length, ImapLimits.HeaderOctets));
        try
        {
            int length = await message.Content.ReadFullyAsync(range, octets, cancellationToken);
            return HeaderBlock.Parse(octets.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(octets);
        }
    }

    private async ValueTask<bool> PartHoldsAsync(MimePart part, string text, CancellationToken cancellationToken)
    {
        StoredMessage message = await OpenAsync(cancellationToken);
        if (part.Type == "text")
            return await TextPart.HoldsAsync(message, part, text, cancellationToken);
        if (part.IsMessage && part.Children is [MimePart enclosed, ..])
        {
            HeaderBlock header = await ReadHeaderAsync(message, new(message.Shown(enclosed.HeaderStart), message.Shown(enclosed.BodyStart)), cancellationToken);
            foreach (HeaderField field in header.Fields)
            {
                if (Holds(EncodedWords.Decode(field.Value), text))
                    return true;
            }
        }
        foreach (MimePart child in part.Children)
        {
            if (await PartHoldsAsync(child, text, cancellationToken))
                return true;
        }
        return false;
    }
}
