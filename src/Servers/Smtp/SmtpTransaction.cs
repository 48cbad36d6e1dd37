using DirMail.Mail;
using DirMail.Routing;
using DirMail.Servers.Smtp.Checks;

namespace DirMail.Servers.Smtp;

/// <summary>What MAIL and RCPT have said so far, and for BDAT what has arrived of the message.</summary>
/// <param name="id">What its message is called from the beginning.</param>
internal sealed class SmtpTransaction(MailAddress? sender, MailParameters parameters, AcceptanceId id) : IAsyncDisposable
{
    private readonly LineEnds _lineEnds = new();

    public MailAddress? Sender => sender;
    public MailParameters Parameters => parameters;
    public AcceptanceId Id => id;

    /// <summary>The sender's domain is one of ours.</summary>
    public bool IsSenderHosted { get; init; }

    public List<EnvelopeRecipient> Recipients { get; } = [];

    /// <summary>The most octets that any recipient takes: a message larger than that need not be kept to its end.</summary>
    public long MostOctets { get; private set; }

    /// <summary>Of the message store: that of the first recipient who has one. The message lies there once, whoever else gets it.</summary>
    public string? Partition { get; private set; }

    /// <param name="resolution">Null: not resolved here.</param>
    public void Add(EnvelopeRecipient recipient, Resolution.Accepted? resolution)
    {
        Recipients.Add(recipient);
        MostOctets = Math.Max(MostOctets, resolution?.MaxMessageOctets ?? long.MaxValue);
        Partition ??= resolution?.Partition;
    }

    /// <summary>A BDAT was given: only BDAT and RSET may follow (RFC 3030 3).</summary>
    public bool IsChunked => Message is not null;

    public IncomingMessage? Message { get; set; }

    /// <summary>SPF of the sender, once it is asked for.</summary>
    public Task<SenderPolicy>? Policy { get; set; }

    public Envelope Envelope() => new()
    {
        Sender = sender,
        Recipients = [.. Recipients],
        EnvelopeId = parameters.EnvelopeId,
        Return = parameters.Return,
        Body = parameters.Body,
        Utf8 = parameters.Utf8,
        Wishes = parameters.Wishes,
    };

    /// <summary>A piece of a chunk; a message with bare line ends is refused like one by DATA, unless it was announced as binary (RFC 3030 3).</summary>
    public ValueTask WriteChunkAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        if (parameters.Body != BodyType.BinaryMime && !_lineEnds.AreProper(octets.Span))
            Message!.Refuse(Responses.BareLineEnd);
        return Message!.WriteAsync(octets, cancellationToken);
    }

    /// <summary>The last chunk is over.</summary>
    public void EndChunks()
    {
        if (_lineEnds.EndsWithCr)
            Message!.Refuse(Responses.BareLineEnd);
    }

    public ValueTask DisposeAsync() => Message?.DisposeAsync() ?? ValueTask.CompletedTask;
}
