namespace DirMail.Routing;

/// <summary>What a user's entry has senders answered (RFC 3834, a personal responder), while it asks for it. Immutable, compared by value.</summary>
public sealed record AutoReply
{
    /// <summary>mailAutoReplySubject; null: of the message that is answered.</summary>
    public string? Subject { get; init; }

    /// <summary>mailAutoReplyText, with its $ and \ as in the entry; empty only where the message itself is the answer.</summary>
    public required string Text { get; init; }

    /// <summary>mailAutoReplyTextInternal: for senders of the same domain; null: as for others.</summary>
    public string? TextInternal { get; init; }

    /// <summary>How long a sender who had an answer gets no other; null: each message is answered.</summary>
    public TimeSpan? OncePer { get; init; }

    /// <summary>The message that is answered comes back with the answer.</summary>
    public bool Echoes { get; init; }
}
