using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>A table in the making: the indexes of the newest snapshot, changed by one task only, until <see cref="Freeze"/> makes the next snapshot of them.</summary>
internal sealed class Draft
{
    /// <summary>Of many entries that claim one thing so many are named: the list must not grow with the square of their number.</summary>
    public const int MostNamed = 5;

    private readonly object _owner = new();

    public Draft(TableState state, TableSettings settings)
    {
        Settings = settings;
        Domains = state.Domains;
        Entries = state.Entries;
        Dns = state.Dns;
        Homeless = state.Homeless;
        Names = state.Names;
        Bases = state.Bases.ToBuilder();
        VirtualAddresses = state.VirtualAddresses.ToBuilder();
        Nodes = state.Nodes.ToBuilder();
        NodesBelow = state.NodesBelow.ToBuilder();
        Former = state.Former.ToBuilder();
        NotAdopted = state.NotAdopted.ToBuilder();
        Aliases = state.Aliases.ToBuilder();
        Problems = state.Problems.ToBuilder();
        Conflicts = state.Conflicts.ToBuilder();
        HeldDomains = state.HeldDomains;
        HeldPeople = state.HeldPeople.ToBuilder();
        Users = state.Users;
        BasesNamedByUid = state.BasesNamedByUid;
    }

    public TableSettings Settings { get; }
    public HashTrie<EntryId, DomainRow, ByDomainId> Domains { get; private set; }
    public HashTrie<EntryId, Row, ById> Entries { get; private set; }
    public HashTrie<string, Row, ByDn> Dns { get; private set; }
    public HashTrie<EntryId, Row, ById> Homeless { get; private set; }
    public HashTrie<string, NameClaim, ByName> Names { get; private set; }
    public ImmutableDictionary<string, ImmutableArray<EntryId>>.Builder Bases { get; }
    public ImmutableDictionary<IPAddress, ImmutableArray<AddressClaim>>.Builder VirtualAddresses { get; }
    public ImmutableDictionary<string, EntryId>.Builder Nodes { get; }
    public ImmutableDictionary<string, int>.Builder NodesBelow { get; }
    public ImmutableDictionary<(string Name, bool IsGroup), EntryId>.Builder Former { get; }
    public ImmutableDictionary<EntryId, EntryId>.Builder NotAdopted { get; }
    public ImmutableDictionary<string, ImmutableArray<EntryId>>.Builder Aliases { get; }
    public ImmutableDictionary<EntryId, ImmutableArray<DirectoryProblem>>.Builder Problems { get; }
    public ImmutableDictionary<string, ImmutableArray<DirectoryProblem>>.Builder Conflicts { get; }
    public ImmutableHashSet<EntryId> HeldDomains { get; private set; }
    public ImmutableDictionary<EntryId, ImmutableHashSet<EntryId>>.Builder HeldPeople { get; }
    public int Users { get; private set; }
    public int BasesNamedByUid { get; set; }

    /// <summary>Domains that came out different.</summary>
    public HashSet<EntryId> TouchedDomains { get; } = [];

    /// <summary>Entries that came out different; null: not noted, for before the first load nobody has seen any.</summary>
    public HashSet<EntryId>? TouchedEntries { get; init; } = [];

    public TableState Freeze() => new()
    {
        Domains = Domains,
        Entries = Entries,
        Dns = Dns,
        Homeless = Homeless,
        Names = Names,
        Bases = Bases.ToImmutable(),
        VirtualAddresses = VirtualAddresses.ToImmutable(),
        Nodes = Nodes.ToImmutable(),
        NodesBelow = NodesBelow.ToImmutable(),
        Former = Former.ToImmutable(),
        NotAdopted = NotAdopted.ToImmutable(),
        Aliases = Aliases.ToImmutable(),
        Problems = Problems.ToImmutable(),
        Conflicts = Conflicts.ToImmutable(),
        HeldDomains = HeldDomains,
        HeldPeople = HeldPeople.ToImmutable(),
        Users = Users,
        BasesNamedByUid = BasesNamedByUid,
    };

    /// <summary>The draft's own copy of a domain, to be changed.</summary>
    public DomainRow? Writable(EntryId domain)
    {
        if (Domains.Find(domain) is not { } row)
            return null;
        DomainRow own = row.CopyFor(_owner);
        if (ReferenceEquals(own, row))
            return own;
        Domains = Domains.With(own, _owner);
        foreach (string name in own.Facts.Domain.Names)
            if (ReferenceEquals(Names.Find(name)?.Sole, row))
                SetName(name, [domain]);
        return own;
    }

