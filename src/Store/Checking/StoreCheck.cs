using System.Security.Cryptography;
using DirMail.Mail.Mime;
using DirMail.Store.Contents;
using DirMail.Store.Reading;
using DirMail.Store.Sqlite;
using DirMail.Store.Writing;

namespace DirMail.Store.Checking;

/// <summary>
/// Verifies a store, also while it is used: rows against each other in one read transaction, then contents against their hashes and files. What looks wrong about a
/// file is looked at once more against the newest rows, because files come before their rows and go after them.
/// </summary>
internal sealed class StoreCheck(Readers readers, ContentFolder folder, Sweeper sweeper)
{
    /// <summary>Beyond this many the store needs more than a longer list.</summary>
    private const int MostProblems = 100;

    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach ((string broken, string sql) in Invariants.All)
            problems.AddRange(await readers.RunAsync(database => Broken(database, broken, sql), cancellationToken).ConfigureAwait(false));
        await CheckContentsAsync(problems, cancellationToken).ConfigureAwait(false);
        foreach (long content in folder.List(removeUnfinished: false).ToList())
            if (await IsOrphanAsync(content, cancellationToken).ConfigureAwait(false))
                problems.Add($"file without a row: {folder.PathOf(content)}");
        return problems.Count > MostProblems ? [.. problems.Take(MostProblems), $"and {problems.Count - MostProblems} more"] : problems;
    }

    private static List<string> Broken(Connection database, string broken, string sql)
    {
        using Statement find = database.Use(sql);
        var found = new List<string>();
        while (found.Count < MostProblems && find.Step())
            found.Add($"{broken}: {find.Text(0)}");
        return found;
    }

    /// <summary>One content a read, so that no reader is held for long.</summary>
    private async Task CheckContentsAsync(List<string> problems, CancellationToken cancellationToken)
    {
        long last = 0;
        while (await readers.RunAsync(database => Next(database, last), cancellationToken).ConfigureAwait(false) is { } content)
        {
            last = content.Id;
            if (!StructureCodec.TryDecode(content.Structure, out MessageStructure? structure) || structure?.Octets != content.Octets)
                problems.Add($"structure of content {content.Id} cannot be read");
            byte[]? hash = content.InlineHash ?? await HashFileAsync(content, cancellationToken).ConfigureAwait(false);
            if (hash is not null && !hash.AsSpan().SequenceEqual(content.Hash))
                problems.Add($"octets of content {content.Id} are not those that were stored");
            else if (hash is null && await readers.RunAsync(database => Orphans.HasRow(database, content.Id), cancellationToken).ConfigureAwait(false))
                problems.Add($"file of content {content.Id} is missing or of the wrong size: {folder.PathOf(content.Id)}");
        }
    }

    private static StoredContent? Next(Connection database, long after)
    {
        using Statement find = database.Use("SELECT id, octets, hash, structure, data FROM content WHERE id > ? ORDER BY id LIMIT 1").Bind(after);
        return find.Step() ? new(find.Long(0), find.Long(1), find.Blob(2).ToArray(), find.Blob(3).ToArray(), find.IsNull(4) ? null : SHA256.HashData(find.Blob(4))) : null;
    }

    /// <summary>Null when the file is missing or of the wrong size.</summary>
    private async Task<byte[]?> HashFileAsync(StoredContent content, CancellationToken cancellationToken)
    {
        var file = new FileInfo(folder.PathOf(content.Id));
        if (!file.Exists || file.Length != content.Octets)
            return null;
        try
        {
            await using FileStream octets = file.OpenRead();
            return await SHA256.HashDataAsync(octets, cancellationToken).ConfigureAwait(false);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private async Task<bool> IsOrphanAsync(long content, CancellationToken cancellationToken) =>
        !folder.IsUnowned(content)
        && !sweeper.Pending.Contains(content)
        && !await readers.RunAsync(database => Orphans.HasRow(database, content), cancellationToken).ConfigureAwait(false)
        && File.Exists(folder.PathOf(content))
        && !sweeper.Pending.Contains(content);

    private sealed record StoredContent(long Id, long Octets, byte[] Hash, byte[] Structure, byte[]? InlineHash);
}
