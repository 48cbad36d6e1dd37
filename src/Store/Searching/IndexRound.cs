using DirMail.Store.Sqlite;

namespace DirMail.Store.Searching;

/// <summary>A walk over what waits for a mailbox, and before it, when it is a whole one, over all that is in the index.</summary>
internal sealed class IndexRound(bool isWhole)
{
    private const int Slice = 100;

    private long _last;

    /// <summary>Of what <see cref="Next"/> returned last.</summary>
    public bool IsOfWaiting { get; private set; } = !isWhole;

    /// <summary>Null: it is over.</summary>
    public List<long>? Next(Connection index)
    {
        List<long> next = IsOfWaiting ? IndexRows.Waiting(index, _last, Slice) : IndexRows.Indexed(index, _last, Slice);
        if (next.Count == 0 && !IsOfWaiting)
        {
            (IsOfWaiting, _last) = (true, 0);
            next = IndexRows.Waiting(index, _last, Slice);
        }
        if (next.Count == 0)
            return null;
        _last = next[^1];
        return next;
    }
}
