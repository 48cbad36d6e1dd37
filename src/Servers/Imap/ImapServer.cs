using DirMail.Mail;
using DirMail.Wire;

namespace DirMail.Servers.Imap;

/// <summary>Serves IMAP4rev1 (RFC 3501, with much of RFC 9051) on connections that a <see cref="Listener"/> accepts.</summary>
public sealed class ImapServer(SessionServices services)
{
    /// <summary>Said instead of the greeting where a limit of connections is met.</summary>
    public static string Busy { get; } = $"* BYE {Responses.TooManyConnections.Text}\r\n";

    /// <summary>One session, until its end. The token ends it with BYE.</summary>
    public async Task ServeAsync(Connection connection, CancellationToken cancellationToken)
    {
        await using ImapSession session = new(services, connection);
        await using CancellationTokenRegistration stop = cancellationToken.Register(() => session.End("server shutting down, connect again later"));
        await session.RunAsync(CancellationToken.None);
    }
}
