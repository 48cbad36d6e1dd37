using System.Collections.Immutable;
using System.Text;

namespace DirMail.Mail.Mime;

/// <summary>Gathers the fields of ENVELOPE while a header is walked over.</summary>
internal sealed class EnvelopeFields
{
    private const int MaxReferences = 4000;

    private string? _date, _subject, _from, _sender, _replyTo, _to, _cc, _bcc, _inReplyTo, _messageId, _references;
    private int _subjects, _froms;

    public void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        // most fields of a header are others: the first letter tells
        switch (name[0] | 0x20)
        {
            case 'd': Keep(ref _date, name, "date"u8, value); break;
            case 's': _subjects += Keep(ref _subject, name, "subject"u8, value); Keep(ref _sender, name, "sender"u8, value); break;
            case 'f': _froms += Keep(ref _from, name, "from"u8, value); break;
            case 'r': Keep(ref _replyTo, name, "reply-to"u8, value); Keep(ref _references, name, "references"u8, value); break;
            case 't': Keep(ref _to, name, "to"u8, value); break;
            case 'c': Keep(ref _cc, name, "cc"u8, value); break;
            case 'b': Keep(ref _bcc, name, "bcc"u8, value); break;
            case 'i': Keep(ref _inReplyTo, name, "in-reply-to"u8, value); break;
            case 'm': Keep(ref _messageId, name, "message-id"u8, value); break;
        }
    }

    /// <summary>Sender and Reply-To are From when missing or empty (RFC 9051 7.5.2).</summary>
    public MessageEnvelope ToEnvelope()
    {
        ImmutableArray<HeaderAddress> fromList = AddressList.Parse(_from), senderList = AddressList.Parse(_sender), replyToList = AddressList.Parse(_replyTo);
        return new()
        {
            Date = _date,
            Subject = _subject,
            From = fromList,
            Sender = senderList.IsEmpty ? fromList : senderList,
            ReplyTo = replyToList.IsEmpty ? fromList : replyToList,
            To = AddressList.Parse(_to),
            Cc = AddressList.Parse(_cc),
            Bcc = AddressList.Parse(_bcc),
            InReplyTo = _inReplyTo,
            MessageId = _messageId,
            References = Newest(_references),
            HasOneSubject = _subjects <= 1,
            HasSeveralFrom = _froms > 1,
        };
    }

    /// <summary>The field grows with each answer; the ids at its end are the nearest ancestors.</summary>
    private static string? Newest(string? references)
    {
        if (references is null || references.Length <= MaxReferences)
            return references;
        int start = references.IndexOf('<', references.Length - MaxReferences);
        return start < 0 ? null : references[start..];
    }

    /// <summary>The first of a name counts. Returns 1 for a field of that name.</summary>
    private static int Keep(ref string? kept, ReadOnlySpan<byte> name, ReadOnlySpan<byte> wanted, ReadOnlySpan<byte> value)
    {
        if (!Ascii.EqualsIgnoreCase(name, wanted))
            return 0;
        kept ??= HeaderText.Unfold(value);
        return 1;
    }
}
