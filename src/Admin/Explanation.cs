using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Transfer;
using Microsoft.AspNetCore.Http;

namespace DirMail.Admin;

/// <summary>`dirmail explain`: shows the table's own decisions with the reasons that it recorded. Decides nothing itself.</summary>
internal sealed class Explanation(ControlFacts facts)
{
    private readonly RoutingTable _table = facts.Live.Current;

    public async Task<IResult> AnswerAsync(ExplainQuery query, CancellationToken cancellationToken)
    {
        if (!MailAddress.TryParse(query.Address, out MailAddress address))
            return Refused($"'{query.Address}' is not a mail address (local@domain)");
        if (!ExplainedSender.TryRead(query, out ExplainedSender sender, out string problem))
            return Refused(problem);
        sender = await sender.NamedAsync(_table, facts);
        Explained explained = _table.ExplainMail(address, sender.Poster(_table));
        ExplainReport report = new(address.ToString(), Answer(explained.Resolution), Reports(explained.Reasons), [.. explained.Hops.Select(Report)], sender.Report(this, _table), _table.Number);
        return Results.Ok(query.Dns ? await WithDnsAsync(report, cancellationToken) : report);
    }

    public IReadOnlyList<ReasonReport> Reports(ImmutableArray<Reason> reasons) =>
        [.. reasons.Select(r => new ReasonReport(r.Dn, r.Attribute, r.Value, r.Meaning, r.Level, r.Hop is { } hop ? Report(hop) : null))];

    public static IdentityReport Report(SenderIdentity identity) => new(identity.HostName, identity.DomainName, identity.V4?.ToString(), identity.V6?.ToString());

    private static IResult Refused(string problem) => Results.BadRequest(new ErrorReport(problem));

    private string Answer(Resolution resolution) => resolution switch
    {
        Resolution.NotHosted remote => $"not hosted here: own users may send there ({Way(remote.DomainKey, null)}); from outside: {Responses.RelayingDenied}",
        Resolution.Accepted => $"accepted: {Responses.RecipientOk}",
        Resolution.Refused refused => $"refused: {refused.Reply}{(refused.WaitsHere(isFromOwnUser: true) ? "; from own users: taken, and waits here" : "")}",
        _ => "unknown",
    };

    private HopReport Report(Hop hop) => hop switch
    {
        Hop.Mailbox mailbox => new("mailbox", hop.Final.ToString(), ChannelNames.Local, null, null, null, null, null, $"mailbox of {mailbox.Owner} in {mailbox.Domain.Name}"),
        Hop.Remote remote => new("remote", hop.Final.ToString(), Routes(remote.Destination, remote.Identity).FirstOrDefault()?.Channel ?? ChannelNames.Smtp, remote.Identity?.DomainName,
            remote.Identity is { } identity ? Report(identity) : null, (remote.ReturnAddress ?? remote.NewSender)?.ToString(), Way(remote.Destination, remote.Identity), null,
            $"{remote.Final} by {Way(remote.Destination, remote.Identity)}, leaving as {Identity(remote.Identity)}{(remote.ReturnAddress is { } returned ? $", with the sender {returned}" : "")}"),
        Hop.Answer reply => new("reply", hop.Final.ToString(), ChannelNames.Autoreply, reply.Domain.Name, Report(_table.IdentityOf(reply.User)), null, null, null, $"{reply.User.Uid} in {reply.Domain.Name} answers automatically"),
        Hop.Waiting waiting => new("waiting", hop.Final.ToString(), waiting.Status == MailStatus.Hold ? ChannelNames.Hold : ChannelNames.Local, waiting.Domain.Name, null, null, null,
            waiting.Reply.ToString(), $"{waiting.Final} waits in the queue of {waiting.Domain.Name}: {waiting.Reply.Text}"),
        Hop.Undeliverable never => new("undeliverable", hop.Final.ToString(), ChannelNames.Return, null, null, null, null, never.Reply.ToString(), $"{never.Final} cannot be delivered: {never.Reply}"),
        _ => throw new InvalidOperationException($"a hop of no known kind: {hop.GetType().Name}"),
    };

    private static string Identity(SenderIdentity? identity) => identity switch
    {
        null => "the sender",
        { Owner: null } => $"{identity.HostName} (the host, unbound)",
        { V4: null, V6: null } => $"{identity.HostName}, once it has an address that can be used",
        _ => $"{identity.HostName} from {string.Join(" or ", new[] { identity.V4, identity.V6 }.OfType<IPAddress>())}",
    };

    /// <summary>The ways that mail may take, the one of everybody last; of a known sender the one it takes.</summary>
    private Route[] Routes(string destination, SenderIdentity? sender) => sender is null
        ? [.. facts.Routes.All(destination)]
        : facts.Routes.Find(destination, sender.Domain, name => _table.FindDomain(name)?.Id) is { } route ? [route] : [];

    private string Way(string destination, SenderIdentity? sender)
    {
        if (!RelayServer.Parts(destination).IsEmpty)
            return string.Join(", or ", facts.Routes.Hosts(destination, sender?.Domain ?? default, name => _table.FindDomain(name)?.Id).Select(route => Way(route, destination)));
        Route[] routes = Routes(destination, sender);
        string own = string.Concat(routes.Where(route => sender is null && route.Sender is not null).Select(route => $"for {route.Sender} {Way(route, destination)}; for others "));
        return own + Way(routes.LastOrDefault(route => sender is not null || route.Sender is null), destination);
    }

    private static string Way(Route? route, string destination) => route switch
    {
        null => $"channel {ChannelNames.Smtp}, MX of {destination}",
        { Host: "" } => $"channel {route.Channel}, MX of {destination}",
        { IsOfDirectory: true } => $"channel {route.Channel}, {route.Pattern}",
        _ => $"channel {route.Channel}, {route.Host}:{route.Port}{(route.RequiresTls ? " over TLS" : "")}{(route.Login is { } login ? $" as {login.Name}" : "")} (route '{route.Pattern}')",
    };

    private async Task<ExplainReport> WithDnsAsync(ExplainReport report, CancellationToken cancellationToken)
    {
        var hops = new List<HopReport>();
        foreach (HopReport hop in report.Hops)
            hops.Add(hop is { Kind: "remote", NextHop: { } way } && way.Contains(", MX of ", StringComparison.Ordinal)
                ? hop with { NextHop = $"{way}: {await facts.MailExchangers(way[(way.LastIndexOf(' ') + 1)..], cancellationToken)}" } : hop);
        string answer = report.Answer;
        if (_table.ExplainMail(MailAddress.Parse(report.Address)).Resolution is Resolution.NotHosted remote && !facts.Routes.All(remote.DomainKey).Any(static route => route.Host.Length > 0))
            answer += $"; DNS: {await facts.MailExchangers(remote.DomainKey, cancellationToken)}";
        return report with { Answer = answer, Hops = hops };
    }
}
