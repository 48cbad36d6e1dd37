using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>A queued message as a person can read and edit it (<see cref="EnvelopeText"/>): its envelope, a boundary line, then the octets that would leave.</summary>
public static class ReadableForm
{
    private const int PieceOctets = 64 * 1024;

    /// <summary>Recipients are the final ones: what is read back goes where this would have gone. Our own Return-Path is left out, it says what the envelope says.</summary>
    public static async Task WriteAsync(QueueRow row, MessageContent content, Stream to, CancellationToken cancellationToken)
    {
        QueuedMessage message = row.Message;
        var envelope = new Envelope
        {
            Sender = message.Sender,
            EnvelopeId = message.EnvelopeId,
            Return = message.Return,
            Body = message.Body,
            Utf8 = message.Utf8,
            Wishes = message.Wishes,
            Recipients = [.. row.Recipients.Select(static r => new EnvelopeRecipient(r.Recipient.Final) { Notify = r.Recipient.Notify, OriginalRecipient = r.Recipient.OriginalRecipient })],
        };
        await to.WriteAsync(EnvelopeText.Write(envelope), cancellationToken);
        var piece = new byte[PieceOctets];
        long offset = Trace.ReturnPathOctets(message.Prefix.Span);
        while (await content.ReadAsync(offset, piece, cancellationToken) is var read and > 0)
        {
            await to.WriteAsync(piece.AsMemory(0, read), cancellationToken);
            offset += read;
        }
    }
}
