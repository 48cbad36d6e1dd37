using DirMail.Mail.Sieve;

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

    /// <summary>What a script says beyond that (RFC 5230); null: it comes from the entry's attributes.</summary>
    public SieveVacation? Vacation { get; init; }

    /// <summary>As a script wants it. Its text is meant as it stands: no word of it is filled in.</summary>
    internal static AutoReply Of(SieveVacation vacation) => new()
    {
        Subject = vacation.Subject is { } subject ? Literal(subject) : null,
        Text = Literal(vacation.Text),
        OncePer = TimeSpan.FromDays(vacation.Days),
        Vacation = vacation,
    };

    private static string Literal(string text) => text.Replace("\\", "\\5c", StringComparison.Ordinal).Replace("$", "\\24", StringComparison.Ordinal);
}
