using System.Net;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>What a filter is told of a message. The content stays the caller's.</summary>
internal sealed record FilteredMessage(Content Content, MailAddress? Sender, IReadOnlyList<MailAddress> Recipients);

/// <summary>What a filter is told of the one who sends.</summary>
/// <param name="Name">The checked reverse name; "" when it has none that is known.</param>
/// <param name="Helo">What it calls itself.</param>
/// <param name="Server">Ours.</param>
internal sealed record FilteredClient(IPEndPoint Endpoint, string Name, string Helo, string Server)
{
    public string NameOrAddress => Name.Length > 0 ? Name : $"[{Endpoint.Address}]";

    public static FilteredClient Of(SmtpSession session) => new(session.Connection.Remote, session.KnownReverseName, session.ClientName ?? "", session.HostName);
}
