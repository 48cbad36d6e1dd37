using System.Collections.Immutable;
using System.Text;

namespace DirMail.Mail.Mime;

/// <summary>Gathers the fields of ENVELOPE while a header is walked over.</summary>
internal sealed class EnvelopeFields
{
    private string? date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, messageId;

    public void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        // most fields of a header are others: the first letter tells
        switch (name[0] | 0x20)
        {
            case 'd': Keep(ref date, name, "date"u8, value); break;
            case 's': Keep(ref subject, name, "subject"u8, value); Keep(ref sender, name, "sender"u8, value); break;
            case 'f': Keep(ref from, name, "from"u8, value); break;
            case 'r': Keep(ref replyTo, name, "reply-to"u8, value); break;
            case 't': Keep(ref to, name, "to"u8, value); break;
            case 'c': Keep(ref cc, name, "cc"u8, value); break;
            case 'b': Keep(ref bcc, name, "bcc"u8, value); break;
            case 'i': Keep(ref inReplyTo, name, "in-reply-to"u8, value); break;
            case 'm': Keep(ref messageId, name, "message-id"u8, value); break;
        }
    }

    /// <summary>Sender and Reply-To are From when missing or empty (RFC 9051 7.5.2).</summary>
    public MessageEnvelope ToEnvelope()
    {
        ImmutableArray<HeaderAddress> fromList = AddressList.Parse(from), senderList = AddressList.Parse(sender), replyToList = AddressList.Parse(replyTo);
        return new()
        {
            Date = date,
            Subject = subject,
            From = fromList,
            Sender = senderList.IsEmpty ? fromList : senderList,
            ReplyTo = replyToList.IsEmpty ? fromList : replyToList,
            To = AddressList.Parse(to),
            Cc = AddressList.Parse(cc),
            Bcc = AddressList.Parse(bcc),
            InReplyTo = inReplyTo,
            MessageId = messageId,
        };
    }

    private static void Keep(ref string? kept, ReadOnlySpan<byte> name, ReadOnlySpan<byte> wanted, ReadOnlySpan<byte> value)
    {
        if (kept is null && Ascii.EqualsIgnoreCase(name, wanted))
            kept = HeaderText.Unfold(value);
    }
}
