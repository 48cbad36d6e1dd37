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
        await to.WriteAsync(EnvelopeText.Write(QueuedEnvelope.Of(message, row.Recipients.Select(static waiting => waiting.Recipient))), cancellationToken);
        var piece = new byte[PieceOctets];
        long offset = Trace.ReturnPathOctets(message.Prefix.Span);
        while (await content.ReadAsync(offset, piece, cancellationToken) is var read and > 0)
        {
            await to.WriteAsync(piece.AsMemory(0, read), cancellationToken);
            offset += read;
        }
    }
}
