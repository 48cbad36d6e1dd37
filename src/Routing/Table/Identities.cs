using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// Who mail leaves as (DESIGN, Identity of what leaves). Whoever lists an address owns the mail, even when none of the addresses can be used: such mail waits;
/// it never falls back to a wider identity.
/// </summary>
internal static class Identities
{
    public static SenderIdentity Of(RoutingTable table, MailUser user, VirtualDomain? domain, IdentityReasons? reasons = null)
    {
        if (domain is null)
            return table.HostIdentity;
        if (!user.ListsVirtualAddress || domain.IsHost)
            return Of(table, domain, reasons);
        reasons?.User(user);
        return Owned(table, domain, user.Id, user.VirtualAddresses);
    }

    public static SenderIdentity Of(RoutingTable table, VirtualDomain domain, IdentityReasons? reasons = null)
    {
        reasons?.Domain(domain);
        if (domain.IsHost)
            return table.HostIdentity;
        return domain.ListsVirtualAddress ? Owned(table, domain, domain.Id, domain.VirtualAddresses) : OfRelay(domain, table.HostIdentity);
    }

    /// <summary>The host, unbound, in the domain's queue.</summary>
    public static SenderIdentity OfRelay(VirtualDomain domain, SenderIdentity host) => new(domain.Id, domain.Name, null, host.HostName, null, null);

    private static SenderIdentity Owned(RoutingTable table, VirtualDomain domain, EntryId owner, ImmutableArray<IPAddress> addresses) =>
        new(domain.Id, domain.Name, owner, domain.AnnouncedName, First(table, addresses, AddressFamily.InterNetwork), First(table, addresses, AddressFamily.InterNetworkV6));

    /// <summary>The first that is on this host; the first of all, where none is or there is no choice: its mail waits for it.</summary>
    private static IPAddress? First(RoutingTable table, ImmutableArray<IPAddress> addresses, AddressFamily family)
    {
        IPAddress[] listed = [.. addresses.Where(address => address.AddressFamily == family)];
        return (listed.Length > 1 ? listed.FirstOrDefault(table.Settings.IsHere) : null) ?? listed.FirstOrDefault();
    }
}
