using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Wire;

namespace DirMail.Channels.Smtp;

/// <summary>Which addresses take a domain's mail, best first (RFC 5321 5.1): a fixed route, else MX, else the domain itself.</summary>
/// <param name="domainOf">The domain here that has a name; null: nobody has it.</param>
internal sealed class NextHops(SmtpChannelSettings settings, IDnsClient dns, TlsNeeds needs, Func<IPAddress, bool> isVirtual, Func<string, EntryId?> domainOf)
{
    private const int MaxHosts = 10;

    public async Task<NextHopResult> FindAsync(QueuedMessage message, CancellationToken cancellationToken)
    {
        (string domain, string ownName) = (message.Destination, message.Identity.HostName);
        if (settings.Routes.Hosts(domain, message.Domain, domainOf) is { IsEmpty: false } fixedHosts)
            return await RoutedAsync(domain, fixedHosts, ownName, cancellationToken);
        Task<string?> record = needs.RecordAsync(domain, cancellationToken);
        MxAnswer mx = await dns.MxAsync(domain, cancellationToken);
        if (Refusal(mx, domain) is { } outcome)
            return new NextHopResult.None(outcome);
        List<MxHost> hosts = Shuffled(mx.Status == DnsStatus.Ok ? mx.Hosts : [new MxHost(0, domain)]);
        StsPolicy? policy = await needs.PolicyAsync(domain, await record, cancellationToken);
        Found[] found = await Task.WhenAll(hosts.Take(MaxHosts).Select(host => ProtectedAsync(domain, host.Name, mx.IsAuthentic, policy, cancellationToken)));
        (int, Found)[] ranked = [.. hosts.Zip(found, static (host, addresses) => (host.Preference, addresses))];
        // ourselves, and whoever is no better: mail given to them would come back
        int own = ranked.Where(one => IsOurselves(one.Item2, ownName)).Select(static one => one.Item1).DefaultIfEmpty(int.MaxValue).Min();
        (int, Found)[] usable = [.. ranked.Where(one => one.Item1 < own)];
        if (usable.Length == 0 && ranked.Length > 0)
            return new NextHopResult.None(Responses.LoopsBackToUs);
        return Order(domain, usable);
    }

    private static Outcome? Refusal(MxAnswer mx, string domain) => mx switch
    {
        { IsNullMx: true } => new Outcome.Failed(new(5, 1, 10), $"{domain} accepts no mail (null MX)") { Stage = Stage.Lookup },
        { Status: DnsStatus.NoSuchDomain } => new Outcome.Failed(new(5, 1, 2), $"there is no domain {domain}") { Stage = Stage.Lookup },
        { Status: DnsStatus.Unavailable } => new Outcome.Deferred(new(4, 4, 3), $"DNS gives no answer for {domain}") { Stage = Stage.Lookup },
        _ => null,
    };

    private async Task<Found> AddressesAsync(string host, int port, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
            return new(host, DnsStatus.Ok, [new IPEndPoint(literal, port)]);
        AddressAnswer answer = await dns.AddressesAsync(host, cancellationToken);
        return new(host, answer.Status, [.. answer.Addresses.Select(address => new IPEndPoint(address, port))]) { IsAuthentic = answer.IsAuthentic };
    }

    /// <summary>What the settings say is taken as said; of what the directory names, ourselves are left out.</summary>
    private async Task<NextHopResult> RoutedAsync(string destination, ImmutableArray<Route> routes, string ownName, CancellationToken cancellationToken)
    {
        Found[] found = await Task.WhenAll(routes.Select(route => RoutedAsync(route, cancellationToken)));
        Found[] usable = [.. found.Where((host, at) => !(routes[at].IsOfDirectory && routes[at].Port == settings.Port && IsOurselves(host, ownName)))];
        RandomNumberGenerator.Shuffle<Found>(usable);
        return usable.Length == 0 ? new NextHopResult.None(Responses.LoopsBackToUs) : Order(destination, [.. usable.Select(static host => (0, host))]);
    }

