using DirMail.Mail;

namespace DirMail.Routing.Following;

/// <summary>
/// What polling knows of the entries whose content is in force; kept over lost connections, not over restarts. About 60 octets an entry. Used by one task.
/// What is learnt waits until it is in force (<see cref="Keep"/>): a connection that is lost in between leaves no trace here.
/// </summary>
internal sealed class PollState(TimeProvider clock)
{
    private Dictionary<EntryId, Known> _known = [];
    private Dictionary<EntryId, Known> _learnt = [];
    private readonly List<EntryId> _gone = [];
    private int _sweep;

    /// <summary>The directory's.</summary>
    public ServerClock Clock { get; } = new(clock);

    /// <summary>When the next sweep is due, as a timestamp of our clock.</summary>
    public long NextSweep { get; set; }

    public bool IsEmpty => _known.Count == 0;

    /// <summary>True when the entry was seen like this before.</summary>
    public bool Knows(in EntryStamp stamp) => (_learnt.TryGetValue(stamp.Id, out Known known) || _known.TryGetValue(stamp.Id, out known)) && known.Version == stamp.Version;

    /// <summary>When it was modified, as far as was known; null for what was not known.</summary>
    public DateTimeOffset? ModifiedOf(EntryId id) => _known.TryGetValue(id, out Known known) ? DateTimeOffset.FromUnixTimeSeconds(known.Modified) : null;

    /// <summary>Everything is read anew.</summary>
    public void Forget()
    {
        _known.Clear();
        Drop();
    }

    /// <summary>What a lost connection left behind.</summary>
    public void Drop()
    {
        _learnt.Clear();
        _gone.Clear();
    }

    /// <summary>The entry was read. A time that was seen before tells nothing about the directory's clock.</summary>
    public void Learn(in EntryStamp stamp)
    {
        if (!Knows(stamp))
            Clock.Saw(stamp.Modified);
        _learnt[stamp.Id] = new(stamp.Version, (uint)stamp.Modified.ToUnixTimeSeconds(), _sweep);
    }

    public void BeginSweep() => _sweep++;

    /// <summary>The sweep came by it.</summary>
    public void Swept(EntryId id)
    {
        if (_known.TryGetValue(id, out Known known))
            _known[id] = known with { Sweep = _sweep };
    }

    /// <summary>What was there before and the sweep did not come by.</summary>
    public IReadOnlyList<EntryId> Unswept()
    {
        _gone.AddRange(_known.Where(k => k.Value.Sweep != _sweep).Select(k => k.Key));
        return _gone;
    }

    /// <summary>What was learnt is in force.</summary>
    public void Keep()
    {
        foreach (EntryId id in _gone)
            _known.Remove(id);
        if (_known.Count == 0)
            (_known, _learnt) = (_learnt, _known);
        foreach ((EntryId id, Known known) in _learnt)
            _known[id] = known;
        Drop();
    }

    private readonly record struct Known(ulong Version, uint Modified, int Sweep);
}
