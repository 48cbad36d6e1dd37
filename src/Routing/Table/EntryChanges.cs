using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>Puts users and groups into the draft: finds the domain each lies in and keeps only what it may have there (SCHEMA 4.5, 4.6).</summary>
internal sealed class EntryChanges(Draft draft, AddressClaims claims)
{
    /// <param name="row">As its entry says, not settled.</param>
    public void Put(Row row)
    {
        Row? old = draft.Entries.Find(row.Id);
        if (old is not null)
        {
            LeaveDomain(old);
            draft.Forget(old);
        }
        draft.Keep(row);
        Settle(row);
        ReleaseDropped(old);
    }

    public void Remove(EntryId id)
    {
        if (draft.Entries.Find(id) is not { } row)
            return;
        LeaveDomain(row);
        draft.Forget(row);
        draft.TouchedEntries.Add(id);
        ReleaseDropped(row);
    }

    /// <summary>Finds its domain, and what it may have there, anew.</summary>
    public void Resettle(Row row)
    {
        LeaveDomain(row);
        Settle(row);
        ReleaseDropped(row);
    }

    private void LeaveDomain(Row row)
    {
        draft.RemoveHomeless(row.Id);
        if (row.Home is { } home && draft.Writable(home) is { } domain)
            draft.RemoveMember(domain, row);
    }

    /// <summary>Addresses are given up last, so that an entry which keeps one also keeps its place among the claims.</summary>
    private void ReleaseDropped(Row? old)
    {
        if (old is not UserRow { Home: not null } before)
            return;
        ImmutableArray<IPAddress> kept = draft.Entries.Find(old.Id) is UserRow { Home: not null } now ? now.All.VirtualAddresses : [];
        claims.Release(before.All.VirtualAddresses.RemoveAll(kept.Contains), old.Id);
    }

    private void Settle(Row row)
    {
        draft.TouchedEntries.Add(row.Id);
        if (HomeOf(row.DnKey) is not { } home || draft.Writable(home) is not { } domain)
        {
            Row homeless = row is UserRow astray ? astray with { Home = null, User = astray.User with { Domain = default } } : row with { Home = null };
            draft.Keep(homeless);
            draft.AddHomeless(homeless);
            draft.SetProblems(row.Id, row.Problems);
            return;
        }
        List<DirectoryProblem> problems = [.. row.Problems];
        Row settled = row switch
        {
            UserRow user => InDomain(user, domain, problems),
            GroupRow group => InDomain(group, domain, problems),
            _ => row with { Home = home },
        };
        draft.Keep(settled);
        draft.AddMember(domain, settled);
        draft.SetProblems(row.Id, [.. problems]);
    }

    /// <summary>The domain whose user base is the nearest name above; null when two domains have that base.</summary>
    private EntryId? HomeOf(string dnKey)
    {
        for (string? key = dnKey; key is not null; key = DnKeys.Above(key))
            if (draft.Bases.TryGetValue(key, out ImmutableArray<EntryId> holders))
                return holders.Length == 1 ? holders[0] : null;
        return null;
    }

    private UserRow InDomain(UserRow row, DomainRow domain, List<DirectoryProblem> problems)
    {
        Declared declared = row.All;
        claims.Claim(declared.VirtualAddresses, new AddressClaim(row.Id, domain.Id, row.Dn, draft.Settings.Attributes.UserVirtualAddress), isDomain: false);
        ImmutableArray<MailAddress> addresses = Within(domain, declared.Addresses, row.Dn, problems);
        ImmutableArray<IPAddress> held = claims.Held(declared.VirtualAddresses, domain.Id);
        return row with
        {
            Home = domain.Id,
            User = row.User with { Domain = domain.Id, Addresses = addresses, VirtualAddresses = held },
            Declared = addresses.Length == declared.Addresses.Length && held.Length == declared.VirtualAddresses.Length ? null : declared,
        };
    }

    private GroupRow InDomain(GroupRow row, DomainRow domain, List<DirectoryProblem> problems)
    {
        Declared declared = row.All;
        ImmutableArray<MailAddress> addresses = Within(domain, declared.Addresses, row.Dn, problems);
        return row with
        {
            Home = domain.Id,
            Group = row.Group with { Domain = domain.Id, Addresses = addresses },
            Declared = addresses.Length == declared.Addresses.Length ? null : declared,
        };
    }

    private ImmutableArray<MailAddress> Within(DomainRow domain, ImmutableArray<MailAddress> addresses, string dn, List<DirectoryProblem> problems)
    {
        foreach (MailAddress address in addresses)
            if (!domain.Domain.Names.Contains(address.DomainKey))
                problems.Add(new(dn, draft.Settings.Attributes.Mail, $"'{address}' lies outside the entry's domain {domain.Domain.Name}: ignored"));
            else if (address.NeedsUtf8)
                problems.Add(new(dn, draft.Settings.Attributes.Mail, $"'{address}' has more than ASCII before the @: ignored"));
        return addresses.RemoveAll(a => a.NeedsUtf8 || !domain.Domain.Names.Contains(a.DomainKey));
    }
}
