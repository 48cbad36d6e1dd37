using System.Net.Sockets;
using DirMail.Verbs;

namespace DirMail.Interop;

/// <summary>A remote mail server's side of SMTP, as a plain dialogue.</summary>
internal static class RemoteServer
{
    /// <summary>The reply to RCPT.</summary>
    public static async Task<string> RecipientAsync(int port, string recipient)
    {
        await using Dialogue smtp = await GreetAsync(port);
        await smtp.SmtpAsync("MAIL FROM:<friend@remote.test>", CancellationToken.None);
        return await smtp.SmtpAsync($"RCPT TO:<{recipient}>", CancellationToken.None);
    }

    /// <summary>The reply to the dot, or to RCPT when that was refused.</summary>
    public static async Task<string> DeliverAsync(int port, string recipient, string message)
    {
        await using Dialogue smtp = await GreetAsync(port);
        return await DeliverAsync(smtp, recipient, message);
    }

    public static async Task<string> DeliverAsync(Dialogue smtp, string recipient, string message)
    {
        await smtp.SmtpAsync("MAIL FROM:<friend@remote.test>", CancellationToken.None);
        string reply = await smtp.SmtpAsync($"RCPT TO:<{recipient}>", CancellationToken.None);
        if (reply[0] != '2')
            return reply;
        await smtp.SmtpAsync("DATA", CancellationToken.None);
        return await smtp.SmtpDataAsync(message, CancellationToken.None);
    }

    /// <summary>Somebody listens there, says who it is, and is told goodbye.</summary>
    public static async Task<bool> GreetsAsync(int port)
    {
        try
        {
            await using Dialogue smtp = await Dialogue.OpenAsync(RunningServer.Local(port), CancellationToken.None);
            return (await smtp.SmtpAsync(null, CancellationToken.None)).StartsWith("220", StringComparison.Ordinal) && (await smtp.SmtpAsync("QUIT", CancellationToken.None)).Length > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public static async Task<Dialogue> GreetAsync(int port)
    {
        Dialogue smtp = await Dialogue.OpenAsync(RunningServer.Local(port), CancellationToken.None);
        await smtp.SmtpAsync(null, CancellationToken.None);
        await smtp.SmtpAsync("EHLO mx.remote.test", CancellationToken.None);
        return smtp;
    }
}
