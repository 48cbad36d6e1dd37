using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Servers.Smtp;

/// <summary>
/// ETRN (RFC 1985): mail that waits is tried now. "ETRN node" runs what waits for that domain, "ETRN #domain" all that a domain hosted here has to send. Only for a trusted client, or the administrator
/// of a domain, and for that domain's mail alone: a run costs work, and its answer tells who writes to whom.
/// </summary>
internal static class Etrn
{
    private static readonly Reply NoSubdomains = new(501, new(5, 5, 4), "'@' (all below a domain) is not known here: name one domain");

    public static async Task RunAsync(SmtpSession session, string argument)
    {
        bool isQueue = argument.StartsWith('#');
        string name = isQueue ? argument[1..] : argument;
        if (argument.StartsWith('@'))
            session.SendError(NoSubdomains);
        else if (!MailAddress.TryDomainKey(name, out string node))
            session.SendError(Responses.BadSyntax);
        else if (Filter(session, node, isQueue) is { } filter)
            session.Send(Started(node, await session.Services.Store.Queue.ChangeAsync(filter, new QueueChange.Flush(), session.Services.Clock.GetUtcNow(), CancellationToken.None)));
        else
            session.Refuse(Responses.NodeNotAllowed, $"ETRN {node}");
    }

    /// <summary>Null: not for this client.</summary>
    private static QueueFilter? Filter(SmtpSession session, string node, bool isQueue)
    {
        RoutingTable table = session.Services.Live.Current;
        if (session.IsTrusted && isQueue)
            return table.FindDomain(node) is { } named ? new QueueFilter(named.Id, ChannelNames.Smtp) : null;
        if (session.User is not { } user || table.FindUser(user.Id) is not { } current)
            return null;
        VirtualDomain? domain = isQueue ? table.FindDomain(node) : table.FindDomain(current.Domain);
        return domain is not null && table.IsAdministrator(current, domain) ? new QueueFilter(domain.Id, ChannelNames.Smtp, isQueue ? null : node) : null;
    }

    private static Reply Started(string node, int recipients) => recipients == 0
        ? new(251, new(2, 0, 0), $"no messages waiting for node {node}")
        : new(253, new(2, 0, 0), $"{recipients} pending messages for node {node} started");
}