    public DomainRow AddDomain(DomainFacts facts)
    {
        var row = new DomainRow(facts, _owner);
        Domains = Domains.With(row, _owner);
        return row;
    }

    public void RemoveDomain(EntryId id) => Domains = Domains.Without(id, _owner);

    /// <summary>Into the indexes by id and by name; in the place of an earlier form of the same entry.</summary>
    public void Keep(Row row)
    {
        int before = Entries.Count;
        Entries = Entries.With(row, _owner);
        if (row is UserRow && Entries.Count > before)
            Users++;
        if (row is not UserRow { User.Name.IsByUid: true })
            Dns = Dns.With(row, _owner);
    }

    /// <summary>Users named by their uid, none of whom is there yet.</summary>
    public void KeepNew(Row[] users)
    {
        var again = new List<Row>();
        Entries = Entries.WithAll(users, _owner, again);
        Users += users.Length;
        if (again.Count > 0)
            throw new InvalidOperationException($"{again[0].Id} is there already");
    }

    public void Forget(Row row)
    {
        if (row is UserRow)
            Users--;
        Entries = Entries.Without(row.Id, _owner);
        if (row is not UserRow { User.Name.IsByUid: true } && Dns.Find(row.DnKey)?.Id == row.Id)
            Dns = Dns.Without(row.DnKey, _owner);
        Problems.Remove(row.Id);
    }

    /// <summary>Who claims a domain's name; nobody: it is free.</summary>
    public void SetName(string name, ImmutableArray<EntryId> holders) =>
        Names = holders.IsEmpty ? Names.Without(name, _owner) : Names.With(NameClaim.Of(name, holders, holders is [var sole] ? Domains.Find(sole) : null), _owner);

    public void SetBase(string baseKey, ImmutableArray<EntryId> holders)
    {
        if (holders.IsEmpty)
            Bases.Remove(baseKey);
        else
            Bases[baseKey] = holders;
    }

    public void AddHomeless(Row row) => Homeless = Homeless.With(row, _owner);

    public void RemoveHomeless(EntryId id) => Homeless = Homeless.Without(id, _owner);

    /// <summary>An address at any name of the domain is one address, claimed once or twice.</summary>
    public void AddMember(DomainRow domain, Row row)
    {
        foreach (MailAddress address in row.Addresses)
            domain.Addresses = Claimed(domain, domain.Addresses, address.LocalKey, row, Settings.Attributes.Mail);
        if (ByUid.OwnKey(row) is { } uid)
            domain.Uids = Claimed(domain, domain.Uids, uid, row, Settings.Attributes.Uid);
        else
            domain.WithoutUid = domain.WithoutUid.With(row, _owner);
    }

    /// <summary>The same of many who are new, by the indexes and not one by one.</summary>
    public void AddMembers(DomainRow domain, ReadOnlySpan<Row> rows)
    {
        int addresses = 0, uids = 0;
        foreach (Row row in rows)
            (addresses, uids) = (addresses + row.Addresses.Length, uids + (ByUid.OwnKey(row) is null ? 0 : 1));
        Claim[] byAddress = new Claim[addresses], byUid = new Claim[uids];
        foreach (Row row in rows)
        {
            foreach (MailAddress address in row.Addresses)
                byAddress[^addresses--] = Claim.Of<ByAddress>(address.LocalKey, row);
            if (ByUid.OwnKey(row) is not null)
                byUid[^uids--] = row;
            else
                domain.WithoutUid = domain.WithoutUid.With(row, _owner);
        }
        domain.Addresses = AllClaimed(domain, domain.Addresses, byAddress, Settings.Attributes.Mail);
        domain.Uids = AllClaimed(domain, domain.Uids, byUid, Settings.Attributes.Uid);
    }

    public void RemoveMember(DomainRow domain, Row row)
    {
        foreach (MailAddress address in row.Addresses)
            domain.Addresses = Released(domain, domain.Addresses, address.LocalKey, row, Settings.Attributes.Mail);
        if (ByUid.OwnKey(row) is { } uid)
            domain.Uids = Released(domain, domain.Uids, uid, row, Settings.Attributes.Uid);
        else
            domain.WithoutUid = domain.WithoutUid.Without(row.Id, _owner);
    }

    public void HoldDomain(EntryId id) => HeldDomains = HeldDomains.Add(id);

    public void HoldPeople(EntryId home, IReadOnlyCollection<EntryId> ids)
    {
        if (ids.Count > 0)
            HeldPeople[home] = HeldPeople.GetValueOrDefault(home, []).Union(ids);
    }

