using System.Net;
using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Admin;

/// <summary>The sending half of `dirmail explain`: whom a login means, what that user may use from where, which sender addresses are the user's, and who the mail leaves as.</summary>
internal sealed record ExplainedSender(string? Login, MailAddress? From, IPAddress? Client, IPAddress At)
{
    public static bool TryRead(ExplainQuery query, out ExplainedSender sender, out string problem)
    {
        sender = new(query.Login, null, null, IPAddress.Loopback);
        problem = "";
        if (query.From is { } from && !MailAddress.TryParse(from, out MailAddress _))
            problem = $"'{from}' is not a mail address (local@domain)";
        else if (query.Client is { } client && !IPAddress.TryParse(client, out _))
            problem = $"'{client}' is not an IP address";
        else if (query.At is { } at && !IPAddress.TryParse(at, out _))
            problem = $"'{at}' is not an IP address";
        if (problem.Length > 0)
            return false;
        sender = new(query.Login, query.From is { } text ? MailAddress.Parse(text) : null, query.Client is { } ip ? IPAddress.Parse(ip) : null,
            query.At is { } local ? IPAddress.Parse(local) : IPAddress.Loopback);
        return true;
    }

    private ClientName Name { get; init; } = ClientName.NotAsked;

    /// <summary>With the client's name, where some service of the login's user is decided by it.</summary>
    public async Task<ExplainedSender> NamedAsync(RoutingTable table, ControlFacts facts) =>
        Client is { } client && Login is not null && table.FindLogin(Login, At).User is { } user
            && Uses().Any(use => AccessRules.Check(table, user.Id, user.Domain, use) == Responses.ClientNameUntold)
            ? this with { Name = await facts.ClientName(client) } : this;

    /// <summary>Who would send, for the rules of groups: the login's first address unless another sender is named.</summary>
    public Poster Poster(RoutingTable table)
    {
        MailUser? user = Login is null ? null : table.FindLogin(Login, At).User;
        return new(From ?? (user is { Addresses: [var first, ..] } ? first : null), user is not null);
    }

    /// <summary>Null when nothing was asked about the sender.</summary>
    public SenderReport? Report(Explanation explanation, RoutingTable table)
    {
        if (Login is null)
            return From is { } from ? OfAddress(from, explanation, table) : null;
        (MailUser? user, string unknown) = table.FindLogin(Login, At);
        if (user is null)
            return new(Login, From?.ToString(), null, null, [], [], unknown);
        (SenderIdentity identity, var reasons) = table.ExplainIdentity(user);
        return new(Login, From?.ToString(), From is { } sender ? table.MaySendAs(user, sender) : null, Explanation.Report(identity), explanation.Reports(reasons), Services(user, explanation, table), null);
    }

    /// <summary>Without a login: mail that this host sends for a hosted domain.</summary>
    private static SenderReport OfAddress(MailAddress from, Explanation explanation, RoutingTable table)
    {
        if (table.FindDomain(from.DomainKey) is not { } domain)
            return new(null, from.ToString(), null, null, [], [], $"{from.DomainKey} is not hosted here: a sender from outside");
        (SenderIdentity identity, var reasons) = table.FindUser(domain, from) is { } user ? table.ExplainIdentity(user) : table.ExplainIdentity(domain);
        return new(null, from.ToString(), null, Explanation.Report(identity), explanation.Reports(reasons), [], null);
    }

    private List<ServiceReport> Services(MailUser user, Explanation explanation, RoutingTable table)
    {
        var services = new List<ServiceReport>();
        foreach (ServiceUse use in Uses())
        {
            (AccessReply? refusal, var reasons) = AccessRules.Explain(table, user, use);
            services.Add(new(use.Service.ToString().ToLowerInvariant() + (use.IsProtected ? "s" : ""), refusal is null, refusal?.Text, explanation.Reports(reasons)));
        }
        return services;
    }

    private IEnumerable<ServiceUse> Uses() =>
        from service in Client is null ? [] : Enum.GetValues<MailService>()
        from isProtected in (bool[])[false, true]
        select new ServiceUse(service, isProtected, Client!) { Name = Name };
}
