using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>
/// Who is meant by a name in an access list (RFC 4314 2): a user, by uid or by an address; a group, by an address; "anyone", who is everyone of the domain. Only who is of the mailbox's own domain can be named.
/// Lists keep entries, not names: who is renamed keeps what he has, and who comes under an old name has nothing.
/// </summary>
public static class Identifiers
{
    public const string Anyone = "anyone";

    /// <summary>Null: there is nobody of that name in the domain.</summary>
    public static EntryId? Find(RoutingTable table, VirtualDomain domain, string name)
    {
        if (name == Anyone)
            return domain.Id;
        if (!name.Contains('@', StringComparison.Ordinal))
            return table.FindUser(domain, name)?.Id;
        if (!MailAddress.TryParse(name, out MailAddress address) || !domain.Names.Contains(address.DomainKey))
            return null;
        return table.FindUser(domain, address)?.Id ?? table.FindGroup(domain, address)?.Id ?? table.FindUser(domain, address.LocalKey)?.Id;
    }

    /// <summary>A name that leads back to the entry; null: it is not in the domain any more, and what it was given has no effect.</summary>
    public static string? Of(RoutingTable table, VirtualDomain domain, EntryId subject)
    {
        if (subject == domain.Id)
            return Anyone;
        IEnumerable<MailAddress> addresses = table.FindUser(subject)?.Addresses ?? table.FindGroup(subject)?.Addresses ?? [];
        return addresses.Select(static address => address.Key).Prepend(table.NameOf(subject)).FirstOrDefault(name => name is not null && Find(table, domain, name) == subject);
    }
}
