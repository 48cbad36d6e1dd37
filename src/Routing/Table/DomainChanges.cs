using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// Puts domain nodes into the draft. A change of state or settings touches the one row; a change of names, base or nesting moves the people of the domain,
/// and costs as much as there are.
/// </summary>
internal sealed class DomainChanges(Draft draft, EntryChanges entries, AddressClaims claims)
{
    /// <summary>More often one node does not change sides in one table: bases that lie crosswise must not keep it busy.</summary>
    private const int MostTurns = 3;

    private readonly DomainAliases aliases = new(draft);
    private readonly Queue<string> _rebased = new();
    private readonly Dictionary<EntryId, int> _turns = [];

    /// <summary>In a reload people may come before their domain; who has none waits for the end, when all are looked at once.</summary>
    public bool DeferHomeless { get; set; }

    private AttributeNames Names => draft.Settings.Attributes;

    public void Put(DomainFacts facts)
    {
        facts = aliases.Named(facts);
        EntryId id = facts.Domain.Id;
        draft.TouchedDomains.Add(id);
        DomainRow? old = draft.Domains.Find(id);
        if (old is not null && old.Facts.DnKey == facts.DnKey && old.Facts.BaseKey == facts.BaseKey && old.Facts.Domain.Names.SequenceEqual(facts.Domain.Names))
        {
            Replace(draft.Writable(id)!, facts);
            return;
        }
        if (old is not null)
            Leave(draft.Writable(id)!);
        EnterNode(id, facts.DnKey);
        ClaimAliases(facts.DnKey);
        DomainRow row = draft.AddDomain(facts);
        Open(row);
        ReleaseDropped(old?.Facts.Domain.VirtualAddresses ?? [], row);
        ReopenBelow(facts.DnKey);
    }

    public void Remove(EntryId id)
    {
        if (draft.Writable(id) is not { } row)
            return;
        draft.TouchedDomains.Add(id);
        Leave(row);
        claims.Release(row.Facts.Domain.VirtualAddresses, id);
    }

    /// <summary>An alias, before its entry is put: takes the name of the earlier form back.</summary>
    public void LeaveAlias(EntryId id)
    {
        if (draft.Entries.Find(id) is not AliasRow alias)
            return;
        aliases.Remove(alias);
        SetNameClaim(alias.Name, alias.Id, holds: false, Names.AliasedName);
        Rename(alias.Target);
    }

    /// <summary>An alias, after its entry was put.</summary>
    public void EnterAlias(AliasRow alias)
    {
        aliases.Add(alias);
        ClaimAliases(alias.Target);
        Rename(alias.Target);
    }

    /// <summary>Domains that came to lie below another's user base, or no longer do.</summary>
    public void WorkOffBases()
    {
        while (_rebased.TryDequeue(out string? baseKey))
            foreach (DomainRow row in NodesBelow(baseKey))
                if (ShallBeIgnored(row) != row.IsIgnored && (_turns[row.Id] = _turns.GetValueOrDefault(row.Id) + 1) <= MostTurns)
                    Reopen(row);
                else
                    TellProblems(row);
    }

    /// <summary>Which of its virtual addresses it holds now.</summary>
    public void Refresh(EntryId id)
    {
        if (draft.Writable(id) is not { } row)
            return;
        draft.TouchedDomains.Add(id);
        row.Domain = row.Facts.Domain with { VirtualAddresses = row.IsIgnored ? [] : claims.Held(row.Facts.Domain.VirtualAddresses, id) };
    }

    private void Replace(DomainRow row, DomainFacts facts)
    {
        if (!row.IsIgnored)
            claims.Claim(facts.Domain.VirtualAddresses, ClaimOf(facts), isDomain: true);
        ImmutableArray<IPAddress> before = row.Facts.Domain.VirtualAddresses;
        row.Facts = facts;
        ReleaseDropped(before, row);
        Refresh(row.Id);
        TellProblems(row);
    }

