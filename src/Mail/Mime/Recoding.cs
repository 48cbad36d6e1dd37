using System.Buffers;
using System.Text;

namespace DirMail.Mail.Mime;

/// <summary>
/// Rewrites a message for a server that takes less than it has: bodies of 8 bits become quoted-printable (text) or base64 (RFC 6152 3), binary ones base64 (RFC 3030 3). The same parts with the
/// same contents come out; what is signed as a whole, or may not be encoded, is not touched, and then the message cannot be rewritten.
/// </summary>
/// <param name="read">Octets of the content from an offset on; 0 at its end.</param>
/// <param name="keepsEightBit">The server takes 8 bits, binary is all that goes.</param>
public sealed class Recoding(MessageStructure structure, Func<long, Memory<byte>, CancellationToken, ValueTask<int>> read, bool keepsEightBit)
{
    private const int PieceOctets = 64 * 1024;

    private readonly HashSet<MimePart> _encoded = new(ReferenceEqualityComparer.Instance);

    /// <summary>False: it cannot be rewritten, nothing has been written.</summary>
    public async Task<bool> RunAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        if (!await ExamineAsync(structure.Root, cancellationToken))
            return false;
        await WriteAsync(structure.Root, isMessage: true, write, cancellationToken);
        return true;
    }

    private string Plain => keepsEightBit ? "8bit" : "7bit";

    /// <summary>A message of addresses and fields beyond ASCII may be encoded as a whole, unlike others (RFC 6532 3.7, RFC 6533 3).</summary>
    private bool IsComposite(MimePart part) => !part.Children.IsEmpty && (keepsEightBit || part.Subtype != "global" || !part.IsMessage);

    private string EncodingOf(MimePart part) => part is { Type: "text", Encoding: not "binary" } ? "quoted-printable" : "base64";

    /// <summary>Notes what is to be encoded. False: something cannot be.</summary>
    private async Task<bool> ExamineAsync(MimePart part, CancellationToken cancellationToken)
    {
        if (!keepsEightBit && await HasHighAsync(part.HeaderStart, part.BodyStart, cancellationToken))
            return false;
        if (IsComposite(part))
        {
            int before = _encoded.Count;
            foreach (MimePart child in part.Children)
                if (!await ExamineAsync(child, cancellationToken))
                    return false;
            return _encoded.Count == before || part is not { Type: "multipart", Subtype: "signed" };
        }
        if (part.Encoding != "binary" && (keepsEightBit || !await HasHighAsync(part.BodyStart, part.BodyEnd, cancellationToken)))
            return true;
        _encoded.Add(part);
        return part.Encoding is "7bit" or "8bit" or "binary" && part.BodyStart > part.HeaderStart && (part.Type != "message" || part.Subtype.StartsWith("global", StringComparison.Ordinal));
    }

    private async Task WriteAsync(MimePart part, bool isMessage, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        bool isEncoded = _encoded.Contains(part);
        string? encoding = isEncoded ? EncodingOf(part) : part.Encoding is "8bit" or "binary" ? Plain : null;
        var header = new byte[part.BodyStart - part.HeaderStart];
        await ReadExactlyAsync(part.HeaderStart, header, cancellationToken);
        await write(encoding is null ? header : Relabelled(header, encoding, isMessage), cancellationToken);
        if (isEncoded)
        {
            await EncodeAsync(part, encoding == "base64" ? new Base64Encoder() : new QuotedPrintableEncoder(), write, cancellationToken);
            return;
        }
        long at = part.BodyStart;
        if (IsComposite(part))
            foreach (MimePart child in part.Children)
            {
                await CopyAsync(at, child.HeaderStart, write, cancellationToken);
                await WriteAsync(child, part.IsMessage, write, cancellationToken);
                at = child.BodyEnd;
            }
        await CopyAsync(at, part.BodyEnd, write, cancellationToken);
    }

    /// <summary>The header with another encoding; a message that did not say that it is MIME does now, in an unknown charset (RFC 1428 3).</summary>
    private static byte[] Relabelled(ReadOnlySpan<byte> header, string encoding, bool isMessage)
    {
        var output = new ArrayBufferWriter<byte>(header.Length + 128);
        bool hasVersion = false, hasType = false, isDone = false;
        int at = 0;
        var scan = new HeaderScan(header);
        while (scan.Next())
        {
            output.Write(header[at..scan.Offset]);
            at = scan.Offset + scan.Length;
            hasVersion |= Ascii.EqualsIgnoreCase(scan.Name, "mime-version"u8);
            hasType |= Ascii.EqualsIgnoreCase(scan.Name, "content-type"u8);
            if (!Ascii.EqualsIgnoreCase(scan.Name, "content-transfer-encoding"u8))
                output.Write(header[scan.Offset..at]);
            else if (!isDone)
                isDone = Put($"Content-Transfer-Encoding: {encoding}\r\n");
        }
        if (isMessage && !hasVersion)
            Put(hasType ? "MIME-Version: 1.0\r\n" : "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=unknown-8bit\r\n");
        if (!isDone)
            Put($"Content-Transfer-Encoding: {encoding}\r\n");
        output.Write(header[at..]);
        return output.WrittenSpan.ToArray();

        bool Put(string line)
        {
            output.Write(Encoding.ASCII.GetBytes(line));
            return true;
        }
    }

    private async Task EncodeAsync(MimePart part, TransferEncoder encoder, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        var output = new ArrayBufferWriter<byte>(PieceOctets);
        await EachPieceAsync(part.BodyStart, part.BodyEnd, async piece =>
        {
            encoder.Write(piece.Span, output);
            await write(output.WrittenMemory, cancellationToken);
            output.ResetWrittenCount();
            return true;
        }, cancellationToken);
        encoder.Complete(output);
        // the line end of the message itself
        if (ReferenceEquals(part, structure.Root))
            output.Write("\r\n"u8);
        await write(output.WrittenMemory, cancellationToken);
    }

    /// <summary>Boundaries, bodies that stay, and what stands around parts, which nobody reads: there a number of 8 bits becomes a question mark.</summary>
    private Task CopyAsync(long from, long to, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken cancellationToken) => EachPieceAsync(from, to, async piece =>
    {
        if (!keepsEightBit)
            foreach (ref byte octet in piece.Span)
                octet = octet < 128 ? octet : (byte)'?';
        await write(piece, cancellationToken);
        return true;
    }, cancellationToken);

    private async Task<bool> HasHighAsync(long from, long to, CancellationToken cancellationToken)
    {
        bool isFound = false;
        await EachPieceAsync(from, to, piece => ValueTask.FromResult(!(isFound = piece.Span.IndexOfAnyInRange((byte)128, (byte)255) >= 0)), cancellationToken);
        return isFound;
    }

    private async Task EachPieceAsync(long from, long to, Func<Memory<byte>, ValueTask<bool>> goesOn, CancellationToken cancellationToken)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceOctets);
        try
        {
            while (from < to)
            {
                int octets = await read(from, piece.AsMemory(0, (int)Math.Min(PieceOctets, to - from)), cancellationToken);
                if (octets == 0)
                    throw new EndOfStreamException("the content is shorter than its structure says");
                from += octets;
                if (!await goesOn(piece.AsMemory(0, octets)))
                    return;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private async Task ReadExactlyAsync(long from, Memory<byte> into, CancellationToken cancellationToken)
    {
        int at = 0;
        await EachPieceAsync(from, from + into.Length, piece =>
        {
            piece.CopyTo(into[at..]);
            at += piece.Length;
            return ValueTask.FromResult(true);
        }, cancellationToken);
    }
}
