using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;
using DirMail.Routing.Entries;

namespace DirMail.Routing.Table;

/// <summary>Puts users and groups into the draft: finds the domain each lies in and keeps only what it may have there (SCHEMA 4.5, 4.6).</summary>
internal sealed class EntryChanges(Draft draft, AddressClaims claims, Adoptions adoptions)
{
    public Homes Homes { get; } = new(draft);

    /// <summary>Of many addresses that do not hold so many are told.</summary>
    private const int MostTold = 5;

    /// <param name="row">As its entry says, not settled.</param>
    public void Put(Row row) => Put(row, isNew: false);

    /// <summary>The same of a row that was never in a table: it is settled itself, not a copy.</summary>
    public void PutNew(Row row) => Put(row, isNew: true);

    private void Put(Row row, bool isNew)
    {
        Row? old = draft.Entries.Find(row.Id);
        if (old is not null)
        {
            LeaveDomain(old);
            draft.Forget(old);
        }
        adoptions.Left(old, Settle(row, isNew));
        ReleaseDropped(old);
    }

    public void Remove(EntryId id)
    {
        if (draft.Entries.Find(id) is not { } row)
            return;
        LeaveDomain(row);
        draft.Forget(row);
        draft.TouchedEntries?.Add(id);
        adoptions.Left(row, null);
        ReleaseDropped(row);
    }

    /// <summary>Finds its domain, and what it may have there, anew.</summary>
    public void Resettle(Row row)
    {
        LeaveDomain(row);
        adoptions.Left(row, Settle(row, isNew: false));
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
        if (old is not UserRow { Home: not null } before || before.All.VirtualAddresses is not { IsEmpty: false } had)
            return;
        ImmutableArray<IPAddress> kept = draft.Entries.Find(old.Id) is UserRow { Home: not null } now ? now.All.VirtualAddresses : [];
        claims.Release(had.RemoveAll(kept.Contains), old.Id);
    }

    private Row Settle(Row row, bool isNew)
    {
        draft.TouchedEntries?.Add(row.Id);
        DomainRow? domain = HomeOf(row);
        ImmutableArray<DirectoryProblem> problems = row.Declared?.Problems ?? [];
        Row settled = domain is null ? Nowhere(row) : InDomain(row, domain, isNew, ref problems);
        draft.SetProblems(row.Id, problems);
        if (domain is null)
            draft.AddHomeless(settled);
        else
            draft.AddMember(domain, settled);
        if (domain is not null && settled is UserRow or GroupRow)
            adoptions.Enter(settled, domain);
        draft.Keep(settled);
        return settled;
    }

    /// <summary>The domain it lies in now, to be changed; null: none.</summary>
    public DomainRow? HomeOf(Row row) => Homes.Of(row) is { } id ? draft.Writable(id) : null;

    /// <summary>Users who are new and list no virtual address, into the domain's indexes and no others: those of different domains on different threads.</summary>
    /// <param name="rows">Become what is in force.</param>
    public void SettleAllIn(DomainRow domain, Span<Row> rows)
    {
        foreach (ref Row row in rows)
        {
            ImmutableArray<DirectoryProblem> problems = [];
            UserRow settled = InDomain((UserRow)row, domain, isNew: true, ref problems);
            if (!problems.IsEmpty)
                draft.SetProblems(settled.Id, problems);
            adoptions.Enter(settled, domain);
            row = settled;
        }
        draft.AddMembers(domain, rows);
    }

    private static Row Nowhere(Row row) => row switch
    {
        UserRow { Home: not null } user => user with { User = user.User with { Domain = default } },
        GroupRow { Home: not null } group => group with { Group = group.Group with { Domain = default } },
        PeopleRow { Home: not null } people => people with { Domain = null },
        _ => row,
    };

    private Row InDomain(Row row, DomainRow domain, bool isNew, ref ImmutableArray<DirectoryProblem> problems) => row switch
    {
        UserRow user => InDomain(user, domain, isNew, ref problems),
        GroupRow group => InDomain(group, domain, ref problems),
        PeopleRow people => people with { Domain = domain.Id },
        _ => throw new InvalidOperationException($"{row.GetType().Name} in a domain"),
    };

