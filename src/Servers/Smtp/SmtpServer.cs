using DirMail.Mail;
using DirMail.Wire;

namespace DirMail.Servers.Smtp;

/// <summary>SMTP on one kind of port (RFC 5321, 6409): its <see cref="ServeAsync"/> is what a listener calls for each connection.</summary>
public sealed class SmtpServer
{
    private readonly SmtpServices _services;

    /// <summary>Said instead of the greeting where a limit of connections is met.</summary>
    public static string Busy { get; } = $"{Responses.TooManyConnections}\r\n";

    /// <exception cref="InvalidOperationException">Something is offered that is not there.</exception>
    public SmtpServer(SmtpServices services)
    {
        SmtpExtension.Check();
        _services = services;
    }

    /// <summary>
    /// Holds the whole dialogue and returns when it is over; the connection stays the caller's. <paramref name="stopping"/> ends the session after the command
    /// under way (421 4.3.2).
    /// </summary>
    public async Task ServeAsync(Connection connection, CancellationToken stopping)
    {
        await using var session = new SmtpSession(_services, connection);
        using CancellationTokenRegistration drain = stopping.Register(() => session.End(Responses.ShuttingDown));
        await session.RunAsync();
    }
}
