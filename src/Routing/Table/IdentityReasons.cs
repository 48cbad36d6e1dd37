using System.Collections.Immutable;
using System.Net;

namespace DirMail.Routing.Table;

/// <summary>Says which entry and attribute an identity comes from, while <see cref="Identities"/> finds it.</summary>
internal sealed class IdentityReasons(ReasonLog log, AttributeNames names)
{
    public void User(MailUser user) => log.Add(user.Dn, names.UserVirtualAddress, Text(user.VirtualAddresses), Meaning(user.VirtualAddresses, "the user's own address"));

    public void Domain(VirtualDomain domain)
    {
        if (domain.IsHost)
            log.Add(domain.Dn, names.DomainNames, domain.Name, "the host's own domain: mail leaves as the host, unbound");
        else if (domain.ListsVirtualAddress)
            log.Add(domain.Dn, names.DomainVirtualAddress, Text(domain.VirtualAddresses), Meaning(domain.VirtualAddresses, "the domain's address"));
        else
            log.Add(domain.Dn, names.DomainVirtualAddress, "", "the domain has no address: mail leaves as the host, unbound");
    }

    private static string Text(ImmutableArray<IPAddress> addresses) => string.Join(", ", addresses);

    private static string Meaning(ImmutableArray<IPAddress> addresses, string whose) =>
        addresses.IsEmpty ? $"{whose} cannot be used: mail waits" : $"mail leaves from {whose}";
}
