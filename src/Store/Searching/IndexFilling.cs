using System.Diagnostics;
using DirMail.Store.Reading;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Searching;

/// <summary>What one commit does to the index. Of the indexer's thread alone; what fails is undone by whoever called.</summary>
/// <param name="store">The store's database, to be read.</param>
/// <param name="worked">Told after each message how long it took.</param>
internal sealed class IndexFilling(IndexerParts parts, Connection store, Action<TimeSpan> worked) : IDisposable
{
    private readonly SearchedText _text = new();
    private readonly IndexedText _columns = new();

    public static void Remove(Connection index, List<long> renditions) => Commit(index, () => renditions.ForEach(rendition => IndexRows.Remove(index, rendition)));

    /// <summary>Some messages from where the last commit ended. Returns how many: 0 when none is left.</summary>
    public int IndexNext(Connection index)
    {
        long watermark = IndexRows.Watermark(index);
        List<UnindexedMessage> next = UnindexedMail.Next(store, watermark);
        if (next.Count == 0)
            return 0;
        if (UnindexedMail.Oldest(store, watermark) is { } oldest)
            Metrics.IndexingSince(parts.Clock.GetUtcNow() - oldest);
        Commit(index, () =>
        {
            foreach (UnindexedMessage message in next.Where(static message => message.Account is null))
                IndexRows.Wait(index, message.Rendition);
            Insert(index, next);
            IndexRows.MoveWatermark(index, next[^1].Rendition);
        });
        return next.Count;
    }

    /// <summary>Some of what a search wants, taken from there.</summary>
    public void IndexWanted(Connection index, Queue<long> wanted)
    {
        var next = new List<UnindexedMessage>();
        while (next.Count < UnindexedMail.MostMessages && wanted.TryDequeue(out long rendition))
        {
            if (!IndexRows.IsIndexed(index, rendition) && UnindexedMail.Find(store, rendition) is { } message)
                next.Add(message);
        }
        Commit(index, () => Insert(index, next));
    }

    /// <summary>A piece of the walk; false: it is over.</summary>
    public bool GoOn(Connection index, IndexRound round)
    {
        if (round.Next(index) is not { } renditions)
            return false;
        List<UnindexedMessage?> found = renditions.ConvertAll(rendition => UnindexedMail.Find(store, rendition));
        Commit(index, () =>
        {
            for (int i = 0; i < found.Count; i++)
            {
                if (found[i] is null)
                    IndexRows.Remove(index, renditions[i]);
                else if (round.IsOfWaiting && found[i]!.Account is not null)
                    IndexRows.EndWait(index, renditions[i]);
            }
            if (round.IsOfWaiting)
                Insert(index, found.OfType<UnindexedMessage>());
        });
        return true;
    }

    public void Dispose() => _text.Dispose();

    /// <summary>Those that are in a mailbox, and not in the index already because a search wanted them.</summary>
    private void Insert(Connection index, IEnumerable<UnindexedMessage> messages)
    {
        foreach (IGrouping<long, UnindexedMessage> account in messages.Where(static message => message.Account is not null).GroupBy(static message => message.Account!.Value).OrderBy(static account => account.Key))
        {
            long document = IndexRows.NextDocument(index, account.Key);
            foreach (UnindexedMessage message in account)
            {
                long started = Stopwatch.GetTimestamp();
                if (IndexRows.IsIndexed(index, message.Rendition) || !ContentReads.Open(store, parts.Folder, message.Id, _text))
                    continue;
                _columns.Read(_text);
                IndexRows.Insert(index, message.Rendition, document++, _columns);
                worked(Stopwatch.GetElapsedTime(started));
            }
        }
    }

    private static void Commit(Connection index, Action write)
    {
        index.Execute("BEGIN IMMEDIATE");
        write();
        index.Execute("COMMIT");
    }
}
