namespace DirMail.Servers.Imap.Grammar;

/// <summary>A set of message numbers or UIDs as a client wrote it (RFC 9051 sequence-set); "*" stands for the largest number in use.</summary>
internal sealed class SequenceSet
{
    /// <summary>Stands for "*" in a range.</summary>
    private const uint Star = 0;

    private readonly List<(uint First, uint Last)> _ranges;

    private SequenceSet(List<(uint, uint)> ranges) => _ranges = ranges;

    /// <summary>"$": what the last SEARCH saved (RFC 5182); it has no ranges of its own.</summary>
    public bool IsSaved { get; private init; }

    /// <summary>Fails the reader when there is no set.</summary>
    public static SequenceSet Read(ImapReader reader)
    {
        List<(uint, uint)> ranges = [];
        if (reader.Take('$'))
            return new(ranges) { IsSaved = true };
        do
        {
            uint first = Bound(reader);
            ranges.Add((first, reader.Take(':') ? Bound(reader) : first));
        }
        while (reader.Take(','));
        return new(ranges);
    }

    /// <summary>The set as ascending ranges that do not touch, with "*" replaced.</summary>
    /// <param name="largest">Number or UID of the last message; 0 when there is none: then "*" names nothing.</param>
    public List<(uint First, uint Last)> Resolve(uint largest)
    {
        List<(uint First, uint Last)> sorted = new(_ranges.Count);
        foreach ((uint first, uint last) in _ranges)
        {
            uint a = first == Star ? largest : first, b = last == Star ? largest : last;
            if (a != 0 && b != 0)
                sorted.Add(a <= b ? (a, b) : (b, a));
        }
        sorted.Sort();
        return Merge(sorted);
    }

    /// <summary>The largest number that is written out: a client may not name messages that it has not been told of.</summary>
    public uint LargestNamed
    {
        get
        {
            uint largest = 0;
            foreach ((uint first, uint last) in _ranges)
                largest = Math.Max(largest, Math.Max(first, last));
            return largest;
        }
    }

    /// <param name="ranges">As <see cref="Resolve"/> made them.</param>
    public static bool Holds(List<(uint First, uint Last)> ranges, uint number)
    {
        int low = 0, high = ranges.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (ranges[middle].Last < number)
                low = middle + 1;
            else
                high = middle;
        }
        return low < ranges.Count && ranges[low].First <= number;
    }

    private static uint Bound(ImapReader reader) => reader.Take('*') ? Star : reader.NonZero();

    private static List<(uint First, uint Last)> Merge(List<(uint First, uint Last)> sorted)
    {
        List<(uint First, uint Last)> merged = new(sorted.Count);
        foreach ((uint first, uint last) in sorted)
        {
            if (merged.Count > 0 && first <= (ulong)merged[^1].Last + 1)
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            else
                merged.Add((first, last));
        }
        return merged;
    }
}
