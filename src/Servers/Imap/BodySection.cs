using System.Buffers;
using DirMail.Servers.Imap.Format;
using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap;

/// <summary>Writes one BODY[...] item of a FETCH response: octets go from the store into the connection's buffer in pieces, flushed at the client's pace.</summary>
internal static class BodySection
{
    private const int PieceOctets = 128 * 1024;

    public static async ValueTask WriteAsync(ImapSession session, Section section, StoredMessage message, CancellationToken cancellationToken)
    {
        ImapWriter writer = session.Writer;
        writer.Ascii(section.Label);
        writer.Space();
        if (SectionRange.Find(section, message) is not { } range)
            writer.Raw("NIL"u8);
        else if (section.Text is SectionText.HeaderFields or SectionText.HeaderFieldsNot)
            await WriteFieldsAsync(writer, section, message.Content, range, cancellationToken);
        else
            await StreamAsync(session, message.Content, Cut(range, section.Partial), cancellationToken);
    }

    private static OctetRange Cut(OctetRange range, (long Start, long Count)? partial)
    {
        if (partial is not { } piece)
            return range;
        long start = range.Start + Math.Min(piece.Start, range.Length);
        return new(start, start + Math.Min(piece.Count, range.End - start));
    }

    private static async ValueTask StreamAsync(ImapSession session, MessageContent content, OctetRange range, CancellationToken cancellationToken)
    {
        session.Writer.LiteralStart(range.Length);
        for (long at = range.Start; at < range.End;)
        {
            int wanted = (int)Math.Min(PieceOctets, range.End - at);
            Memory<byte> piece = session.Connection.Output.GetMemory(wanted)[..wanted];
            int read = await content.ReadAsync(at, piece, cancellationToken);
            if (read == 0)
                throw new IOException("the message is shorter than its row says");
            WithoutNul(piece.Span[..read]);
            session.Connection.Output.Advance(read);
            at += read;
            if (!await session.FlushSomeAsync(cancellationToken) && session.Connection.Output.UnflushedBytes > 0)
                return; // the client is gone: what is missing is missed by nobody
        }
    }

    private static async ValueTask WriteFieldsAsync(ImapWriter writer, Section section, MessageContent content, OctetRange range, CancellationToken cancellationToken)
    {
        byte[] header = ArrayPool<byte>.Shared.Rent((int)Math.Min(range.Length, ImapLimits.HeaderOctets));
        try
        {
            int length = await content.ReadFullyAsync(range, header, cancellationToken);
            WithoutNul(header.AsSpan(0, length));
            int chosen = HeaderFields.Choose(header.AsSpan(0, length), section.Fields, section.Text == SectionText.HeaderFieldsNot);
            OctetRange cut = Cut(new(0, chosen), section.Partial);
            writer.LiteralStart(cut.Length);
            writer.Raw(header.AsSpan((int)cut.Start, (int)cut.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(header);
        }
    }
    /// <summary>NUL has no place in a literal (RFC 9051 CHAR8); what BINARY tells as it is has a question mark here, and its length.</summary>
    private static void WithoutNul(Span<byte> octets)
    {
        if (octets.Contains((byte)0))
            octets.Replace((byte)0, (byte)'?');
    }
}
