namespace DirMail.Routing.Table;

/// <summary>Which names and addresses of mail servers are this one.</summary>
internal static class OwnHosts
{
    /// <summary>The domain that announces the name and in which it lies.</summary>
    public static VirtualDomain? Announcing(TableState state, string? name)
    {
        for (int at = 0; at >= 0 && at < name?.Length; at = name.IndexOf('.', at) + 1 is > 0 and var next ? next : -1)
            if (state.Names.Find(name[at..].ToLowerInvariant())?.Sole is { IsIgnored: false, Domain: { VirtualHostName: { } announced } domain } && announced.Equals(name, StringComparison.OrdinalIgnoreCase))
                return domain;
        return null;
    }

    /// <summary>The host's name, another name of it in the settings (<c>host.mailHosts</c>), what a domain announces, or a virtual address: whatever the port, since nobody but us answers there.</summary>
    public static bool Includes(TableState state, TableSettings settings, RelayServer server) => server.Address is { } address
        ? state.VirtualAddresses.ContainsKey(address)
        : server.Host.Equals(settings.HostName, StringComparison.OrdinalIgnoreCase) || settings.MailHosts.Contains(server.Host) || Announcing(state, server.Host) is not null;
}
