using System.Collections.Immutable;

namespace DirMail.Routing.Table;

/// <summary>
/// Which servers keep a domain's mail in place of this one, as its node says: all of it (mailRoutingHosts), or that for addresses unknown here (mailRoutingSmartHost).
/// That a name is ours depends on other entries, so it is asked when it matters.
/// </summary>
internal static class DomainRelays
{
    /// <summary>The domain's mail is kept elsewhere, or might be: nothing of it is delivered here.</summary>
    public static bool IsElsewhere(TableState state, TableSettings settings, VirtualDomain domain) =>
        (!domain.RoutingHosts.IsEmpty || domain.HasUnreadRoutingHost) && Own(state, settings, domain.RoutingHosts) is null;

    /// <summary>The value that names this server; null: none does.</summary>
    public static RelayServer? Own(TableState state, TableSettings settings, ImmutableArray<RelayServer> servers)
    {
        foreach (RelayServer server in servers)
            if (OwnHosts.Includes(state, settings, server))
                return server;
        return null;
    }

    /// <summary>Where unknown addresses go; null: nowhere, or it would come back.</summary>
    public static RelayServer? SmartHost(TableState state, TableSettings settings, VirtualDomain domain) =>
        domain.SmartHost is { } server && !OwnHosts.Includes(state, settings, server) ? server : null;

    /// <summary>What the queue calls those to whom mail of the domain goes now.</summary>
    public static IEnumerable<string> Destinations(TableState state, TableSettings settings, VirtualDomain domain)
    {
        if (!domain.RoutingHosts.IsEmpty && IsElsewhere(state, settings, domain))
            return [RelayServer.Destination(domain.RoutingHosts, settings.RelayHosts)];
        return SmartHost(state, settings, domain) is { } server ? [RelayServer.Destination([server], settings.RelayHosts)] : [];
    }

    public static DirectoryProblem? Problem(RoutingTable table, VirtualDomain domain)
    {
        AttributeNames names = table.Settings.Attributes;
        return domain.SmartHost is { } server && OwnHosts.Includes(table.State, table.Settings, server)
            ? new(domain.Dn, names.SmartHost, $"'{server}' is this server: ignored, unknown addresses are refused") : null;
    }
}
