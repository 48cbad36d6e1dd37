using System.Collections.Concurrent;

namespace DirMail.Wire;

/// <summary>Answers, present and absent ones, for as long as they may be believed and at most so many.</summary>
internal sealed class DnsCache(int capacity, TimeProvider clock)
{
    private readonly ConcurrentDictionary<DnsQuestion, Kept> _kept = new();

    public DnsAnswer? Find(DnsQuestion question) =>
        _kept.TryGetValue(question, out Kept kept) && clock.GetUtcNow() < kept.Until ? kept.Answer : null;

    public void Keep(DnsQuestion question, DnsAnswer answer)
    {
        if (answer.Lifetime <= TimeSpan.Zero)
            return;
        if (_kept.Count >= capacity)
            MakeRoom();
        _kept[question] = new(answer, clock.GetUtcNow() + answer.Lifetime);
    }

    // Rare, because answers live for minutes to hours: what is over goes first, and when that is nothing all goes, which costs some questions again.
    private void MakeRoom()
    {
        DateTimeOffset now = clock.GetUtcNow();
        foreach ((DnsQuestion question, Kept kept) in _kept)
            if (kept.Until <= now)
                _kept.TryRemove(question, out _);
        if (_kept.Count >= capacity)
            _kept.Clear();
    }

    private readonly record struct Kept(DnsAnswer Answer, DateTimeOffset Until);
}
