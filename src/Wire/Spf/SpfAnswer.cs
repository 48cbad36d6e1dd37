namespace DirMail.Wire;

/// <param name="Record">The domain's record; "" when there is none, or several.</param>
/// <param name="Reason">The term that decided, or what is wrong.</param>
public sealed record SpfAnswer(SpfVerdict Verdict, string Record, string Reason)
{
    /// <summary>What the domain says to one it refuses (RFC 7208 6.2): printable ASCII, at most 256 characters, written by strangers. Null: nothing.</summary>
    public string? Explanation { get; init; }
}
