using DirMail.Store.Reading;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Searching;

/// <summary>Looks at the index's file from beside it, on a connection of its own: whether it is sound, how far it is. It works whether or not the index is being filled.</summary>
internal sealed class IndexInspection(string path, Readers store)
{
    /// <summary>What is wrong with it; nothing of the mail is touched by that.</summary>
    public Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) => Task.Run(Check, cancellationToken);

    public async Task<SearchIndexStatistics> StatisticsAsync(CancellationToken cancellationToken)
    {
        (long messages, long watermark) = await Task.Run(Count, cancellationToken).ConfigureAwait(false);
        (long lag, DateTimeOffset? since) = await store.RunAsync(database => (UnindexedMail.Count(database, watermark), UnindexedMail.Oldest(database, watermark)), cancellationToken).ConfigureAwait(false);
        long octets = ((string[])[path, path + "-wal"]).Select(static file => new FileInfo(file)).Where(static file => file.Exists).Sum(static file => file.Length);
        return new(messages, lag, since, octets);
    }

    private IReadOnlyList<string> Check()
    {
        if (!File.Exists(path))
            return [];
        try
        {
            using Connection index = IndexDatabase.OpenConnection(path);
            // one state of it, while it is filled
            index.Execute("BEGIN");
            return IndexSchema.IsCurrent(index) ? [.. Broken(index).Select(which => $"search index {path} is damaged: {which}")] : [];
        }
        catch (StoreFaultException fault)
        {
            return [$"search index cannot be looked at: {fault.Message}"];
        }
    }

    private static List<string> Broken(Connection index)
    {
        var broken = new List<string>();
        using (Statement check = index.Use("SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'"))
            while (check.Step())
                broken.Add(check.Text(0));
        foreach (string table in (string[])["field", "header", "body"])
        {
            if (index.Ask($"SELECT count(*) FROM {table}_docsize d WHERE NOT EXISTS (SELECT 1 FROM message WHERE doc = d.id)") > 0 || index.Ask($"SELECT (SELECT count(*) FROM {table}_docsize) <> (SELECT count(*) FROM message)") > 0)
                broken.Add($"table {table} has other messages than it should");
        }
        return broken;
    }

    /// <summary>0 where there is no index, or none that can be read.</summary>
    private (long Messages, long Watermark) Count()
    {
        if (!File.Exists(path))
            return (0, 0);
        try
        {
            using Connection index = IndexDatabase.OpenConnection(path);
            return IndexSchema.IsCurrent(index) ? (index.Ask("SELECT count(*) FROM message"), IndexRows.Watermark(index)) : (0, 0);
        }
        catch (StoreFaultException)
        {
            return (0, 0);
        }
    }
}
