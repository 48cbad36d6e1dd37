using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// Tells a user who comes under the name of one that is gone (a reloaded LDIF, or another person): the mailbox belongs to the entry, not to its name, so the newcomer's mail
/// waits until somebody says whether the old mailbox is meant (`dirmail account adopt`). Groups are told apart in the same way, for their shared folders; a user is never the successor
/// of a group. Who is moved or renamed stays the same entry and needs nothing.
/// </summary>
internal sealed class Adoptions(Draft draft, TableState before)
{
    public static string NameOf(VirtualDomain domain, string name) => name.ToLowerInvariant() + "@" + domain.Name;

    /// <summary>The user or group is in a domain now.</summary>
    public void Enter(Row row, DomainRow domain)
    {
        if (draft.NotAdopted.Count > 0)
            draft.NotAdopted.Remove(row.Id);
        if (draft.Former.Count == 0 || NameOf(row, domain.Domain) is not { } name || !draft.Former.TryGetValue(name, out EntryId former))
            return;
        if (former == row.Id || draft.Entries.Find(former) is { Home: not null })
            draft.Former.Remove(name);
        else
            draft.NotAdopted[row.Id] = former;
    }

    /// <param name="old">As it was.</param>
    /// <param name="now">As it is, settled; null: it is gone.</param>
    public void Left(Row? old, Row? now)
    {
        if (old is not (UserRow or GroupRow) || now?.Home is not null)
            return;
        draft.NotAdopted.Remove(old.Id);
        // what came and went while this table is made was never in force
        if (before.Entries.Find(old.Id) is not { Home: { } home } row || before.Domains.Find(home) is not { } was || NameOf(row, was.Domain) is not { } name)
            return;
        // a newcomer who goes again leaves the place to the first owner
        if (!before.NotAdopted.ContainsKey(old.Id))
            draft.Former[name] = old.Id;
        if (!draft.Former.TryGetValue(name, out EntryId former) || draft.Domains.Find(home) is not { } domain)
            return;
        foreach (Row holder in Holders(domain, row is GroupRow, LocalNameOf(row)))
            if (holder.Id != old.Id && before.Entries.Find(holder.Id) is null)
                Block(holder.Id, former);
    }

    /// <summary>At the end: a former owner who has only moved meanwhile leaves the name free.</summary>
    public void Review()
    {
        foreach ((EntryId owner, EntryId former) in draft.NotAdopted.ToArray())
            if (draft.Entries.Find(former) is { Home: not null })
                Settle(owner);
    }

    /// <summary>At start: an account with mail whose entry is not in the directory any more.</summary>
    public void Seed(FormerAccount account)
    {
        int at = account.Name.LastIndexOf('@');
        if (at < 1 || draft.Entries.Find(account.Entry) is not null)
            return;
        draft.Former[(account.Name, account.IsGroup)] = account.Entry;
        if (draft.Names.Find(account.Name[(at + 1)..])?.Sole is { } domain && Holders(domain, account.IsGroup, account.Name[..at]) is [var owner])
            Block(owner.Id, account.Entry);
    }

    /// <summary>The user or group may have its mail: the old mailbox was given to it, or set aside.</summary>
    public void Settle(EntryId owner)
    {
        if (!draft.NotAdopted.TryGetValue(owner, out EntryId former))
            return;
        draft.NotAdopted.Remove(owner);
        draft.TouchedEntries?.Add(owner);
        if (draft.Entries.Find(owner) is { Home: { } home } row && draft.Domains.Find(home) is { } domain && NameOf(row, domain.Domain) is { } name
            && draft.Former.TryGetValue(name, out EntryId noted) && noted == former)
            draft.Former.Remove(name);
    }

    private void Block(EntryId owner, EntryId former)
    {
        draft.NotAdopted[owner] = former;
        draft.TouchedEntries?.Add(owner);
    }

    /// <summary>Null: nobody can have an account under that.</summary>
    private static (string Name, bool IsGroup)? NameOf(Row row, VirtualDomain domain) => LocalNameOf(row) is { Length: > 0 } local ? (NameOf(domain, local), row is GroupRow) : null;

    private static string LocalNameOf(Row row) => row switch
    {
        UserRow user => user.User.Uid,
        GroupRow group => group.Group.LocalName,
        _ => "",
    };

    /// <summary>Who claims the name: users by uid, groups by their first address.</summary>
    private static List<Row> Holders(DomainRow domain, bool isGroup, string local)
    {
        Claim? claim = isGroup ? domain.Addresses.Find(local.ToLowerInvariant()) : domain.Uids.Find(local.ToLowerInvariant());
        return [.. (claim?.Holders ?? []).Where(holder => isGroup ? holder is GroupRow group && group.Group.LocalName == local : holder is UserRow)];
    }
}
