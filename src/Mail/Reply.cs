namespace DirMail.Mail;

/// <summary>One SMTP reply (RFC 5321 4.2) with its enhanced status (RFC 2034). The text never holds inside details.</summary>
public sealed record Reply(int Code, EnhancedStatus? Status, string Text)
{
    /// <summary>2xx or 3xx.</summary>
    public bool IsPositive => Code < 400;

    /// <summary>4xx: the sender shall try again.</summary>
    public bool IsTransient => Code is >= 400 and < 500;

    /// <summary>5xx: trying again is no use.</summary>
    public bool IsPermanent => Code >= 500;

    public override string ToString() => Status is { } status ? $"{Code} {status} {Text}" : $"{Code} {Text}";
}
