using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Servers.Smtp;

/// <summary>MAIL FROM: the steps below in their order; the first verdict is the answer.</summary>
internal static class MailFrom
{
    private static readonly Func<MailContext, Task<Reply?>>[] Steps = [Authenticated, SenderWellFormed, SenderOwned, SizeFits, SenderAcceptsMail, WithinTheHour];

    public static async Task RunAsync(SmtpSession session, string argument)
    {
        if (!PathSyntax.TryRead(argument, "FROM:", out string path, out string[] words))
        {
            session.SendError(Responses.BadSyntax);
            return;
        }
        if (session.Services.Role == SmtpRole.Local && path.Length > 0 && !path.Contains('@'))
            path += "@" + RcptTo.LocalDomain(session.Services.Live.Current);
        MailParameters parameters = MailParameters.Read(words, parameter => SmtpExtension.TakesOnMail(session, parameter), session.Services.Clock.GetUtcNow(), out Reply? fault);
        if (fault is not null)
        {
            session.SendError(fault);
            return;
        }
        MailAddress? sender = MailAddress.TryParse(path, out MailAddress address) ? address : null;
        var context = new MailContext(session, path, sender, parameters);
        foreach (Func<MailContext, Task<Reply?>> step in Steps)
        {
            if (await step(context) is { } refusal)
            {
                session.Refuse(refusal, $"sender <{path}>");
                return;
            }
        }
        session.Begin(new SmtpTransaction(sender, parameters, AcceptanceId.Next(session.Services.Clock)) { IsSenderHosted = sender is { } from && context.Table.FindDomain(from.DomainKey) is not null });
        session.Send(Responses.SenderOk);
    }

    private static Task<Reply?> Authenticated(MailContext context) =>
        Verdict.If(context.Session.Services.Role == SmtpRole.Submission && context.Session.User is null, Responses.AuthRequired);

    private static Task<Reply?> SenderWellFormed(MailContext context) =>
        Verdict.If(context.Path.Length > 0 && (context.Sender is null || (context.Sender is { NeedsUtf8: true } && !context.Parameters.Utf8)), Responses.BadSenderSyntax);

    /// <summary>The null path is nobody's address, and may be used: reading receipts are sent with it.</summary>
    private static Task<Reply?> SenderOwned(MailContext context) =>
        Verdict.If(context is { Session.User: { } user, Sender: { } sender } && !MaySendAs(context.Table, user, sender), Responses.SenderNotOwned);

    private static Task<Reply?> SizeFits(MailContext context) =>
        Verdict.If(context.Parameters.Size > context.Session.Services.Settings.MaxMessageOctets, Responses.MessageTooLarge);

    /// <summary>A domain that takes no mail sends none that could be answered (RFC 7505 4.2).</summary>
    private static async Task<Reply?> SenderAcceptsMail(MailContext context)
    {
        if (context.Session.IsOurs || context.Sender is not { IsLiteral: false } sender || context.Table.FindDomain(sender.DomainKey) is not null)
            return null;
        return await DomainCheck.FindAsync(context.Session.Services, sender.DomainKey) == DomainFact.NullMx ? Responses.SenderNullMx : null;
    }

    private static Task<Reply?> WithinTheHour(MailContext context) =>
        Verdict.If(context.Session.Services is { Role: not SmtpRole.Lmtp and not SmtpRole.Local } services && !services.Hourly.TryMessage(context.Session.Client, context.Session.User?.Id), Responses.TooManyMessagesAnHour);

    /// <summary>With the newest entry of the user: the session may be older than the table.</summary>
    private static bool MaySendAs(RoutingTable table, MailUser user, MailAddress sender) =>
        table.FindUser(user.Id) is { } current && table.MaySendAs(current, sender);
}

internal sealed record MailContext(SmtpSession Session, string Path, MailAddress? Sender, MailParameters Parameters)
{
    public RoutingTable Table { get; } = Session.Services.Live.Current;
}

internal static class Verdict
{
    private static readonly Task<Reply?> None = Task.FromResult<Reply?>(null);

    public static Task<Reply?> Pass => None;

    public static Task<Reply?> If(bool isRefused, Reply reply) => isRefused ? Task.FromResult<Reply?>(reply) : None;
}