    private UserRow InDomain(UserRow row, DomainRow domain, bool isNew, ref ImmutableArray<DirectoryProblem> problems)
    {
        if (row is { Declared: null, User: { VirtualAddresses.IsEmpty: true } user } && AreAllWithin(domain.Domain.Names, user.Addresses))
        {
            if (!isNew)
                return row with { User = user with { Domain = domain.Id } };
            user.EnterDomain(domain.Id);
            return row;
        }
        Declared declared = row.All;
        ImmutableArray<MailAddress> addresses = Within(domain, declared.Addresses, row, ref problems);
        ImmutableArray<IPAddress> held = Held(row, declared.VirtualAddresses, domain);
        MailUserSettings own = row.User.Settings;
        if (!held.SequenceEqual(own.VirtualAddresses))
            own = own with { VirtualAddresses = held };
        return row with
        {
            User = row.User with { Domain = domain.Id, Addresses = addresses, Settings = own },
            Declared = IsAll(declared, addresses) && held.Length == declared.VirtualAddresses.Length ? null : declared,
        };
    }

    private GroupRow InDomain(GroupRow row, DomainRow domain, ref ImmutableArray<DirectoryProblem> problems)
    {
        Declared declared = row.All;
        ImmutableArray<MailAddress> addresses = Within(domain, declared.Addresses, row, ref problems);
        problems = problems.AddRange(Reaching(row.Group, domain));
        return row with { Group = row.Group with { Domain = domain.Id, Addresses = addresses }, Declared = IsAll(declared, addresses) ? null : declared };
    }

    /// <summary>A group finds members and posters in its own domain only (SCHEMA 4.6).</summary>
    private IEnumerable<DirectoryProblem> Reaching(MailGroup group, DomainRow domain)
    {
        AttributeNames names = draft.Settings.Attributes;
        IEnumerable<(string Attribute, MemberSearch Search)> searches = group.MemberSearches.Select(s => (names.MemberUrl, s));
        if (group.ErrorsToSearch is { } errors)
            searches = searches.Append((names.ErrorsTo, errors));
        if (group.Posting is { } rules)
            searches = [.. searches, .. Searches(names.AllowedBroadcaster, rules.Allowed ?? []), .. Searches(names.DisallowedBroadcaster, rules.Disallowed), .. Searches(names.Moderator, rules.Moderators)];
        return searches.Where(s => !DnKeys.IsWithin(s.Search.BaseKey, domain.Facts.BaseKey) && !DnKeys.IsWithin(s.Search.BaseKey, domain.Facts.DnKey)).Take(MostTold)
            .Select(s => new DirectoryProblem(group.Dn, s.Attribute, $"'{EntryValues.Shown(s.Search.Text)}' reaches outside the group's domain {domain.Domain.Name}: only entries of that domain count"));
    }

    private static IEnumerable<(string, MemberSearch)> Searches(string attribute, ImmutableArray<Posters> posters) =>
        posters.Where(static p => p.Search is not null).Select(p => (attribute, p.Search!));

    private static bool IsAll(Declared declared, ImmutableArray<MailAddress> addresses) => declared.Problems.IsEmpty && addresses.Length == declared.Addresses.Length;

    private ImmutableArray<IPAddress> Held(UserRow row, ImmutableArray<IPAddress> declared, DomainRow domain)
    {
        if (declared.IsEmpty)
            return declared;
        claims.Claim(declared, new AddressClaim(row.Id, domain.Id, row.Dn, draft.Settings.Attributes.UserVirtualAddress), isDomain: false);
        return claims.Held(declared, domain.Id);
    }

    private ImmutableArray<MailAddress> Within(DomainRow domain, ImmutableArray<MailAddress> addresses, Row row, ref ImmutableArray<DirectoryProblem> problems)
    {
        ImmutableArray<string> names = domain.Domain.Names;
        if (AreAllWithin(names, addresses))
            return addresses;
        MailAddress[] outside = [.. addresses.Where(a => a.NeedsUtf8 || !names.Contains(a.DomainKey))];
        problems = problems.AddRange(outside.Take(MostTold).Select(a => new DirectoryProblem(row.Dn, draft.Settings.Attributes.Mail,
            $"'{EntryValues.Shown(a.ToString())}' {(names.Contains(a.DomainKey) ? "has more than ASCII before the @" : $"lies outside the entry's domain {domain.Domain.Name}")}: ignored")));
        return addresses.RemoveAll(a => a.NeedsUtf8 || !names.Contains(a.DomainKey));
    }

    private static bool AreAllWithin(ImmutableArray<string> names, ImmutableArray<MailAddress> addresses)
    {
        foreach (MailAddress address in addresses)
            if (address.NeedsUtf8 || !names.Contains(address.DomainKey))
                return false;
        return true;
    }
}
