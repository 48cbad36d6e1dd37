using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>Takes messages in their readable form (<see cref="EnvelopeText"/>), as an administrator gives them: nobody asks whether they may be relayed.</summary>
public sealed class Injection(TransferServices services)
{
    /// <summary>More than a thousand recipients need.</summary>
    private const int MaxEnvelopeOctets = 1024 * 1024;
    private const int PieceOctets = 64 * 1024;

    /// <summary>
    /// It leaves as its sender would, when the sender is hosted here, else as the host. Lines may end with LF alone, as editors write them: they get CRLF, unless the envelope says
    /// that the body is binary.
    /// </summary>
    /// <param name="maxOctets">Of the message.</param>
    public async Task<InjectResult> RunAsync(Stream text, long maxOctets, CancellationToken cancellationToken)
    {
        byte[] head = new byte[MaxEnvelopeOctets];
        int filled = await text.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        return EnvelopeText.Read(head.AsSpan(0, filled)) switch
        {
            EnvelopeTextResult.Read read => await TakeAsync(read.Envelope, head.AsMemory(read.MessageStart, filled - read.MessageStart), text, maxOctets, cancellationToken),
            EnvelopeTextResult.Unreadable wrong => new InjectResult.Unreadable(wrong.Line, wrong.Reason),
            _ => throw new InvalidOperationException("a kind of result that nobody knows"),
        };
    }

    /// <param name="first">Octets of the message that were read with the envelope.</param>
    private async Task<InjectResult> TakeAsync(Envelope envelope, Memory<byte> first, Stream rest, long maxOctets, CancellationToken cancellationToken)
    {
        await using ContentWriter writer = services.NewContent(envelope.Recipients.Select(static recipient => recipient.Given));
        var ends = new LineEnds(envelope.Body == BodyType.BinaryMime);
        var buffer = new byte[PieceOctets];
        long octets = 0;
        Memory<byte> piece = first;
        do
        {
            ReadOnlyMemory<byte> mended = ends.Mend(piece);
            octets += mended.Length;
            if (octets > maxOctets)
                return new InjectResult.Refused(Responses.MessageTooLarge);
            await writer.WriteAsync(mended, cancellationToken);
            piece = buffer.AsMemory(0, await rest.ReadAsync(buffer, cancellationToken));
        }
        while (piece.Length > 0);
        if (await writer.CompleteAsync(cancellationToken) is not { } content)
            return new InjectResult.Refused(Responses.StoreUnavailable);
        return await new TransferUnit(services).AcceptAsync(new Submission(envelope, content, OriginOf(envelope.Sender)), cancellationToken) switch
        {
            AcceptResult.Accepted accepted => new InjectResult.Queued(accepted.Id),
            AcceptResult.Refused refused => new InjectResult.Refused(refused.Reply),
            _ => throw new InvalidOperationException(),
        };
    }

    private Origin OriginOf(MailAddress? sender)
    {
        RoutingTable table = services.Live.Current;
        var origin = new Origin { Protocol = "local", ByHost = table.HostIdentity.HostName, IsTrusted = true };
        if (sender is not { } address || table.FindDomain(address.DomainKey) is not { } domain)
            return origin;
        SenderIdentity identity = table.FindUser(domain, address) is { } user ? table.IdentityOf(user) : table.IdentityOf(domain);
        return origin with { ByHost = identity.HostName, Domain = domain.Id, Kept = identity };
    }

    /// <summary>Puts CR before each LF that has none, over pieces.</summary>
    private sealed class LineEnds(bool isBinary)
    {
        private bool _endedWithCr;

        public ReadOnlyMemory<byte> Mend(ReadOnlyMemory<byte> piece)
        {
            if (isBinary)
                return piece;
            var mended = new List<byte>(piece.Length + 64);
            foreach (byte octet in piece.Span)
            {
                if (octet == '\n' && !_endedWithCr)
                    mended.Add((byte)'\r');
                mended.Add(octet);
                _endedWithCr = octet == '\r';
            }
            return mended.Count == piece.Length ? piece : mended.ToArray();
        }
    }
}

/// <summary>What became of an injected message.</summary>
public abstract record InjectResult
{
    private InjectResult() { }

    /// <summary>On disk, in mailboxes or in the queue.</summary>
    public sealed record Queued(AcceptanceId Id) : InjectResult;

    /// <param name="Line">Of the envelope, from 1.</param>
    public sealed record Unreadable(int Line, string Reason) : InjectResult;

    public sealed record Refused(Reply Reply) : InjectResult;
}
