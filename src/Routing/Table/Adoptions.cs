using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// Tells a user who comes under the name of one that is gone (a reloaded LDIF, or another person): the mailbox belongs to the entry, not to its name, so the newcomer's mail
/// waits until somebody says whether the old mailbox is meant (`dirmail account adopt`). Who is moved or renamed stays the same entry and needs nothing.
/// </summary>
internal sealed class Adoptions(Draft draft, TableState before)
{
    public static string NameOf(VirtualDomain domain, string uid) => uid.ToLowerInvariant() + "@" + domain.Name;

    /// <summary>The user is in a domain now.</summary>
    public void Enter(UserRow row, DomainRow domain)
    {
        if (draft.NotAdopted.Count > 0)
            draft.NotAdopted.Remove(row.Id);
        if (draft.Former.Count == 0 || row.User.Uid.Length == 0 || !draft.Former.TryGetValue(NameOf(domain.Domain, row.User.Uid), out EntryId former))
            return;
        if (former == row.Id || draft.Entries.Find(former) is UserRow { Home: not null })
            draft.Former.Remove(NameOf(domain.Domain, row.User.Uid));
        else
            draft.NotAdopted[row.Id] = former;
    }

    /// <param name="old">As it was.</param>
    /// <param name="now">As it is, settled; null: it is gone.</param>
    public void Left(Row? old, Row? now)
    {
        if (old is not UserRow || now?.Home is not null)
            return;
        draft.NotAdopted.Remove(old.Id);
        // what came and went while this table is made was never in force
        if (before.Entries.Find(old.Id) is not UserRow { Home: { } home, User.Uid: { Length: > 0 } uid } || before.Domains.Find(home) is not { } was)
            return;
        string name = NameOf(was.Domain, uid);
        // a newcomer who goes again leaves the place to the first owner
        if (!before.NotAdopted.ContainsKey(old.Id))
            draft.Former[name] = old.Id;
        if (!draft.Former.TryGetValue(name, out EntryId former) || draft.Domains.Find(home) is not { } domain)
            return;
        foreach (Row holder in domain.Uids.Find(uid.ToLowerInvariant())?.Holders ?? [])
            if (holder.Id != old.Id && before.Entries.Find(holder.Id) is null)
                Block(holder.Id, former);
    }

    /// <summary>At the end: a former user who has only moved meanwhile leaves the name free.</summary>
    public void Review()
    {
        foreach ((EntryId user, EntryId former) in draft.NotAdopted.ToArray())
            if (draft.Entries.Find(former) is UserRow { Home: not null })
                Settle(user);
    }

    /// <summary>At start: an account with mail whose entry is not in the directory any more.</summary>
    public void Seed(FormerAccount account)
    {
        int at = account.Name.LastIndexOf('@');
        if (at < 1 || draft.Entries.Find(account.Entry) is not null)
            return;
        draft.Former[account.Name] = account.Entry;
        if (draft.Names.Find(account.Name[(at + 1)..]) is { Holders: [var id] } && draft.Domains.Find(id)?.Uids.Find(account.Name[..at])?.Sole is UserRow user)
            Block(user.Id, account.Entry);
    }

    /// <summary>The user may have its mail: the old mailbox was given to it, or set aside.</summary>
    public void Settle(EntryId user)
    {
        if (!draft.NotAdopted.TryGetValue(user, out EntryId former))
            return;
        draft.NotAdopted.Remove(user);
        draft.TouchedEntries?.Add(user);
        if (draft.Entries.Find(user) is UserRow { Home: { } home } row && draft.Domains.Find(home) is { } domain
            && draft.Former.TryGetValue(NameOf(domain.Domain, row.User.Uid), out EntryId noted) && noted == former)
            draft.Former.Remove(NameOf(domain.Domain, row.User.Uid));
    }

    private void Block(EntryId user, EntryId former)
    {
        draft.NotAdopted[user] = former;
        draft.TouchedEntries?.Add(user);
    }
}
