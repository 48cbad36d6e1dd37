using System.Globalization;
using DirMail.Mail;
using DirMail.Wire;

namespace DirMail.Servers.Smtp;

/// <summary>BDAT (RFC 3030): chunks of known length, then the same end as DATA. The octets of a refused chunk are read over, so the dialogue stays in step.</summary>
internal static class Bdat
{
    private static readonly Reply ChunkTaken = new(250, new(2, 0, 0), "chunk received");

    public static async Task RunAsync(SmtpSession session, string argument)
    {
        if (!TryRead(argument, out long octets, out bool isLast))
        {
            // the length is unknown, so nobody can say where the next command begins
            session.Close(Responses.BadSyntax);
            return;
        }
        if (session.Transaction is { } transaction)
            await TakeAsync(session, transaction, octets, isLast);
        else if (await session.Connection.ReadExactlyAsync(octets, static (_, _) => ValueTask.CompletedTask, session.Services.Settings.SmtpIdle, CancellationToken.None) is var status and not LineStatus.Ok)
            session.EndBy(status);
        else
            session.SendError(Responses.BadSequence);
    }

    private static async Task TakeAsync(SmtpSession session, SmtpTransaction transaction, long octets, bool isLast)
    {
        IncomingMessage message = transaction.Message ??= session.NewMessage();
        if (transaction.Recipients.Count == 0)
            message.Refuse(Responses.BadSequence);
        LineStatus status = await session.Connection.ReadExactlyAsync(octets, transaction.WriteChunkAsync, session.Services.Settings.SmtpIdle, CancellationToken.None);
        if (status != LineStatus.Ok)
            session.EndBy(status);
        else if (isLast)
        {
            transaction.EndChunks();
            await AtTheDot.RunAsync(session, message);
        }
        else
            session.Send(message.Fault ?? ChunkTaken);
    }

    private static bool TryRead(string argument, out long octets, out bool isLast)
    {
        string[] words = argument.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        isLast = words.Length == 2 && words[1].Equals("LAST", StringComparison.OrdinalIgnoreCase);
        octets = 0;
        return (isLast || words.Length == 1) && words[0].Length <= 18 && long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out octets);
    }
}
