using System.Buffers;
using DirMail.Store;

namespace DirMail.Servers.Pop3;

/// <summary>Streams one message to the client, in pieces and at the client's pace. Marks nothing.</summary>
internal static class MessageSender
{
    /// <summary>What the store reads at once.</summary>
    private const int PieceOctets = 256 * 1024;

    /// <summary>Unflushed octets at which the client's pace is waited for; less goes with the end of the answer.</summary>
    private const int FlushOctets = 64 * 1024;

    /// <param name="bodyLines">See <see cref="DotStuffing"/>.</param>
    public static async Task<Answer> SendAsync(Pop3Session session, int number, int? bodyLines, CancellationToken cancellationToken)
    {
        MessageContent content = await session.Reading!.ReadAsync(number, cancellationToken);
        byte[] piece = ArrayPool<byte>.Shared.Rent((int)Math.Min(content.Octets + 1, PieceOctets));
        try
        {
            // the first piece is read before the answer: a damaged message can still be told as an error then
            int read = await content.ReadAsync(0, piece, cancellationToken);
            session.IsMidResponse = true;
            session.Connection.Write(bodyLines is null ? $"+OK {content.Octets} octets\r\n" : "+OK top of message follows\r\n");
            var stuffing = new DotStuffing(session.Connection.Output, bodyLines);
            for (long offset = read; read > 0 && !stuffing.IsEnough; offset += read)
            {
                stuffing.Write(piece.AsSpan(0, read));
                if (session.Connection.Output.UnflushedBytes >= FlushOctets)
                    await session.Connection.FlushAsync(cancellationToken);
                read = await content.ReadAsync(offset, piece, cancellationToken);
            }
            stuffing.Complete();
            session.IsMidResponse = false;
            Pop3Metrics.Sent(content.Octets);
            return Answer.Written;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
