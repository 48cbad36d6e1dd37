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
    public static SenderIdentity Of(MailUser user, VirtualDomain? domain, SenderIdentity host, IdentityReasons? reasons = null)
    {
        if (domain is null)
            return host;
        if (!user.ListsVirtualAddress || domain.IsHost)
            return Of(domain, host, reasons);
        reasons?.User(user);
        return Owned(domain, user.Id, user.VirtualAddresses);
    }

    public static SenderIdentity Of(VirtualDomain domain, SenderIdentity host, IdentityReasons? reasons = null)
    {
        reasons?.Domain(domain);
        if (domain.IsHost)
            return host;
        return domain.ListsVirtualAddress ? Owned(domain, domain.Id, domain.VirtualAddresses) : OfRelay(domain, host);
    }

    /// <summary>The host, unbound, in the domain's queue.</summary>
    public static SenderIdentity OfRelay(VirtualDomain domain, SenderIdentity host) => new(domain.Id, domain.Name, null, host.HostName, null, null);

    private static SenderIdentity Owned(VirtualDomain domain, EntryId owner, ImmutableArray<IPAddress> addresses) =>
        new(domain.Id, domain.Name, owner, domain.AnnouncedName, First(addresses, AddressFamily.InterNetwork), First(addresses, AddressFamily.InterNetworkV6));

    private static IPAddress? First(ImmutableArray<IPAddress> addresses, AddressFamily family) => addresses.FirstOrDefault(a => a.AddressFamily == family);
}
