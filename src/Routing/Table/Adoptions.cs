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
        if (old is not UserRow { Home: { } home, User.Uid: { Length: > 0 } uid } || draft.Domains.Find(home) is not { } domain)
            return;
        if (now is UserRow { Home: { } newHome } moved && (newHome != home || !moved.User.Uid.Equals(uid, StringComparison.OrdinalIgnoreCase)))
            draft.NotAdopted.Remove(old.Id);
        if (now?.Home is not null)
            return;
        // a newcomer who goes again leaves the place to the first owner
        if (!before.NotAdopted.ContainsKey(old.Id))
            draft.Former[NameOf(domain.Domain, uid)] = old.Id;
        draft.NotAdopted.Remove(old.Id);
        foreach (Row holder in domain.Uids.Find(uid.ToLowerInvariant())?.Holders ?? [])
            if (holder.Id != old.Id && before.Entries.Find(holder.Id) is null)
                Block(holder.Id, draft.Former[NameOf(domain.Domain, uid)]);
    }

    /// <summary>At start: an account with mail whose entry is not in the directory any more.</summary>
    public void Seed(FormerAccount account)
    {
        int at = account.Name.LastIndexOf('@');
        if (at < 1 || draft.Entries.Find(account.Entry) is not null)
            return;
        draft.Former[account.Name] = account.Entry;
        if (draft.Names.TryGetValue(account.Name[(at + 1)..], out var holders) && holders is [var id] && draft.Domains.Find(id)?.Uids.Find(account.Name[..at])?.Sole is UserRow user)
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
