using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>Who sends a message, as the rules of groups about posting see it.</summary>
/// <param name="Sender">Of the envelope; null is "&lt;&gt;".</param>
/// <param name="IsAuthenticated">Logged in, or a program of this host.</param>
public sealed record Poster(MailAddress? Sender, bool IsAuthenticated)
{
    /// <summary>Nobody known: rules refuse whom they do not name.</summary>
    public static Poster Stranger { get; } = new(null, false);

    /// <summary>The rules were asked when the message was taken.</summary>
    public static Poster Asked { get; } = new(null, true) { IsAsked = true };

    internal bool IsAsked { get; init; }
}
