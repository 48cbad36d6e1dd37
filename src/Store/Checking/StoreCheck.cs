using DirMail.Store.Contents;
using DirMail.Store.Reading;
using DirMail.Store.Searching;
using DirMail.Store.Sqlite;
using DirMail.Store.Writing;

namespace DirMail.Store.Checking;

/// <summary>
/// Verifies a store, also while it is used: rows against each other in one read transaction, then contents against their hashes and files. What looks wrong about a
/// file is looked at once more against the newest rows, because files come before their rows and go after them.
/// </summary>
internal sealed class StoreCheck(Readers readers, ContentFolder folder, Sweeper sweeper, IProgress<StoreProgress>? progress = null)
{
    /// <summary>Beyond this many the store needs more than a longer list.</summary>
    public const int MostProblems = 100;

    private readonly StoredContents _contents = new(readers, folder);

    /// <summary>Null: the search index is not looked at.</summary>
    public IndexInspection? Index { get; init; }

    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        int step = 0;
        foreach (Invariant invariant in Invariants.All)
        {
            progress?.Report(new("invariants", step++, Invariants.All.Count));
            problems.AddRange(await BrokenAsync(invariant, cancellationToken).ConfigureAwait(false));
        }
        await CheckContentsAsync(problems, cancellationToken).ConfigureAwait(false);
        foreach (long content in await StrayFilesAsync(cancellationToken).ConfigureAwait(false))
            problems.Add($"file without a row: {folder.PathOf(content)}");
        if (Index is not null)
            problems.AddRange(await Index.CheckAsync(cancellationToken).ConfigureAwait(false));
        return problems.Count > MostProblems ? [.. problems.Take(MostProblems), $"and {problems.Count - MostProblems} more"] : problems;
    }

    /// <summary>Complete files that no row speaks of, and none will.</summary>
    public async Task<IReadOnlyList<long>> StrayFilesAsync(CancellationToken cancellationToken)
    {
        var stray = new List<long>();
        foreach (long content in folder.List(removeUnfinished: false).ToList())
            if (await IsStrayAsync(content, cancellationToken).ConfigureAwait(false))
                stray.Add(content);
        return stray;
    }

    public static List<string> Broken(Connection database, Invariant invariant)
    {
        using Statement find = database.Use(invariant.Sql);
        var found = new List<string>();
        while (found.Count < MostProblems && find.Step())
            found.Add(find.Text(0));
        return found;
    }

    /// <summary>A database with damaged pages cannot answer every question: that is a finding, too.</summary>
    private async Task<IEnumerable<string>> BrokenAsync(Invariant invariant, CancellationToken cancellationToken)
    {
        try
        {
            List<string> found = await readers.RunAsync(database => Broken(database, invariant), cancellationToken).ConfigureAwait(false);
            return found.Select(which => $"{invariant.Broken}: {which}");
        }
        catch (StoreFaultException fault)
        {
            return [$"'{invariant.Broken}' cannot be looked at: {fault.Message}"];
        }
    }

    private async Task CheckContentsAsync(List<string> problems, CancellationToken cancellationToken)
    {
        long done = 0, total = await _contents.CountAsync(cancellationToken).ConfigureAwait(false);
        await foreach (StoredContent content in _contents.AllAsync(cancellationToken).ConfigureAwait(false))
        {
            progress?.Report(new("contents", ++done, total));
            if (!content.HasItsStructure)
                problems.Add($"structure of content {content.Id} cannot be read");
            if (content is { IsInFile: true } && content.ActualOctets != content.Octets)
            {
                if (await readers.RunAsync(database => Orphans.HasRow(database, content.Id), cancellationToken).ConfigureAwait(false))
                    problems.Add($"file of content {content.Id} is missing or of the wrong size: {folder.PathOf(content.Id)} ({await _contents.HoldersAsync(content.Id, cancellationToken).ConfigureAwait(false)})");
            }
            else if (!content.HasItsOctets)
            {
                problems.Add($"octets of content {content.Id} are not those that were stored ({await _contents.HoldersAsync(content.Id, cancellationToken).ConfigureAwait(false)})");
            }
        }
    }

    private async Task<bool> IsStrayAsync(long content, CancellationToken cancellationToken) =>
        !folder.IsUnowned(content)
        && !sweeper.Pending.Contains(content)
        && !await readers.RunAsync(database => Orphans.HasRow(database, content), cancellationToken).ConfigureAwait(false)
        && File.Exists(folder.PathOf(content))
        && !sweeper.Pending.Contains(content);
}
