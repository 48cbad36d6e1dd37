using System.Buffers;
using DirMail.Store;

namespace DirMail.Channels.Smtp;

/// <summary>Whether a message really needs what its envelope announced. Asked only when a server lacks an extension: clients announce 8BITMIME for plain ASCII too.</summary>
internal static class EightBitScan
{
    private const int PieceOctets = 64 * 1024;

    public static async Task<EightBit> RunAsync(MessageContent content, CancellationToken cancellationToken)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceOctets);
        try
        {
            // as if a line had ended: a message may begin with the blank line
            uint tail = 0x0D0A;
            bool inHeader = true;
            int read;
            for (long at = 0; (read = await content.ReadAsync(at, piece.AsMemory(0, PieceOctets), cancellationToken)) > 0; at += read)
            {
                int first = piece.AsSpan(0, read).IndexOfAnyInRange((byte)128, (byte)255);
                int header = inHeader ? HeaderEnd(piece.AsSpan(0, read), ref tail) : 0;
                if (first >= 0)
                    return inHeader && (header < 0 || first < header) ? EightBit.InHeader : EightBit.InBody;
                inHeader = inHeader && header < 0;
            }
            return EightBit.Nowhere;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>Where the blank line ends in this piece; -1: not yet. <paramref name="tail"/> holds the last four octets seen.</summary>
    private static int HeaderEnd(ReadOnlySpan<byte> piece, ref uint tail)
    {
        const uint BlankLine = 0x0D0A0D0A;
        for (int i = 0; i < piece.Length; i++)
            if ((tail = (tail << 8) | piece[i]) == BlankLine)
                return i + 1;
        return -1;
    }
}

internal enum EightBit
{
    Nowhere,

    /// <summary>In the body only, as far as read: the search stops at the first octet found.</summary>
    InBody,
    InHeader,
}
