using DirMail.Ldap.Tree.Changes;

namespace DirMail.Ldap.Tree.Sync;

/// <summary>
/// The last changes in order, for consumers that follow the tree. A consumer holds only its position here and a bell; one that falls behind the
/// oldest change kept must start again, so a slow one costs no memory.
/// </summary>
internal sealed class ChangeLog(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Queue<TreeChange> _changes = new();
    private readonly HashSet<Bell> _bells = [];
    private string _floorCsn = Csn.None;

    /// <summary>Forgets all: what was before <paramref name="csn"/> cannot be resumed from.</summary>
    public void StartAt(string csn)
    {
        lock (_lock)
        {
            _changes.Clear();
            _floorCsn = csn;
        }
    }

    public void Append(IEnumerable<TreeChange> changes)
    {
        lock (_lock)
        {
            foreach (TreeChange change in changes)
                _changes.Enqueue(change);
            while (_changes.Count > capacity)
                _floorCsn = _changes.Dequeue().Csn;
        }
    }

    /// <summary>Rings every consumer; after the change can be seen in the tree.</summary>
    public void Ring()
    {
        lock (_lock)
            foreach (Bell bell in _bells)
                bell.Ring();
    }

    public Bell Listen()
    {
        var bell = new Bell(this);
        lock (_lock)
            _bells.Add(bell);
        return bell;
    }

    public int Listeners
    {
        get
        {
            lock (_lock)
                return _bells.Count;
        }
    }

    /// <summary>The changes after the numbered one up to <paramref name="upTo"/>; null when some are no longer kept.</summary>
    public IReadOnlyList<TreeChange>? After(long sequence, long upTo)
    {
        lock (_lock)
        {
            if (sequence >= upTo)
                return [];
            if (!_changes.TryPeek(out TreeChange? oldest) || oldest.Sequence > sequence + 1)
                return null;
            return [.. _changes.Skip((int)(sequence + 1 - oldest.Sequence)).TakeWhile(c => c.Sequence <= upTo)];
        }
    }

    /// <summary>The changes after the one with that CSN; null when it is not known here (too old, or of another history).</summary>
    public IReadOnlyList<TreeChange>? After(string csn, long upTo)
    {
        lock (_lock)
        {
            bool known = csn == _floorCsn || _changes.Any(c => c.Csn == csn);
            return known ? [.. _changes.Where(c => string.CompareOrdinal(c.Csn, csn) > 0 && c.Sequence <= upTo)] : null;
        }
    }

    private void Remove(Bell bell)
    {
        lock (_lock)
            _bells.Remove(bell);
    }

    /// <summary>Wakes one consumer; rings between two waits count as one.</summary>
    public sealed class Bell(ChangeLog log) : IDisposable
    {
        private readonly SemaphoreSlim _rung = new(0, 1);

        public void Ring()
        {
            if (_rung.CurrentCount == 0)
                _rung.Release();
        }

        public Task WaitAsync(CancellationToken cancellationToken) => _rung.WaitAsync(cancellationToken);

        public void Dispose() => log.Remove(this);
    }
}
