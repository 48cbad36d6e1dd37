namespace DirMail.Store;

/// <summary>Settings of the message store.</summary>
public sealed record StoreSettings
{
    /// <summary>Folder that holds the database and the content files; made with mode 0700 when missing.</summary>
    public required string Folder { get; init; }

    /// <summary>Content up to this size lies in the database, larger content in a file of its own. 64 KiB: measured, beyond it a file is cheaper.</summary>
    public int InlineOctets { get; init; } = 64 * 1024;

    /// <summary>Folders of named partitions besides the store's own: they hold the files of contents whose mailboxes are said to lie there. Rows stay in one database.</summary>
    public IReadOnlyDictionary<string, string> Partitions { get; init; } = new Dictionary<string, string>();

    /// <summary>Connections kept for reading. Reads are synchronous underneath and run on threads of the store's own.</summary>
    public int Readers { get; init; } = 4;

    /// <summary>Most jobs that share one transaction and one sync.</summary>
    public int MaxGroup { get; init; } = 64;

    /// <summary>Leave files without a row where they are: for looking at a damaged store. A server removes them at its start, where a crash has left them.</summary>
    public bool KeepsStrayFiles { get; init; }

    /// <summary>Fill the search index. False where somebody has only come to look: searches read the mail then.</summary>
    public bool Indexes { get; init; } = true;

    /// <summary>A bound on the database's size in pages, so that tests can fill it up.</summary>
    internal int? MaxPages { get; init; }
}
