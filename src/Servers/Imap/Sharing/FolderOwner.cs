using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Servers.Imap.Sharing;

/// <summary>
/// Somebody else whose mailboxes a user may reach: a user or a group of the same domain, as long as the entry is active, and has not taken the place of another whose folders wait. Nobody reaches over the domain's border, whatever an access list says.
/// </summary>
/// <param name="Prefix">What the names of its mailboxes begin with here.</param>
/// <param name="Base">What they begin with in its own account: nothing for a user; a group has one tree, under INBOX.</param>
/// <param name="IsManaged">The user administers it: nothing is refused.</param>
internal sealed record FolderOwner(EntryId Id, string Prefix, string Base, bool IsManaged, Quota Quota)
{
    /// <summary>Whose name it is; null: nobody's that this user can reach.</summary>
    public static FolderOwner? Named(RoutingTable table, MailUser user, string name)
    {
        if (name.Split('/') is not [var root, { Length: > 0 } who, ..] || table.FindDomain(user.Domain) is not { } domain)
            return null;
        EntryId? owner = root switch
        {
            Namespaces.Users => table.FindUser(domain, who)?.Id,
            Namespaces.Groups when MailAddress.TryParse($"{who}@{domain.Name}", out MailAddress address) => table.FindGroup(domain, address)?.Id,
            _ => null,
        };
        // the one name under which it is listed
        return owner is { } id && Of(table, user, id) is { } found && Namespaces.IsWithin(name, found.Prefix) ? found : null;
    }

    public static FolderOwner? Of(RoutingTable table, MailUser user, EntryId owner)
    {
        if (owner == user.Id || table.NotAdopted.ContainsKey(owner) || table.HomeOf(owner) != user.Domain || table.FindDomain(user.Domain) is not { Status.Status: MailStatus.Active or MailStatus.Overquota } domain)
            return null;
        if (table.FindUser(owner) is { Status.Status: MailStatus.Active or MailStatus.Overquota } other && IsLevel(other.Uid))
            return new(owner, $"{Namespaces.Users}/{other.Uid}", "", table.CirclesOf(user).Managed.Contains(owner), Local.Quota(other, domain));
        if (table.FindGroup(owner) is { Status.Status: MailStatus.Active } group && IsLevel(group.LocalName))
            return new(owner, $"{Namespaces.Groups}/{group.LocalName}", "INBOX", table.CirclesOf(user).Managed.Contains(owner), Local.Quota(domain));
        return null;
    }

    /// <summary>As the owner knows the mailbox; "" for what is no mailbox's name.</summary>
    public string ToOwn(string name)
    {
        string below = name[Prefix.Length..];
        return Base.Length > 0 ? Base + below : below.TrimStart('/');
    }

    /// <summary>Null: not in the tree that is shown.</summary>
    public string? ToShown(string own) =>
        Base.Length == 0 ? $"{Prefix}/{own}" : Namespaces.IsWithin(own, Base) ? Prefix + own[Base.Length..] : null;

    private static bool IsLevel(string name) => name.Length > 0 && !name.AsSpan().ContainsAny('/', '*', '%');
}
