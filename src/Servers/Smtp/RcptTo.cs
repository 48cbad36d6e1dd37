using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Servers.Smtp;

/// <summary>RCPT TO: the steps below in their order; the first verdict is the answer (RESPONSES, Recipients).</summary>
internal static class RcptTo
{
    private static readonly Func<RcptContext, Task<Reply?>>[] Steps = [CharactersAllowed, NotTooMany, Hosted, FitsInSize, HasRoom, MayRelay, DomainExists, Checked, WithinTheHour, Filtered];

    private static readonly Reply AfterChunks = Responses.BadSequence;

    public static async Task RunAsync(SmtpSession session, string argument)
    {
        SmtpTransaction transaction = session.Transaction!;
        if (transaction.IsChunked)
            session.SendError(AfterChunks);
        else if (!PathSyntax.TryRead(argument, "TO:", out string path, out string[] words))
            session.SendError(Responses.BadSyntax);
        else if (!TryAddress(session, path, out MailAddress given, out Reply? fault) || RcptParameters.Read(given, words, out fault) is not { } recipient)
            session.SendError(fault ?? Responses.BadRecipientSyntax);
        else
            await DecideAsync(new RcptContext(session, transaction, recipient) { Words = words });
    }

    private static async Task DecideAsync(RcptContext context)
    {
        SmtpSession session = context.Session;
        foreach (Func<RcptContext, Task<Reply?>> step in Steps)
        {
            if (await step(context) is not { } refusal)
                continue;
            session.Refuse(refusal, $"recipient <{context.Recipient.Given}>");
            return;
        }
        context.Transaction.Add(context.Recipient, context.Resolution as Resolution.Accepted);
        session.Send(Responses.RecipientOk);
    }

    /// <summary>A local part alone belongs to the user's domain; from outside only postmaster is known without one (RFC 5321 4.5.1).</summary>
    private static bool TryAddress(SmtpSession session, string path, out MailAddress address, out Reply? fault)
    {
        fault = null;
        if (MailAddress.TryParse(path, out address))
            return true;
        fault = Responses.BadRecipientSyntax;
        if (path.Length == 0 || path.Contains('@'))
            return false;
        RoutingTable table = session.Services.Live.Current;
        string? domain = session.User is { } user ? table.FindDomain(user.Domain)?.Name
            : session.Services.Role == SmtpRole.Local ? LocalDomain(table)
            : path.Equals("postmaster", StringComparison.OrdinalIgnoreCase) ? table.DomainAt(session.Connection.Local.Address)?.Name ?? table.HostIdentity.DomainName
            : null;
        if (domain is null)
            fault = Responses.NoDomainGiven;
        return domain is not null && MailAddress.TryParse($"{path}@{domain}", out address);
    }

    /// <summary>Where the machine's own people are: the host's domain, else the host.</summary>
    internal static string LocalDomain(RoutingTable table) => table.HostIdentity.DomainName is { Length: > 0 } domain ? domain : table.HostIdentity.HostName;

    private static Task<Reply?> CharactersAllowed(RcptContext context) =>
        Verdict.If(context.Recipient.Given.NeedsUtf8 && !context.Transaction.Parameters.Utf8, Responses.NonAsciiLocalPart);

    private static Task<Reply?> NotTooMany(RcptContext context) =>
        Verdict.If(context.Transaction.Recipients.Count >= context.Session.Services.Settings.MaxRecipients, Responses.TooManyRecipients);

    /// <summary>What the table refuses. Mail on hold is taken; for an own user it is also taken for the suspended and the full, and waits here.</summary>
    private static Task<Reply?> Hosted(RcptContext context)
    {
        if (context.Resolution is not Resolution.Refused refused)
            return Verdict.Pass;
        return Verdict.If(!refused.WaitsHere(context.IsOurs), refused.Reply);
    }

    private static Task<Reply?> FitsInSize(RcptContext context)
    {
        if (context.Resolution is not Resolution.Accepted accepted || context.Transaction.Parameters.Size is not { } size)
            return Verdict.Pass;
        return Verdict.If(size > accepted.MaxMessageOctets, Responses.LargerThanRecipientAllows);
    }

    /// <summary>A mailbox that is full is told so before the octets come; mail of own users is taken, and waits here.</summary>
    private static async Task<Reply?> HasRoom(RcptContext context)
    {
        if (context.IsOurs || context.Resolution is not Resolution.Accepted { Domain: var domain, Recipient: Recipient.User { Entry: var user } } || !user.Delivery.HasFlag(DeliveryOptions.Mailbox))
            return null;
        Quota quota = Local.Quota(user, domain);
        SmtpServices services = context.Session.Services;
        if (quota.HasLimit && !await services.Store.Accounts.HasRoomAsync(user.Id, quota, context.Transaction.Parameters.Size ?? 0, CancellationToken.None))
            return await services.Full.RefuseAsync(user.Id);
        await services.Full.HasRoomAsync(user.Id);
        return null;
    }

    private static Task<Reply?> WithinTheHour(RcptContext context) =>
        Verdict.If(context.Session.Services is { Role: not SmtpRole.Lmtp and not SmtpRole.Local } services && !services.Hourly.TryRecipient(context.Session.Client, context.Session.User?.Id), Responses.TooManyRecipientsAnHour);

    private static Task<Reply?> MayRelay(RcptContext context) =>
        Verdict.If(context.Resolution is Resolution.NotHosted && !context.IsOurs, Responses.RelayingDenied);

    private static Task<Reply?> Checked(RcptContext context) =>
        context.Session.Services.Checks is { } checks ? checks.AtRecipientAsync(context.Session, context.Transaction, context.Recipient.Given) : Verdict.Pass;

    /// <summary>Last: filters hear of those only that we take.</summary>
    private static Task<Reply?> Filtered(RcptContext context) =>
        context.Session.Services.Checks is { } checks ? checks.FilterRecipientAsync(context.Session, context.Transaction, new(context.Recipient.Given, context.Words)) : Verdict.Pass;

    private static async Task<Reply?> DomainExists(RcptContext context)
    {
        if (context.Resolution is not Resolution.NotHosted || context.Recipient.Given.IsLiteral)
            return null;
        return await DomainCheck.FindAsync(context.Session.Services, context.Recipient.Given.DomainKey) switch
        {
            DomainFact.DoesNotExist => Responses.NoSuchDomain,
            DomainFact.NullMx => Responses.NullMx,
            _ => null,
        };
    }
}

/// <summary>One recipient under decision: resolved once, by one table.</summary>
internal sealed record RcptContext(SmtpSession Session, SmtpTransaction Transaction, EnvelopeRecipient Recipient)
{
    public Resolution Resolution { get; } = Session.Services.Live.Current.Resolve(Recipient.Given, new(Transaction.Sender, Session.IsOurs));

    /// <summary>Its parameters, as they were given.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    public bool IsOurs => Session.IsOurs;
}
