using System.Net;
using System.Net.Sockets;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>What a new entry wants and another already has. As far as the person may see: what is not seen here, the directory or the routing table refuses.</summary>
internal static class Claims
{
    /// <summary>Null: names and addresses are free.</summary>
    public static async Task<string?> OfDomainAsync(DirectorySession session, DomainDraft draft, CancellationToken cancellationToken)
    {
        AttributeNames names = session.Names;
        foreach (string name in draft.Names)
        {
            LdapFilter filter = new LdapFilter.Or([LdapFilter.Is(names.DomainNames, name), LdapFilter.Is(names.CanonicalName, name)]);
            if ((await session.SearchAsync(session.Root, LdapScope.Subtree, filter, cancellationToken, "1.1")).Value is [var other, ..])
                return $"{name} is already a name of {other.Dn}";
        }
        foreach (IPAddress address in draft.Addresses)
            if (await OfAddressAsync(session, address, draft.Records[0].Dn, cancellationToken) is { } taken)
                return taken;
        return null;
    }

    /// <summary>Another domain, or a user of another domain, that lists the address; text equality would miss the second spelling of an IPv6 address.</summary>
    public static async Task<string?> OfAddressAsync(DirectorySession session, IPAddress address, Dn ownDomain, CancellationToken cancellationToken)
    {
        AttributeNames names = session.Names;
        string[] attributes = [names.DomainVirtualAddress, names.UserVirtualAddress];
        LdapFilter Listed(string attribute) => address.AddressFamily == AddressFamily.InterNetworkV6
            ? new LdapFilter.Substring(attribute, null, [":"u8.ToArray()], null) : LdapFilter.Is(attribute, address.ToString());
        Administered<List<LdapEntry>> found = await session.SearchAsync(session.Root, LdapScope.Subtree, new LdapFilter.Or([.. attributes.Select(Listed)]), cancellationToken, attributes);
        LdapEntry? holder = found.Value?.FirstOrDefault(e => !e.Dn.IsWithin(ownDomain) && attributes.SelectMany(e.All).Any(v => IPAddress.TryParse(v, out IPAddress? theirs) && theirs.Equals(address)));
        return holder is null ? null : $"{address} is already the virtual address of {holder.Dn}";
    }

    /// <summary>Another entry of the domain that has the mail address, or an address outside the domain, which would be ignored.</summary>
    public static async Task<string?> OfMailAsync(DirectorySession session, DomainNode domain, MailAddress address, Dn own, CancellationToken cancellationToken)
    {
        if (!domain.Names.Contains(address.DomainKey))
            return $"{address} lies outside {domain.Name}: only addresses at {string.Join(", ", domain.Names)} count for its entries";
        LdapFilter filter = new LdapFilter.Or([.. domain.Names.Select(n => EntryFinder.HasAddress(session.Names, $"{address.LocalKey}@{n}"))]);
        Administered<List<LdapEntry>> found = await session.SearchAsync(domain.UserBase, LdapScope.Subtree, filter, cancellationToken, "1.1");
        return found.Value?.FirstOrDefault(e => !e.Dn.Equals(own)) is { } holder ? $"{address} is already an address of {holder.Dn}" : null;
    }
}
