namespace DirMail.Mail;

/// <summary>One SMTP reply (RFC 5321 4.2) with its enhanced status (RFC 2034). The text never holds inside details.</summary>
public sealed record Reply(int Code, EnhancedStatus? Status, string Text)
{
    private const int LongestText = 200;

    /// <summary>2xx or 3xx.</summary>
    public bool IsPositive => Code < 400;

    /// <summary>4xx: the sender shall try again.</summary>
    public bool IsTransient => Code is >= 400 and < 500;

    /// <summary>5xx: trying again is no use.</summary>
    public bool IsPermanent => Code >= 500;

    /// <summary>The same reply in somebody else's words: one line of printable ASCII (RFC 5321 4.2), not longer than a reply may be. Its own text where nothing of them is left.</summary>
    public Reply Saying(string? text)
    {
        string line = string.Concat((text ?? "").Select(static c => c is > ' ' and <= '~' ? c : char.IsControl(c) || char.IsWhiteSpace(c) ? ' ' : '?'));
        line = string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return line.Length == 0 ? this : this with { Text = line.Length <= LongestText ? line : line[..LongestText].TrimEnd() };
    }

    public override string ToString() => Status is { } status ? $"{Code} {status} {Text}" : $"{Code} {Text}";
}
