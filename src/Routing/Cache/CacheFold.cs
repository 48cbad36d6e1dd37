using DirMail.Mail;

namespace DirMail.Routing.Cache;

/// <summary>
/// Writes files that follow each other into one new base, record by record; nobody writes to them any more. The new one takes the number of the last, so that what
/// was written meanwhile follows it. A changed entry keeps its place: who claimed an address first is told by the order.
/// </summary>
internal sealed class CacheFold(CacheFolder folder, CachePlace first, CachePlace last, string search) : IDisposable
{
    private readonly Dictionary<EntryId, Fate> _later = [];
    private readonly List<EntryId> _new = [];
    private readonly HashSet<EntryId> _copied = [];
    private readonly HashSet<EntryId> _held = [];
    private readonly Dictionary<int, CacheReader> _sources = [];
    private CacheCommit? _commit;

    /// <summary>What the records after the base's first commit say last of an entry.</summary>
    /// <param name="File">0: its content is as in the base.</param>
    private readonly record struct Fate(int File, long Offset, bool IsGone);

    /// <summary>The end of the new base.</summary>
    /// <exception cref="IOException">The disk is full or fails; the files are as they were.</exception>
    public CachePlace Run(CancellationToken cancellationToken)
    {
        ReadLater(cancellationToken);
        long end;
        using (CacheFile to = CacheFile.Create(folder.UnfinishedFile(last.Number), new(last.Number, IsBase: true, search)))
        {
            CopyBase(to, cancellationToken);
            foreach (EntryId id in _new)
                if (!_copied.Contains(id) && _later[id] is { IsGone: false } fate)
                    CopyFrom(fate, to);
            to.Append(RecordKind.Held, _held);
            to.Commit(_commit ?? throw new IOException("a base without a commit"));
            to.Sync();
            end = to.Committed;
        }
        File.Move(folder.UnfinishedFile(last.Number), folder.File(last.Number), overwrite: true);
        for (int number = first.Number; number < last.Number; number++)
            File.Delete(folder.File(number));
        return new(last.Number, end);
    }

    public void Dispose()
    {
        foreach (CacheReader source in _sources.Values)
            source.Dispose();
    }

    private void ReadLater(CancellationToken cancellationToken)
    {
        for (int number = first.Number; number <= last.Number; number++)
        {
            using CacheReader reader = CacheReader.Open(folder.File(number), number == first.Number ? first.End : 0);
            for (long at = reader.Position; reader.Next(); at = reader.Position)
                Note(reader, number, at);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void Note(CacheReader reader, int number, long at)
    {
        switch (reader.Kind)
        {
            case RecordKind.Entry:
                if (!_later.ContainsKey(reader.Id))
                    _new.Add(reader.Id);
                Change(reader.Id, _ => new(number, at, IsGone: false));
                break;
            case RecordKind.Removed:
                foreach (EntryId id in reader.Ids())
                    Change(id, fate => fate with { IsGone = true });
                break;
            case RecordKind.Held:
                foreach (EntryId id in reader.Ids())
                    Change(id, fate => fate with { IsGone = false });
                _held.UnionWith(reader.Ids());
                break;
            case RecordKind.Released:
                foreach (EntryId id in reader.Ids())
                    Change(id, fate => fate);
                break;
            case RecordKind.Commit:
                _commit = CacheCommit.Read(reader.Content);
                break;
        }
    }

    private void Change(EntryId id, Func<Fate, Fate> change)
    {
        _held.Remove(id);
        _later[id] = change(_later.GetValueOrDefault(id));
    }

    private void CopyBase(CacheFile to, CancellationToken cancellationToken)
    {
        using CacheReader reader = CacheReader.Open(folder.File(first.Number));
        while (reader.Position < first.End && reader.Next())
        {
            if (reader.Kind == RecordKind.Held)
                _held.UnionWith(reader.Ids().Where(id => !_later.ContainsKey(id)));
            else if (reader.Kind == RecordKind.Removed)
                to.Append(RecordKind.Removed, [.. reader.Ids().Where(id => !_later.ContainsKey(id))]);
            else if (reader.Kind == RecordKind.Commit)
                _commit ??= CacheCommit.Read(reader.Content);
            else if (reader.Kind == RecordKind.Entry)
                CopyEntry(reader, to);
            cancellationToken.ThrowIfCancellationRequested();
        }
        if (reader.Fault is not null)
            throw new IOException($"{folder.File(first.Number)}: {reader.Fault} at octet {reader.Position}");
    }

    private void CopyEntry(CacheReader reader, CacheFile to)
    {
        bool isChanged = _later.TryGetValue(reader.Id, out Fate fate);
        if (!isChanged || fate is { File: 0, IsGone: false })
            to.Append(RecordKind.Entry, reader.Content);
        else if (!fate.IsGone)
            CopyFrom(fate, to);
        if (isChanged)
            _copied.Add(reader.Id);
    }

    private void CopyFrom(Fate fate, CacheFile to)
    {
        if (!_sources.TryGetValue(fate.File, out CacheReader? source))
            _sources[fate.File] = source = CacheReader.OpenRandom(folder.File(fate.File));
        source.Seek(fate.Offset);
        if (!source.Next() || source.Kind != RecordKind.Entry)
            throw new IOException($"{folder.File(fate.File)}: {source.Fault ?? "no entry"} at octet {fate.Offset}");
        to.Append(RecordKind.Entry, source.Content);
    }
}