    private void Leave(DomainRow row)
    {
        Close(row);
        LeaveNode(row.Id, row.Facts.DnKey);
        ClaimAliases(row.Facts.DnKey);
        draft.RemoveDomain(row.Id);
        draft.Problems.Remove(row.Id);
        ReopenBelow(row.Facts.DnKey);
    }

    /// <summary>Nodes below one that came or went: they count as domains only while none is above them.</summary>
    private void ReopenBelow(string dnKey)
    {
        foreach (DomainRow below in NodesBelow(dnKey))
            Reopen(below);
    }

    private void Reopen(DomainRow row)
    {
        DomainRow own = draft.Writable(row.Id)!;
        draft.TouchedDomains.Add(own.Id);
        Close(own);
        Open(own);
        ReleaseDropped(own.Facts.Domain.VirtualAddresses, own);
    }

    private void Rename(string target)
    {
        if (draft.Nodes.TryGetValue(target, out EntryId id) && draft.Domains.Find(id) is { } row)
            Put(row.Facts);
    }

    /// <summary>An alias of no domain keeps its name to itself, so that mail for it waits.</summary>
    private void ClaimAliases(string target)
    {
        foreach (AliasRow alias in aliases.Of(target))
            SetNameClaim(alias.Name, alias.Id, holds: !draft.Nodes.ContainsKey(target), Names.AliasedName);
    }

    /// <summary>Addresses are given up last, so that a domain which keeps one also keeps its place among the claims.</summary>
    private void ReleaseDropped(ImmutableArray<IPAddress> before, DomainRow now) =>
        claims.Release(now.IsIgnored ? before : before.RemoveAll(now.Facts.Domain.VirtualAddresses.Contains), now.Id);

    /// <summary>Claims names, base and addresses, and takes in who lies below.</summary>
    private void Open(DomainRow row)
    {
        DomainFacts facts = row.Facts;
        row.IsIgnored = ShallBeIgnored(row);
        if (!row.IsIgnored)
        {
            foreach (string name in facts.Domain.Names)
                SetNameClaim(name, row.Id, holds: true, Names.DomainNames);
            claims.Claim(facts.Domain.VirtualAddresses, ClaimOf(facts), isDomain: true);
            Rebase(row, holds: true);
        }
        Refresh(row.Id);
        TellProblems(row);
    }

    private void Close(DomainRow row)
    {
        if (row.IsIgnored)
            return;
        foreach (string name in row.Facts.Domain.Names)
            SetNameClaim(name, row.Id, holds: false, Names.DomainNames);
        Rebase(row, holds: false);
    }

    /// <summary>Claims or gives up the user base; everyone whose nearest base may have changed by that finds a home anew.</summary>
    private void Rebase(DomainRow row, bool holds)
    {
        string baseKey = row.Facts.BaseKey;
        Row[] moved = [.. Candidates(row, baseKey).Where(r => DnKeys.IsWithin(r.DnKey, baseKey))];
        bool wasThere = draft.Bases.ContainsKey(baseKey);
        ImmutableArray<EntryId> before = draft.Bases.GetValueOrDefault(baseKey, []), after = Claimed(before, row.Id, holds);
        draft.SetBase(baseKey, after);
        TellClaims(baseKey, before, after, Names.BaseDn);
        entries.Homes.BaseChanged(baseKey, wasThere);
        foreach (Row person in moved)
            entries.Resettle(person);
        if (baseKey != row.Facts.DnKey)
            _rebased.Enqueue(baseKey);
    }

    private IEnumerable<Row> Candidates(DomainRow row, string baseKey)
    {
        IEnumerable<Row> found = DeferHomeless ? row.Members : draft.Homeless.Items.Concat(row.Members);
        for (string? key = baseKey; key is not null; key = DnKeys.Above(key))
            if (draft.Bases.TryGetValue(key, out ImmutableArray<EntryId> holders))
                return holders.Where(id => id != row.Id).Aggregate(found, (all, id) => draft.Domains.Find(id) is { } domain ? all.Concat(domain.Members) : all);
        return found;
    }

