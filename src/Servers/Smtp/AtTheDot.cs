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
        Answer answer = await DecideAsync(session, message);
        IReadOnlyList<EnvelopeRecipient> recipients = session.Transaction!.Recipients;
        await session.EndTransactionAsync();
        if (answer.Reply.Code == 421)
            session.Close(answer.Reply);
        else if (session.Services.Role == SmtpRole.Lmtp && recipients.Count > 0)
            AnswerEach(session, recipients, answer);
        else
            session.Send(answer.Reply);
    }

    /// <summary>In the order of the RCPTs, one for each that was taken (RFC 2033 4.2).</summary>
    private static void AnswerEach(SmtpSession session, IReadOnlyList<EnvelopeRecipient> recipients, Answer answer)
    {
        foreach (EnvelopeRecipient recipient in recipients)
            if (answer.Refused?.GetValueOrDefault(recipient.Given) is { } refusal)
                session.Refuse(refusal, $"recipient <{recipient.Given}>");
            else
                session.Send(answer.Reply);
    }

    private static async Task<Answer> DecideAsync(SmtpSession session, IncomingMessage message)
    {
        if (message.Fault is { } fault)
            return Refused(session, fault);
        if (session.EndReply is { } end)
            return Refused(session, end);
        if (await message.CompleteAsync(CancellationToken.None) is not { } content)
            return Refused(session, Responses.StoreUnavailable);
        if (WrongWith(session, content.Structure) is { } wrong)
        {
            await content.DisposeAsync();
            return Refused(session, wrong);
        }
        CheckReport report = session.Services.Checks is { } checks ? await checks.AtTheDotAsync(session, session.Transaction!, message.Scan, content) : CheckReport.Nothing;
        if (report.Summary.Length > 0)
            session.Services.Trail.Checked(session.Client.ToString(), session.Transaction!.Sender?.ToString() ?? "", CheckReport.Printable(content.Structure.Envelope.MessageId), report.Summary);
        if (report.Refusal is { } refusal)
        {
            await content.DisposeAsync();
            return Refused(session, refusal);
        }
        Applied applied = await Applied.ToAsync(session, content, report);
        if (applied.Content is null)
            return Refused(session, Responses.StoreUnavailable);
        if (report.Filter.IsDiscarded || applied.Envelope.Recipients.IsEmpty)
        {
            await applied.Content.DisposeAsync();
            return new(new Reply(250, new(2, 0, 0), "accepted"));
        }
        var submission = new Submission(applied.Envelope, applied.Content, Origin(session)) { Id = session.Transaction!.Id, Fields = applied.Fields, AnswersEach = session.Services.Role == SmtpRole.Lmtp };
        return await session.Services.Transfer.AcceptAsync(submission, CancellationToken.None) switch
        {
            AcceptResult.Accepted accepted => new(new Reply(250, new(2, 0, 0), $"accepted as {accepted.Id}"), accepted.NotTaken),
            AcceptResult.Refused refused => new(refused.Reply),
            _ => new(Responses.InternalError),
        };
    }

    private static Reply? WrongWith(SmtpSession session, MessageStructure structure) =>
        structure.Root.BodyStart > MimeReader.MaxHeaderOctets ? Responses.HeaderTooLarge
        : session.User is not null && structure.Envelope.HasSeveralFrom ? Responses.SeveralFrom
        : IsFromOwn(session, structure) ? null : Responses.HeaderFromNotOwned;

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
        ClientReverseName = session.ReverseName.Text,
        Client = session.Services.Role == SmtpRole.Local ? null : session.Client,
        TlsVersion = session.Connection.TlsVersion,
        User = session.User?.Id,
        IsTrusted = session.IsTrusted,
        Domain = session.IsTrusted && session.Services.Role != SmtpRole.Local ? TrustedNetwork.DomainOf(session.Services.Live.Current, session.Transaction!.Sender, new(MailService.Smtp, session.Connection.IsProtected, session.Client) { Name = session.ReverseName.Known }) : null,
    };

    /// <summary>RFC 3848 and RFC 6531 4.3.</summary>
    private static string Protocol(SmtpSession session)
    {
        if (session.Services.Role == SmtpRole.Local)
            return "local";
        if (!session.IsExtended)
            return "SMTP";
        bool isUtf8 = session.Transaction!.Parameters.Utf8;
        string name = session.Services.Role == SmtpRole.Lmtp ? isUtf8 ? "UTF8LMTP" : "LMTP" : isUtf8 ? "UTF8SMTP" : "ESMTP";
        return name + (session.Connection.IsProtected ? "S" : "") + (session.User is null ? "" : "A");
    }

    private static Answer Refused(SmtpSession session, Reply reply)
    {
        session.Services.Trail.Refused(session.ServiceName, "message", session.Client.ToString(), reply.ToString());
        return new(reply);
    }

    /// <param name="Refused">Recipients with another answer than the others' (LMTP).</param>
    private sealed record Answer(Reply Reply, IReadOnlyDictionary<MailAddress, Reply>? Refused = null);
}