    /// <summary>A login is a secret: it goes to nobody but whoever proves to be the host, or is on this machine.</summary>
    private async Task<Found> RoutedAsync(Route route, CancellationToken cancellationToken)
    {
        Found found = await AddressesAsync(route.Host, route.Port, cancellationToken);
        bool mustProve = route.RequiresTls || (route.Login is not null && !found.Addresses.All(static address => IPAddress.IsLoopback(address.Address)));
        return found with { Need = mustProve ? TlsNeed.OfRoute(route.Host, settings.Authorities, route.IsTlsFirst) : TlsNeed.Opportunistic, Login = route.Login };
    }

    /// <summary>The addresses of a server that DNS names, and how it must be spoken to; none when it may not be spoken to now.</summary>
    private async Task<Found> ProtectedAsync(string domain, string host, bool isAuthentic, StsPolicy? policy, CancellationToken cancellationToken)
    {
        Found found = await AddressesAsync(host, settings.Port, cancellationToken);
        return await needs.OfAsync(domain, host, settings.Port, isAuthentic && found.IsAuthentic, policy, cancellationToken) is { } need
            ? found with { Need = need }
            : found with { IsBarred = true };
    }

    private bool IsOurselves(Found host, string ownName) =>
        host.Name.Equals(ownName, StringComparison.OrdinalIgnoreCase) || host.Name.Equals(settings.HostName, StringComparison.OrdinalIgnoreCase)
        || host.Addresses.Any(address => isVirtual(address.Address) || address.Address.Equals(settings.HostAddress));

    private static NextHopResult Order(string domain, (int Preference, Found Host)[] ranked)
    {
        ImmutableArray<NextHop> hops = [.. ranked.Where(static one => !one.Host.IsBarred).SelectMany(static one => one.Host.Addresses.Select(address => new NextHop(one.Host.Name, address, one.Host.Need, one.Host.Login) { Preference = one.Preference }))];
        if (hops.Length > 0)
            return new NextHopResult.Hops(hops);
        if (ranked.Any(static one => one.Host.IsBarred))
            return new NextHopResult.None(Responses.NoServerPermitted with { Reason = $"{Responses.NoServerPermitted.Reason}: {string.Join(", ", ranked.Select(static one => one.Host.Name))}" });
        bool mayComeBack = ranked.Any(one => one.Host.Status == DnsStatus.Unavailable) || ranked.Any(one => one.Host.Name != domain);
        string names = string.Join(", ", ranked.Select(static one => one.Host.Name));
        return new NextHopResult.None(mayComeBack
            ? new Outcome.Deferred(new(4, 4, 4), $"no address is known of the hosts that take mail for {domain} ({names})") { Stage = Stage.Lookup }
            : new Outcome.Failed(new(5, 1, 2), $"{domain} has neither MX nor address") { Stage = Stage.Lookup });
    }

    /// <summary>By preference; equal ones in random order, to spread the load (RFC 5321 5.1).</summary>
    private static List<MxHost> Shuffled(IReadOnlyList<MxHost> hosts)
    {
        MxHost[] mixed = [.. hosts];
        RandomNumberGenerator.Shuffle<MxHost>(mixed);
        return [.. mixed.OrderBy(static host => host.Preference)];
    }

    private sealed record Found(string Name, DnsStatus Status, ImmutableArray<IPEndPoint> Addresses)
    {
        public bool IsAuthentic { get; init; }
        public TlsNeed Need { get; init; } = TlsNeed.Opportunistic;
        public RelayLogin? Login { get; init; }
        public bool IsBarred { get; init; }
    }
}

/// <param name="Login">How to log in there; null: not at all.</param>
internal readonly record struct NextHop(string HostName, IPEndPoint Address, TlsNeed Need, RelayLogin? Login)
{
    /// <summary>The lower, the better.</summary>
    public int Preference { get; init; }

    /// <summary>Another server that does as well: not one that stands in for it, and not another address of the same.</summary>
    public bool IsAsGoodAs(NextHop other) => Preference == other.Preference && !HostName.Equals(other.HostName, StringComparison.OrdinalIgnoreCase);
}

internal abstract record NextHopResult
{
    private NextHopResult() { }

    /// <summary>At least one.</summary>
    public sealed record Hops(ImmutableArray<NextHop> Addresses) : NextHopResult;

    public sealed record None(Outcome Outcome) : NextHopResult;
}
