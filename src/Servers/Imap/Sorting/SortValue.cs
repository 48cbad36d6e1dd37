using System.Collections.Immutable;
using DirMail.Mail.Mime;
using DirMail.Store;

namespace DirMail.Servers.Imap.Sorting;

/// <summary>What one message weighs under one criterion: a number, or text folded for i;unicode-casemap (RFC 5051).</summary>
internal readonly record struct SortValue(long Number, string? Text) : IComparable<SortValue>
{
    public int CompareTo(SortValue other)
    {
        int byNumber = Number.CompareTo(other.Number);
        return byNumber != 0 ? byNumber : string.CompareOrdinal(Text, other.Text);
    }

    /// <param name="envelope">Null when no criterion needs it, or it cannot be read: then as if it had no field.</param>
    public static SortValue Of(SortField field, MailboxEntry entry, MessageEnvelope? envelope) => field switch
    {
        SortField.Arrival => new(entry.InternalDate.UtcTicks, null),
        SortField.Size => new(entry.Octets, null),
        SortField.Date => new(SentTime.Of(envelope, entry).UtcTicks, null),
        SortField.Subject => new(0, Folded(BaseSubject.Of(envelope?.Subject).Text)),
        SortField.From => new(0, Mailbox(envelope?.From)),
        SortField.To => new(0, Mailbox(envelope?.To)),
        SortField.Cc => new(0, Mailbox(envelope?.Cc)),
        SortField.DisplayFrom => new(0, Display(envelope?.From)),
        _ => new(0, Display(envelope?.To)),
    };

    public static string Folded(string text) => text.ToUpperInvariant();

    private static string Mailbox(ImmutableArray<HeaderAddress>? addresses) => addresses is [HeaderAddress first, ..] ? Folded(first.Mailbox ?? "") : "";

    /// <summary>The first name, decoded, or else the address (RFC 5957 3).</summary>
    private static string Display(ImmutableArray<HeaderAddress>? addresses)
    {
        if (addresses is not [HeaderAddress first, ..])
            return "";
        if (!string.IsNullOrEmpty(first.Name))
            return Folded(EncodedWords.Decode(first.Name));
        return Folded(string.IsNullOrEmpty(first.Host) ? first.Mailbox ?? "" : $"{first.Mailbox}@{first.Host}");
    }
}
