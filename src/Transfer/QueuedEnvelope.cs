using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>A queued message's envelope, as it would come again: for its final recipients, with all that its sender asked.</summary>
internal static class QueuedEnvelope
{
    public static Envelope Of(QueuedMessage message, IEnumerable<QueuedRecipient> recipients) => new()
    {
        Sender = message.Sender,
        EnvelopeId = message.EnvelopeId,
        Return = message.Return,
        Body = message.Body,
        Utf8 = message.Utf8,
        Wishes = message.Wishes,
        Recipients = [.. recipients.Select(static recipient => new EnvelopeRecipient(recipient.Final) { Notify = recipient.Notify, OriginalRecipient = recipient.OriginalRecipient })],
    };
}
