using System.Net;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>What a filter is told of a message. The content stays the caller's.</summary>
internal sealed record FilteredMessage(Content Content, MailAddress? Sender, IReadOnlyList<MailAddress> Recipients)
{
    public required IPEndPoint Client { get; init; }

    /// <summary>"" when it has none that is known.</summary>
    public required string ClientName { get; init; }
    public required string Helo { get; init; }

    /// <summary>Ours.</summary>
    public required string Server { get; init; }
}
