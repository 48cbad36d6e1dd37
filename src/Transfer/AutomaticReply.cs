using DirMail.Mail;

namespace DirMail.Transfer;

/// <summary>An answer that a user has sent automatically: accepted in the commit that removes the row which asked for it, with the null sender and the user's identity.</summary>
/// <param name="Message">Header and text.</param>
/// <param name="OncePer">No other is sent to the same address for so long; null: without end.</param>
public sealed record AutomaticReply(EntryId User, MailAddress To, ReadOnlyMemory<byte> Message, TimeSpan? OncePer)
{
    /// <summary>ENVID of such mail: when it cannot be delivered, nobody is told.</summary>
    internal const string EnvelopeId = "automatic-reply";

    /// <summary>Of several answers that a user has, which one it is, in letters and digits; null: the only one.</summary>
    public string? Handle { get; init; }
}
