using System.Collections.Immutable;
using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Admin;

/// <summary>`dirmail explain`: shows the table's own decision with its reasons, and the hops that follow. Decides nothing itself.</summary>
internal static class Explanation
{
    public static ExplainReport Of(MailAddress address, RoutingTable table, Routes routes)
    {
        Resolution resolution = table.Explain(address);
        ImmutableArray<Hop> hops = resolution is Resolution.Accepted accepted ? table.Expand(address, accepted) : [];
        return new(address.ToString(), Answer(resolution, routes),
            [.. resolution.Reasons.Select(r => new ReasonReport(r.Dn, r.Attribute, r.Value, r.Meaning))],
            [.. hops.Select(h => Describe(h, routes))], table.Number);
    }

    private static string Answer(Resolution resolution, Routes routes) => resolution switch
    {
        Resolution.NotHosted remote => $"not hosted here: own users may send there ({Way(remote.DomainKey, routes)}); from outside: {Responses.RelayingDenied}",
        Resolution.Accepted => $"accepted: {Responses.RecipientOk}",
        Resolution.Refused refused => $"refused: {refused.Reply}",
        _ => "unknown",
    };

    private static string Describe(Hop hop, Routes routes) => hop switch
    {
        Hop.Mailbox mailbox => $"mailbox of {mailbox.User.Uid} in {mailbox.Domain.Name}",
        Hop.Remote remote => $"{remote.Final} by {Way(remote.Destination, routes)}, leaving as {Identity(remote.Identity)}",
        Hop.Deferred deferred => $"{deferred.Final} is expanded later: mailDeferProcessing",
        Hop.Waiting waiting => $"{waiting.Final} waits: {waiting.Reply.Text}",
        Hop.Undeliverable never => $"{never.Final} cannot be delivered: {never.Reply}",
        _ => hop.ToString(),
    };

    private static string Identity(SenderIdentity? identity) => identity switch
    {
        null => "the sender",
        { Owner: null } => $"{identity.HostName} (the host, unbound)",
        _ => $"{identity.HostName} from {identity.V4?.ToString() ?? "-"} {identity.V6?.ToString() ?? ""}".TrimEnd(),
    };

    private static string Way(string domainKey, Routes routes) => routes.Find(domainKey) switch
    {
        null => "channel smtp, MX of the domain",
        { Host: "" } route => $"channel {route.Channel}, MX of the domain",
        { } route => $"channel {route.Channel}, {route.Host}:{route.Port} (route '{route.Pattern}')",
    };
}
