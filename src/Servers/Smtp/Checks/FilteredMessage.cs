using System.Net;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>What a filter is told of a message. The content stays the caller's.</summary>
internal sealed record FilteredMessage(Content Content, MailAddress? Sender, IReadOnlyList<MailAddress> Recipients);

/// <param name="Parameters">As they were given.</param>
internal sealed record FilteredRecipient(MailAddress Address, IReadOnlyList<string> Parameters);

/// <summary>What a filter is told of the one who sends.</summary>
/// <param name="Name">The checked reverse name; "" when it has none that is known.</param>
/// <param name="Helo">What it calls itself.</param>
/// <param name="Server">Ours.</param>
internal sealed record FilteredClient(IPEndPoint Endpoint, string Name, string Helo, string Server)
{
    /// <summary>Where the client came to.</summary>
    public required IPEndPoint Local { get; init; }

    /// <summary>Null: without TLS, as is the cipher.</summary>
    public string? TlsVersion { get; init; }

    public string? TlsCipher { get; init; }

    public string NameOrAddress => Name.Length > 0 ? Name : $"[{Endpoint.Address}]";

    public static FilteredClient Of(SmtpSession session) => new(session.Connection.Remote, session.ReverseName.Text, session.ClientName ?? "", session.HostName)
    {
        Local = session.Connection.Local,
        TlsVersion = session.Connection.TlsVersion,
        TlsCipher = session.Connection.TlsCipher,
    };
}