    private void SetNameClaim(string name, EntryId id, bool holds, string attribute)
    {
        ImmutableArray<EntryId> before = draft.Names.Find(name)?.Holders ?? [], after = Claimed(before, id, holds);
        draft.SetName(name, after);
        TellClaims(name, before, after, attribute);
    }

    private static ImmutableArray<EntryId> Claimed(ImmutableArray<EntryId> before, EntryId id, bool holds) =>
        !holds ? before.Remove(id) : before.Contains(id) ? before : before.Add(id);

    private void TellClaims(string key, ImmutableArray<EntryId> before, ImmutableArray<EntryId> after, string attribute)
    {
        draft.TouchedDomains.UnionWith(before.Length > 1 || after.Length > 1 ? before.Union(after) : []);
        string[] claimants = [.. after.Take(Draft.MostNamed).Select(DnOf)];
        draft.SetConflict($"{attribute} {key}", claimants.Length < 2 ? [] : [.. claimants.Select(dn => new DirectoryProblem(dn, attribute,
            $"'{key}' is claimed by {string.Join(" and ", claimants)}{(after.Length > claimants.Length ? " and more" : "")}: mail for all of them is answered 451"))]);
    }

    private string DnOf(EntryId id) => draft.Domains.Find(id)?.Facts.Domain.Dn ?? draft.Entries.Find(id)?.Dn ?? id.ToString();

    private void TellProblems(DomainRow row)
    {
        ImmutableArray<DirectoryProblem> problems = row.Facts.Problems;
        if (Above(row) is { } above)
            problems = problems.Add(new(row.Domain.Dn, Names.DomainClass, $"a domain below the domain node {above}, or below the user base of one: ignored"));
        draft.SetProblems(row.Id, problems);
    }

    private AddressClaim ClaimOf(DomainFacts facts) => new(facts.Domain.Id, facts.Domain.Id, facts.Domain.Dn, Names.DomainVirtualAddress);

    private bool ShallBeIgnored(DomainRow row) => row.Facts.OwnNames.IsEmpty || Above(row) is not null;

    /// <summary>Another domain's node or user base that the node lies below: whoever may write there must not make domains (SCHEMA 4.5).</summary>
    private string? Above(DomainRow row) => DnKeys.Between(row.Facts.DnKey, draft.Settings.BaseKey)
        .FirstOrDefault(key => draft.Nodes.ContainsKey(key) || (draft.Bases.TryGetValue(key, out ImmutableArray<EntryId> holders) && holders.Any(id => id != row.Id)));

    private DomainRow[] NodesBelow(string dnKey) => draft.NodesBelow.ContainsKey(dnKey)
        ? [.. draft.Nodes.Where(n => n.Key != dnKey && DnKeys.IsWithin(n.Key, dnKey)).Select(n => draft.Domains.Find(n.Value)!)]
        : [];

    private void EnterNode(EntryId id, string dnKey)
    {
        draft.Nodes[dnKey] = id;
        foreach (string above in DnKeys.Between(dnKey, draft.Settings.BaseKey))
            draft.NodesBelow[above] = draft.NodesBelow.GetValueOrDefault(above) + 1;
    }

    /// <summary>Another node may have come to that name before this one left it.</summary>
    private void LeaveNode(EntryId id, string dnKey)
    {
        if (draft.Nodes.TryGetValue(dnKey, out EntryId holder) && holder == id)
            draft.Nodes.Remove(dnKey);
        foreach (string above in DnKeys.Between(dnKey, draft.Settings.BaseKey))
            if (--draft.NodesBelow[above] == 0)
                draft.NodesBelow.Remove(above);
    }
}
