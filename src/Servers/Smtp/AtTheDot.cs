using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Routing;
using DirMail.Servers.Smtp.Checks;
using DirMail.Transfer;

namespace DirMail.Servers.Smtp;

/// <summary>The end of a message: what was wrong with it is said now, or it is kept and then acknowledged.</summary>
internal static class AtTheDot
{
    public static async Task RunAsync(SmtpSession session, IncomingMessage message)
    {
        Reply reply = await DecideAsync(session, message);
        await session.EndTransactionAsync();
        if (reply.Code == 421)
            session.Close(reply);
        else
            session.Send(reply);
    }

    private static async Task<Reply> DecideAsync(SmtpSession session, IncomingMessage message)
    {
        if (message.Fault is { } fault)
            return Refused(session, fault);
        if (session.EndReply is { } end)
            return Refused(session, end);
        if (await message.CompleteAsync(CancellationToken.None) is not { } content)
            return Refused(session, Responses.StoreUnavailable);
        if (!IsFromOwn(session, content.Structure))
        {
            await content.DisposeAsync();
            return Refused(session, Responses.HeaderFromNotOwned);
        }
        CheckReport report = session.Services.Checks is { } checks ? await checks.AtTheDotAsync(session, session.Transaction!, message.Scan, content.Structure) : CheckReport.Nothing;
        if (report.Summary.Length > 0)
            session.Services.Trail.Checked(session.Client.ToString(), session.Transaction!.Sender?.ToString() ?? "", content.Structure.Envelope.MessageId ?? "", report.Summary);
        if (report.Refusal is { } refusal)
        {
            await content.DisposeAsync();
            return Refused(session, refusal);
        }
        return await session.Services.Transfer.AcceptAsync(new Submission(session.Transaction!.Envelope(), content, Origin(session)) { Fields = report.Fields }, CancellationToken.None) switch
        {
            AcceptResult.Accepted accepted => new Reply(250, new(2, 0, 0), $"accepted as {accepted.Id}"),
            AcceptResult.Refused refused => refused.Reply,
            _ => Responses.InternalError,
        };
    }

    /// <summary>Every address of the header's From is the user's own; a header without From claims nobody (RFC 6409 6.1).</summary>
    private static bool IsFromOwn(SmtpSession session, MessageStructure structure)
    {
        if (session.User is not { } user)
            return true;
        RoutingTable table = session.Services.Live.Current;
        if (table.FindUser(user.Id) is not { } current)
            return false;
        return structure.Envelope.From.All(from => from.Host is null
            || (MailAddress.TryParse($"{from.Mailbox}@{from.Host}", out MailAddress address) && table.MaySendAs(current, address)));
    }

    private static Origin Origin(SmtpSession session) => new()
    {
        Protocol = Protocol(session),
        ByHost = session.HostName,
        ClientName = session.ClientName ?? "",
        ClientReverseName = session.KnownReverseName,
        Client = session.Client,
        TlsVersion = session.Connection.TlsVersion,
        User = session.User?.Id,
    };

    /// <summary>RFC 3848 and RFC 6531 4.3.</summary>
    private static string Protocol(SmtpSession session)
    {
        if (!session.IsExtended)
            return "SMTP";
        string name = session.Transaction!.Parameters.Utf8 ? "UTF8SMTP" : "ESMTP";
        return name + (session.Connection.IsProtected ? "S" : "") + (session.User is null ? "" : "A");
    }

    private static Reply Refused(SmtpSession session, Reply reply)
    {
        session.Services.Trail.Refused(session.ServiceName, "message", session.Client.ToString(), reply.ToString());
        return reply;
    }
}
