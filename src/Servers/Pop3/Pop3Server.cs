using DirMail.Mail;
using DirMail.Wire;

namespace DirMail.Servers.Pop3;

/// <summary>POP3 (RFC 1939 with 2449, 2595, 3206, 5034 and 6856): its <see cref="ServeAsync"/> is what a listener calls for each connection.</summary>
public sealed class Pop3Server(SessionServices services)
{
    /// <summary>Said instead of the greeting where a limit of connections is met.</summary>
    public static string Busy { get; } = $"-ERR [SYS/TEMP] {Responses.TooManyConnections.Text}\r\n";

    /// <summary>Shared by all listeners of this server: a maildrop is open once (RFC 1939 4).</summary>
    private readonly MaildropLocks _locks = new();
    private readonly LastLogins _logins = new(services.Clock);

    /// <summary>Holds the whole dialogue and returns when it is over; the connection stays the caller's. <paramref name="stopping"/> closes the session; nothing marked is deleted then.</summary>
    public async Task ServeAsync(Connection connection, CancellationToken stopping)
    {
        await using var session = new Pop3Session(services, _locks, connection) { Logins = _logins };
        await using CancellationTokenRegistration drain = stopping.Register(() => session.End("server shutting down"));
        await session.RunAsync();
    }
}
