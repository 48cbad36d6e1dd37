using DirMail.Mail;

namespace DirMail.Servers.Smtp;

/// <summary>STARTTLS (RFC 3207). What the client sent ahead in plain text is thrown away with the handshake.</summary>
internal static class StartTls
{
    public static bool IsOffered(SmtpSession session) => session.Services.Certificates is not null && !session.Connection.IsProtected;

    public static async Task RunAsync(SmtpSession session, string argument)
    {
        if (session.Services.Certificates is not { } certificates || session.Connection.IsProtected)
            session.SendError(Responses.BadSequence);
        else if (argument.Length > 0)
            session.SendError(Responses.BadSyntax);
        else
        {
            session.Send(Responses.ReadyForTls);
            await session.ForgetAsync();
            if (!await session.Connection.StartTlsAsync(certificates, CancellationToken.None))
                session.Close();
        }
    }
}
