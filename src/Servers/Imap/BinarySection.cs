using System.Buffers;
using DirMail.Mail.Mime;
using DirMail.Servers.Imap.Format;
using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap;

/// <summary>
/// Writes a part without its transfer encoding (RFC 3516 4.2). It is decoded twice, to count and to send: a literal's length comes first, and no message is held
/// as a whole.
/// </summary>
internal static class BinarySection
{
    private const int PieceOctets = 32 * 1024;

    /// <summary>False when the part's encoding is not known: then NIL is written, and the command ends with UNKNOWN-CTE.</summary>
    public static async ValueTask<bool> WriteAsync(ImapSession session, FetchItem item, StoredMessage message, CancellationToken cancellationToken)
    {
        ImapWriter writer = session.Writer;
        writer.Ascii(item.Section!.Label);
        writer.Space();
        string encoding = item.Section.IsWhole ? "8bit" : SectionRange.Part(message.Structure!.Root, item.Section.Part)?.Encoding ?? "8bit";
        if (SectionRange.Find(item.Section, message) is not { } range || TransferDecoder.For(encoding) is null)
        {
            writer.Raw(item.Kind == FetchKind.BinarySize ? "0"u8 : "NIL"u8);
            return TransferDecoder.For(encoding) is not null;
        }
        long size = 0;
        await DecodeAsync(message, range, encoding, piece =>
        {
            size += piece.Length;
            return ValueTask.FromResult(true);
        }, cancellationToken);
        if (item.Kind == FetchKind.BinarySize)
            writer.Number(size);
        else
            await SendAsync(session, message, range, encoding, Cut(size, item.Section.Partial), cancellationToken);
        return true;
    }

    private static OctetRange Cut(long size, (long Start, long Count)? partial)
    {
        if (partial is not { } piece)
            return new(0, size);
        long start = Math.Min(piece.Start, size);
        return new(start, start + Math.Min(piece.Count, size - start));
    }

    private static async ValueTask SendAsync(ImapSession session, StoredMessage message, OctetRange range, string encoding, OctetRange wanted, CancellationToken cancellationToken)
    {
        session.Writer.Octet((byte)'~');
        session.Writer.LiteralStart(wanted.Length);
        long at = 0;
        await DecodeAsync(message, range, encoding, async piece =>
        {
            long from = Math.Max(wanted.Start - at, 0), to = Math.Min(wanted.End - at, piece.Length);
            at += piece.Length;
            if (from < to)
                session.Writer.Raw(piece.Span[(int)from..(int)to]);
            // when the client is gone, what is missing is missed by nobody
            return at < wanted.End && (await session.FlushSomeAsync(cancellationToken) || session.Connection.Output.UnflushedBytes == 0);
        }, cancellationToken);
    }

    /// <param name="take">Gets the decoded octets piece by piece; false: no more are wanted.</param>
    private static async ValueTask DecodeAsync(StoredMessage message, OctetRange range, string encoding, Func<ReadOnlyMemory<byte>, ValueTask<bool>> take, CancellationToken cancellationToken)
    {
        TransferDecoder decoder = TransferDecoder.For(encoding)!;
        ArrayBufferWriter<byte> decoded = new(PieceOctets);
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceOctets);
        try
        {
            for (long at = range.Start; at < range.End;)
            {
                int read = await message.Content.ReadAsync(at, piece.AsMemory(0, (int)Math.Min(PieceOctets, range.End - at)), cancellationToken);
                if (read == 0)
                    throw new IOException("the message is shorter than its row says");
                at += read;
                decoder.Write(piece.AsSpan(0, read), decoded);
                if (!await take(decoded.WrittenMemory))
                    return;
                decoded.ResetWrittenCount();
            }
            decoder.Complete(decoded);
            await take(decoded.WrittenMemory);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