    public bool IsHeld(Row row) => HeldPeople.TryGetValue(row.Home ?? default, out ImmutableHashSet<EntryId>? held) && held.Contains(row.Id);

    public bool HoldsAny => HeldDomains.Count + HeldPeople.Count > 0;

    /// <summary>False when it was not held.</summary>
    public bool Release(EntryId domain)
    {
        ImmutableHashSet<EntryId> before = HeldDomains;
        HeldDomains = HeldDomains.Remove(domain);
        return !ReferenceEquals(before, HeldDomains);
    }

    /// <summary>False when it was not held.</summary>
    public bool Release(EntryId id, EntryId? home)
    {
        if (!HeldPeople.TryGetValue(home ?? default, out ImmutableHashSet<EntryId>? held) || !held.Contains(id))
            return false;
        held = held.Remove(id);
        if (held.IsEmpty)
            HeldPeople.Remove(home ?? default);
        else
            HeldPeople[home ?? default] = held;
        return true;
    }

    /// <summary>On any thread.</summary>
    public void SetProblems(EntryId id, ImmutableArray<DirectoryProblem> problems)
    {
        lock (Problems)
            if (!problems.IsEmpty)
                Problems[id] = problems;
            else if (Problems.Count > 0)
                Problems.Remove(id);
    }

    /// <summary>On any thread.</summary>
    public void SetConflict(string what, ImmutableArray<DirectoryProblem> problems)
    {
        lock (Conflicts)
            if (problems.IsEmpty)
                Conflicts.Remove(what);
            else
                Conflicts[what] = problems;
    }

    private HashTrie<string, Claim, TClaims> Claimed<TClaims>(DomainRow domain, HashTrie<string, Claim, TClaims> claims, string key, Row row, string attribute) where TClaims : IClaims
    {
        if (TClaims.OwnKey(row) == key && claims.TryAdd(row, _owner, out HashTrie<string, Claim, TClaims> with))
            return with;
        ImmutableArray<Row> holders = claims.Find(key) is { } before ? Without(before.Holders, row).Add(row) : [row];
        TellClaim(domain, key, holders, attribute);
        return claims.With(Claim.Of<TClaims>(key, holders), _owner);
    }

    /// <param name="news">Of one entry each.</param>
    private HashTrie<string, Claim, TClaims> AllClaimed<TClaims>(DomainRow domain, HashTrie<string, Claim, TClaims> claims, Claim[] news, string attribute) where TClaims : IClaims
    {
        var again = new List<Claim>();
        claims = claims.WithAll(news, _owner, again);
        foreach (Claim claim in again)
            claims = Claimed(domain, claims, TClaims.KeyOf(claim), claim.Holders[0], attribute);
        return claims;
    }

    private HashTrie<string, Claim, TClaims> Released<TClaims>(DomainRow domain, HashTrie<string, Claim, TClaims> claims, string key, Row row, string attribute) where TClaims : IClaims
    {
        if (claims.Find(key) is not { } claim)
            return claims;
        ImmutableArray<Row> rest = Without(claim.Holders, row);
        TellClaim(domain, key, rest, attribute, claim.Holders.Length);
        return rest.IsEmpty ? claims.Without(key, _owner) : claims.With(Claim.Of<TClaims>(key, rest), _owner);
    }

    private static ImmutableArray<Row> Without(ImmutableArray<Row> holders, Row row) => holders.RemoveAll(r => r.Id == row.Id);

    /// <summary>Which ones, and in which order, does not depend on who came first. Chosen by id: to make the names of all would cost too much when there are many.</summary>
    private static Row[] Named(ImmutableArray<Row> holders)
    {
        IEnumerable<Row> some = holders.Length <= MostNamed ? holders : holders.OrderBy(r => r.Id.Value).Take(MostNamed);
        return [.. some.OrderBy(r => r.DnKey, StringComparer.Ordinal)];
    }

    private void TellClaim(DomainRow domain, string key, ImmutableArray<Row> holders, string attribute, int before = 1)
    {
        if (holders.Length < 2 && before < 2)
            return;
        Row[] named = Named(holders);
        string others = string.Join(" and ", named.Select(r => r.Dn)) + (named.Length < holders.Length ? " and more" : "");
        ImmutableArray<DirectoryProblem> problems = holders.Length < 2
            ? []
            : [.. named.Select(r => new DirectoryProblem(r.Dn, attribute, $"'{key}' of {domain.Domain.Name} is claimed by {others}: none of them has it"))];
        SetConflict($"{attribute} {domain.Id} {key}", problems);
    }
}
