using DirMail.Ldap.Tree.Journal;
using DirMail.Ldap.Tree.Schema;
using Microsoft.Extensions.Logging;

namespace DirMail.Ldap.Tree;

/// <summary>The embedded directory in its folder. One process at a time may have it open: the caller holds the lock of the data folder.</summary>
public sealed class EmbeddedDirectory : IAsyncDisposable
{
    private EmbeddedDirectory(DirectoryTree tree, bool isNew) => (Tree, IsNew) = (tree, isNew);

    public DirectoryTree Tree { get; }

    /// <summary>Nothing was ever stored: initialise or load it before serving.</summary>
    public bool IsNew { get; }

    /// <summary>Opens the folder, making it (0700) when needed. A torn tail of the journal, never acknowledged, is cut off.</summary>
    /// <exception cref="JournalException">A file is damaged; the message names file, line and reason, and nothing was changed.</exception>
    public static async Task<EmbeddedDirectory> OpenAsync(string folder, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        OpenedJournal opened = await TreeJournal.OpenAsync(folder, DirectorySchema.DirMail, logger, cancellationToken);
        TreeLog.Opened(logger, opened.Tree.Count, folder, opened.Changes.Count);
        return new EmbeddedDirectory(new DirectoryTree(opened, clock, logger), opened.IsNew);
    }

    /// <summary>The first entries of an empty directory; see <see cref="InitialTree"/>.</summary>
    public Task<LoadOutcome> InitialiseAsync(InitialTree initial, CancellationToken cancellationToken) =>
        Tree.LoadAsync(initial.Records(), "the initial tree", cancellationToken);

    /// <summary>The first entries from an LDIF file, for the example directory.</summary>
    public async Task<LoadOutcome> InitialiseAsync(string ldifFile, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = new StreamReader(ldifFile);
            return await Tree.LoadAsync(reader, ldifFile, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new LoadOutcome.Refused(ldifFile, 0, failure.Message);
        }
    }

    public ValueTask DisposeAsync() => Tree.DisposeAsync();
}
