using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>
/// What of one queue lies in the store and not in the backlog. All that became due before <see cref="Walked"/> is in the backlog, or for a destination in <see cref="More"/>:
/// so rows are looked at once, however long they then wait there for their turn.
/// </summary>
internal sealed class Lane(LaneKey key)
{
    public LaneKey Key => key;

    public DuePosition Walked { get; private set; }

    /// <summary>Something may be due behind <see cref="Walked"/>.</summary>
    public bool IsBehind { get; set; }

    /// <summary>Destinations with due rows that found no room in the backlog.</summary>
    public HashSet<string> More { get; } = new(StringComparer.Ordinal);

    /// <summary>When it is to be looked at again; null: something happens before.</summary>
    public DateTimeOffset? Again { get; set; }

    /// <summary>Stands in the line of those to be looked at.</summary>
    public bool IsInLine { get; set; }

    /// <summary>The domain's state keeps its mail here.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Rows became due at that time which were not looked at, or not taken.</summary>
    public void GoBack(DateTimeOffset time)
    {
        if (Walked.IsBehind(DuePosition.Before(time)))
            Walked = DuePosition.Before(time);
    }

    public void StartOver() => (Walked, IsBehind) = (default, true);

    public void GoOn(DueRows found)
    {
        (Walked, IsBehind) = (found.At, !found.IsAll);
        More.UnionWith(found.Passed);
    }
}
