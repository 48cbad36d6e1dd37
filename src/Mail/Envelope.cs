using System.Collections.Immutable;

namespace DirMail.Mail;

/// <summary>What SMTP says about a message apart from its content (RFC 5321 2.3.1), with the DSN parameters (RFC 3461).</summary>
public sealed record Envelope
{
    /// <summary>Reverse path; null is the null path "&lt;&gt;".</summary>
    public MailAddress? Sender { get; init; }

    public ImmutableArray<EnvelopeRecipient> Recipients { get; init; } = [];

    /// <summary>ENVID, decoded from xtext; null when not given.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>RET=FULL or RET=HDRS; null when not given.</summary>
    public ReturnContent? Return { get; init; }

    public BodyType Body { get; init; } = BodyType.SevenBit;

    /// <summary>Whether MAIL carried SMTPUTF8 (RFC 6531).</summary>
    public bool Utf8 { get; init; }

    public DeliveryWishes Wishes { get; init; } = DeliveryWishes.None;
}

/// <summary>One RCPT: the address as the client gave it, with its DSN wishes.</summary>
public sealed record EnvelopeRecipient(MailAddress Given)
{
    /// <summary>NOTIFY; default is failure and delay (RFC 3461 4.1).</summary>
    public Notify Notify { get; init; } = Notify.Default;

    /// <summary>ORCPT as "type;address", decoded from xtext; null when not given.</summary>
    public string? OriginalRecipient { get; init; }
}

[Flags]
public enum Notify
{
    Never = 0,
    Success = 1,
    Failure = 2,
    Delay = 4,
    Default = Failure | Delay,
}

public enum ReturnContent
{
    Full,
    Headers,
}

public enum BodyType
{
    SevenBit,
    EightBitMime,
    BinaryMime,
}
