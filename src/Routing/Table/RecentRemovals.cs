using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// What was removed within the last minute, with its rows: pushed deletions come one by one (<c>ldapdelete -r</c>), and when they turn out to be too many, those that
/// already went are put back. Used by one task, from batch to batch.
/// </summary>
internal sealed class RecentRemovals(TimeProvider clock)
{
    private readonly Queue<(DateTimeOffset At, DomainFacts Domain)> _domains = new();
    private readonly Queue<(DateTimeOffset At, Row Row)> _people = new();

    public int Domains => _domains.Count;

    public void Prune()
    {
        DateTimeOffset oldest = clock.GetUtcNow() - RemovalLimit.Window;
        while (_domains.TryPeek(out var first) && first.At < oldest)
            _domains.Dequeue();
        while (_people.TryPeek(out var first) && first.At < oldest)
            _people.Dequeue();
    }

    public void Add(DomainFacts domain) => _domains.Enqueue((clock.GetUtcNow(), domain));

    public void Add(Row row) => _people.Enqueue((clock.GetUtcNow(), row));

    public int CountOf<TRow>(EntryId home) where TRow : Row => _people.Count(p => p.Row is TRow && p.Row.Home == home);

    public IEnumerable<DomainFacts> AllDomains => _domains.Select(d => d.Domain);

    public IEnumerable<Row> AllPeople => _people.Select(p => p.Row);

    public IReadOnlyList<DomainFacts> TakeDomains()
    {
        DomainFacts[] taken = [.. AllDomains];
        _domains.Clear();
        return taken;
    }

    /// <summary>Those of the domain, also who was without one because the domain had gone first.</summary>
    public IReadOnlyList<Row> TakePeople(DomainFacts domain)
    {
        Row[] taken = [.. AllPeople.Where(r => r.Home == domain.Domain.Id || (r.Home is null && DnKeys.IsWithin(r.DnKey, domain.BaseKey)))];
        HashSet<EntryId> ids = [.. taken.Select(r => r.Id)];
        (DateTimeOffset, Row)[] rest = [.. _people.Where(p => !ids.Contains(p.Row.Id))];
        _people.Clear();
        foreach ((DateTimeOffset, Row) one in rest)
            _people.Enqueue(one);
        return taken;
    }
}
