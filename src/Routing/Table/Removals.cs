using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// Decides at the end of a batch which of the entries that the directory no longer has go, and which are held back: too many at once (<see cref="RemovalLimit"/>), or
/// the last domain. Held entries stay in the table; while any of a domain's are held, further removals join them, so that the rest cannot trickle away. An entry whose
/// place another one took (same uid or address, or a domain's name) was replaced, not lost: it goes and is not counted. Nor does the loss of a domain's people count
/// when their domain goes, too.
/// </summary>
internal sealed class Removals(Draft draft, EntryChanges entries, DomainChanges domains, RecentRemovals recent)
{
    private readonly HashSet<EntryId> _leaving = [];

    /// <summary>Else all goes.</summary>
    public bool HasLimit { get; init; } = true;

    /// <summary>What has gone, and what is held since now.</summary>
    public List<EntryId> Removed { get; } = [];
    public List<EntryId> Held { get; } = [];

    /// <summary>First, as their people may find another domain by it.</summary>
    public void RemoveReplacedDomains(HashSet<EntryId> gone)
    {
        EntryId[] replaced = [.. gone.Concat(draft.HeldDomains).Distinct().Where(id => draft.Domains.Find(id) is { } row && IsReplaced(row, gone))];
        foreach (EntryId id in replaced)
        {
            Removed.Add(id);
            draft.Release(id);
            IReadOnlyCollection<EntryId> held = draft.HeldPeople.GetValueOrDefault(id, []);
            draft.HeldPeople.Remove(id);
            domains.Remove(id);
            Hold(held);
        }
    }

    /// <param name="gone">Ids that were never here are ignored: the directory also names entries that never matched (SCHEMA 5).</param>
    /// <param name="pushed">Entries of this batch, which may have taken the place of held ones.</param>
    public void Settle(HashSet<EntryId> gone, IEnumerable<EntryId> pushed)
    {
        recent.Prune();
        ReleaseReplaced(gone, pushed);
        var people = new List<Row>();
        var nodes = new List<DomainRow>();
        foreach (EntryId id in gone)
            if (draft.Domains.Find(id) is { } node)
                nodes.Add(node);
            else if (draft.Entries.Find(id) is { } row)
                if (IsReplaced(row, gone))
                    Remove(row);
                else if (!draft.IsHeld(row))
                    people.Add(row);
        SettleDomains(nodes.FindAll(n => !draft.HeldDomains.Contains(n.Id)), people);
        foreach (IGrouping<EntryId?, Row> group in people.Where(r => r.Home is null || !_leaving.Contains(r.Home.Value)).GroupBy(r => r.Home).ToList())
            SettlePeople(group.Key, [.. group]);
    }

    /// <summary>Held removals take effect: all, or those of one domain (itself and its people).</summary>
    public void Accept(EntryId? domain)
    {
        foreach ((EntryId home, var held) in draft.HeldPeople.ToList())
            if (domain is null || domain == home)
                foreach (EntryId id in held)
                    if (draft.Entries.Find(id) is { } row)
                        Remove(row, isCounted: false);
        foreach (EntryId id in draft.HeldDomains.Where(d => domain is null || domain == d).ToList())
        {
            draft.Release(id);
            domains.Remove(id);
            Removed.Add(id);
        }
    }

    /// <summary>Remembered, so that it can be put back.</summary>
    public void Drop(EntryId id)
    {
        if (draft.Domains.Find(id) is { } node)
        {
            recent.Add(node.Facts);
            domains.Remove(id);
        }
        else if (draft.Entries.Find(id) is { } row)
        {
            recent.Add(row);
            domains.LeaveAlias(id);
            entries.Remove(id);
        }
    }

    /// <summary>As decided before: who had gone by then is put back.</summary>
    public void Hold(IReadOnlyCollection<EntryId> ids)
    {
        EntryId[] missing = [.. ids.Where(id => draft.Domains.Find(id) is null && draft.Entries.Find(id) is null)];
        if (missing.Length > 0)
            PutBack([.. missing]);
        foreach (EntryId id in ids)
            if (draft.Domains.Find(id) is not null)
                draft.HoldDomain(id);
            else if (draft.Entries.Find(id) is { Home: { } home })
                draft.HoldPeople(home, [id]);
    }

    private void PutBack(HashSet<EntryId> ids)
    {
        foreach (DomainFacts facts in recent.AllDomains.Where(d => ids.Contains(d.Domain.Id)))
            domains.Put(facts);
        foreach (Row row in recent.AllPeople.Where(r => ids.Contains(r.Id)))
            entries.Put(row);
    }

