using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>What a new account of a domain finds in its mailbox, in one language (mailDomainWelcomeMessage). "[ID]" and "[URL]" still stand in the texts.</summary>
/// <param name="Language">In lower case; null: for everybody.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">With its $ and \ as in the entry (<see cref="DirectoryText"/>).</param>
public sealed record Welcome(string? Language, string Subject, string Text)
{
    /// <summary>An address of the domain; null: its postmaster.</summary>
    public MailAddress? Sender { get; init; }

    /// <summary>One line; "": none.</summary>
    public string SenderName { get; init; } = "";
}