    private void SettleDomains(List<DomainRow> nodes, List<Row> people)
    {
        if (nodes.Count == 0)
            return;
        HashSet<EntryId> ids = [.. nodes.Select(n => n.Id)];
        bool isTooMany = RemovalLimit.IsCrossed(nodes.Count + recent.Domains, draft.Domains.Count + recent.Domains);
        if (!HasLimit || (!isTooMany && draft.HeldDomains.IsEmpty && draft.Domains.Items.Any(d => !d.IsIgnored && !ids.Contains(d.Id))))
        {
            ILookup<EntryId?, Row> byHome = people.ToLookup(r => r.Home);
            nodes.ForEach(node => Remove(node, byHome[node.Id]));
            return;
        }
        List<DomainRow> held = nodes;
        foreach (DomainFacts facts in recent.TakeDomains())
            if (draft.Domains.Find(facts.Domain.Id) is null && facts.Domain.Names.All(name => draft.Names.Find(name) is null))
            {
                domains.Put(facts);
                held.Add(draft.Domains.Find(facts.Domain.Id)!);
            }
        foreach (DomainRow node in held)
        {
            draft.HoldDomain(node.Id);
            Held.Add(node.Id);
            PutBackPeople(node);
        }
    }

    private void SettlePeople(EntryId? home, List<Row> rows)
    {
        if (home is not { } id || draft.Domains.Find(id) is not { } domain || !IsHeldBack(domain, rows))
        {
            rows.ForEach(row => Remove(row));
            return;
        }
        PutBackPeople(domain);
        draft.HoldPeople(id, rows.ConvertAll(r => r.Id));
        Held.AddRange(rows.Select(r => r.Id));
    }

    private bool IsHeldBack(DomainRow domain, List<Row> rows) =>
        HasLimit && (draft.HeldDomains.Contains(domain.Id) || draft.HeldPeople.ContainsKey(domain.Id) || AreTooMany<UserRow>(domain, rows) || AreTooMany<GroupRow>(domain, rows));

    private bool AreTooMany<TRow>(DomainRow domain, List<Row> rows) where TRow : Row
    {
        int before = recent.CountOf<TRow>(domain.Id), removed = rows.Count(r => r is TRow) + before;
        return removed > RemovalLimit.Entries && RemovalLimit.IsCrossed(removed, domain.Members.Count(r => r is TRow) + before);
    }

    private void PutBackPeople(DomainRow domain)
    {
        var back = new List<EntryId>();
        foreach (Row row in recent.TakePeople(domain.Facts))
        {
            if (draft.Entries.Find(row.Id) is not null)
                continue;
            entries.Put(row);
            if (IsReplaced(draft.Entries.Find(row.Id)!, []))
                entries.Remove(row.Id);
            else
                back.Add(row.Id);
        }
        draft.HoldPeople(domain.Id, back);
        Held.AddRange(back);
    }

    /// <summary>The domain goes, and with it who was held in it or went at the same time.</summary>
    private void Remove(DomainRow node, IEnumerable<Row> people)
    {
        _leaving.Add(node.Id);
        foreach (EntryId id in draft.HeldPeople.GetValueOrDefault(node.Id, []))
            if (draft.Entries.Find(id) is { } row)
                Remove(row);
        foreach (Row row in people)
            Remove(row);
        recent.Add(node.Facts);
        domains.Remove(node.Id);
        Removed.Add(node.Id);
    }

    private void Remove(Row row, bool isCounted = true)
    {
        if (isCounted)
            recent.Add(row);
        draft.Release(row.Id, row.Home);
        domains.LeaveAlias(row.Id);
        entries.Remove(row.Id);
        Removed.Add(row.Id);
    }

    private void ReleaseReplaced(HashSet<EntryId> gone, IEnumerable<EntryId> pushed)
    {
        if (draft.HeldPeople.Count == 0)
            return;
        foreach (EntryId id in pushed.ToList())
            if (draft.Entries.Find(id) is { Home: { } home } row && draft.HeldPeople.ContainsKey(home) && !draft.IsHeld(row))
                foreach (Row old in RivalsOf(row).Where(r => draft.IsHeld(r)).ToList())
                    if (draft.Entries.Find(old.Id) is { } still && IsReplaced(still, gone))
                        Remove(still, isCounted: false);
    }

    private bool IsReplaced(DomainRow row, HashSet<EntryId> gone) => row.Facts.Domain.Names.Any(name =>
        draft.Names.Find(name) is { } claim && claim.Holders.Any(id => id != row.Id && !gone.Contains(id) && !draft.HeldDomains.Contains(id)));

    private bool IsReplaced(Row row, HashSet<EntryId> gone) => RivalsOf(row).Any(r => !gone.Contains(r.Id) && !draft.IsHeld(r));

    /// <summary>Who claims the same uid or address in the domain.</summary>
    private IEnumerable<Row> RivalsOf(Row row)
    {
        if (row.Home is not { } home || draft.Domains.Find(home) is not { } domain)
            return [];
        IEnumerable<Row> rivals = row.Addresses.SelectMany(a => domain.Addresses.Find(a.LocalKey)?.Holders ?? []);
        if (row is UserRow { User.Uid: { Length: > 0 } uid } && domain.Uids.Find(uid.ToLowerInvariant()) is { } claim)
            rivals = rivals.Concat(claim.Holders);
        return rivals.Where(r => r.Id != row.Id);
    }
}
