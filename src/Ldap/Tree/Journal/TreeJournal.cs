using System.Globalization;
using System.Text;
using DirMail.Ldap.Ldif;
using DirMail.Ldap.Tree.Changes;
using DirMail.Ldap.Tree.Schema;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace DirMail.Ldap.Tree.Journal;

/// <summary>
/// The tree on disk: a base file and a journal of the changes since, both LDIF that a person can read. A batch counts when its last line is there with the
/// right checksum; a torn tail was never acknowledged and is cut at the next start. Compaction writes a new base and then an empty journal of the
/// same generation; a journal older than the base is already contained in it. One writer: <see cref="TreeWriter"/>.
/// </summary>
internal sealed class TreeJournal : IAsyncDisposable
{
    public const string Name = "journal.ldif";
    private const string GenerationMark = "# generation: ";

    private readonly string _folder;
    private readonly DirectorySchema _schema;
    private readonly ILogger _logger;
    private FileStream? _file;
    private long _end;
    private long _baseOctets;
    private int _generation;
    private string? _broken;

    private TreeJournal(string folder, DirectorySchema schema, ILogger logger) => (_folder, _schema, _logger) = (folder, schema, logger);

    /// <summary>Octets above which the journal is folded into the base, if it is also half as large as that: so a large base is not written anew for every few changes.</summary>
    public long MaxOctets { get; set; } = 4 * 1024 * 1024;

    public bool IsLarge => _end > Math.Max(MaxOctets, _baseOctets / 2);

    /// <summary>How octets get into the file; a test puts a full disk here.</summary>
    internal Func<SafeFileHandle, ReadOnlyMemory<byte>, long, ValueTask> Write { get; set; } = (file, octets, at) => RandomAccess.WriteAsync(file, octets, at, CancellationToken.None);

    private string FilePath => Path.Combine(_folder, Name);

    /// <summary>Opens the folder, making it when needed.</summary>
    /// <exception cref="JournalException">Base or journal cannot be read; nothing was changed.</exception>
    public static async Task<OpenedJournal> OpenAsync(string folder, DirectorySchema schema, ILogger logger, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var journal = new TreeJournal(Path.GetFullPath(folder), schema, logger);
        BaseFile? start = BaseFile.Read(journal._folder, schema);
        if (start is null)
        {
            if (File.Exists(journal.FilePath))
                throw new JournalException(journal.FilePath, 1, $"there is a journal but no {BaseFile.Name} beside it");
            await journal.CompactAsync(TreeSnapshot.Empty);
            return new OpenedJournal(journal, TreeSnapshot.Empty, Csn.None, [], IsNew: true);
        }
        journal._generation = start.Generation;
        journal._baseOctets = new FileInfo(Path.Combine(journal._folder, BaseFile.Name)).Length;
        (TreeSnapshot tree, IReadOnlyList<TreeChange> changes) = await journal.ReplayAsync(start.Tree, cancellationToken);
        return new OpenedJournal(journal, tree, start.Tree.Csn, changes, IsNew: tree.Count == 0);
    }

    /// <summary>Returns when the units are on disk. After an exception they are not, and the journal is as before, or refuses all further writes.</summary>
    public async Task AppendAsync(IReadOnlyList<JournalUnit> units)
    {
        if (_broken is not null || _file is null)
            throw new IOException($"the journal takes no more writes: {_broken ?? "closed"}");
        byte[] batch = JournalBatches.Write(units);
        try
        {
            await Write(_file.SafeFileHandle, batch, _end);
            _file.Flush(flushToDisk: true);
            _end += batch.Length;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            CutTail(failure);
            throw;
        }
    }

    /// <summary>Writes the tree as a new base and starts an empty journal.</summary>
    public async Task CompactAsync(TreeSnapshot tree)
    {
        await BaseFile.WriteAsync(_folder, tree, _generation + 1, CancellationToken.None);
        _generation++;
        _baseOctets = new FileInfo(Path.Combine(_folder, BaseFile.Name)).Length;
        TreeLog.Compacted(_logger, _generation, tree.Count);
        try
        {
            await StartAsync();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The old journal would be ignored beside the new base: nothing may be added to it.
            _broken = failure.Message;
            throw;
        }
    }

    public ValueTask DisposeAsync() => _file is null ? ValueTask.CompletedTask : _file.DisposeAsync();

    private async Task StartAsync()
    {
        if (_file is not null)
            await _file.DisposeAsync();
        _file = null;
        string generation = _generation.ToString(CultureInfo.InvariantCulture);
        await DurableFile.ReplaceAsync(FilePath, w => w.WriteAsync($"version: 1\n# Changes since {BaseFile.Name}; \"# end\" closes what was synced at once.\n{GenerationMark}{generation}\n\n"), CancellationToken.None);
        OpenForWriting();
    }

    private void OpenForWriting()
    {
        _file = new FileStream(FilePath, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
        _end = _file.Length;
    }

    private async Task<(TreeSnapshot Tree, IReadOnlyList<TreeChange> Changes)> ReplayAsync(TreeSnapshot tree, CancellationToken cancellationToken)
    {
        byte[] octets = File.Exists(FilePath) ? await File.ReadAllBytesAsync(FilePath, cancellationToken) : [];
        int header = octets.AsSpan().IndexOf("\n\n"u8) + 2;
        int generation = header < 2 ? 0 : GenerationOf(Encoding.UTF8.GetString(octets, 0, header));
        if (generation > _generation || (octets.Length > 0 && generation == 0))
            throw new JournalException(FilePath, 1, $"generation {generation} does not belong to generation {_generation} of {BaseFile.Name}");
        if (generation < _generation)
        {
            await StartAsync();
            return (tree, []);
        }
        (TreeSnapshot after, IReadOnlyList<TreeChange> changes, int whole) = Replay(tree, octets, header);
        OpenForWriting();
        if (whole < octets.Length)
        {
            TreeLog.TornTail(_logger, FilePath, octets.Length - whole);
            _end = whole;
            _file!.SetLength(whole);
            _file.Flush(flushToDisk: true);
        }
        return (after, changes);
    }

    private (TreeSnapshot Tree, IReadOnlyList<TreeChange> Changes, int Whole) Replay(TreeSnapshot tree, byte[] octets, int header)
    {
        var changes = new List<TreeChange>();
        List<Range> batches = JournalBatches.Split(octets, header, out int whole, out int damagedAt);
        if (damagedAt >= 0)
            throw new JournalException(FilePath, LineOf(octets, damagedAt), "the checksum of the batch that starts here is wrong and more batches follow: the file is damaged");
        foreach (Range batch in batches)
        {
            string text = Encoding.UTF8.GetString(octets.AsSpan(batch));
            foreach ((string csn, LdifItem item, int line) in JournalBatches.Records(text, LineOf(octets, batch.Start.Value)))
            {
                if (item is LdifItem.Error error)
                    throw new JournalException(FilePath, line, error.Reason);
                Replayed replayed = Journal.Replay.Apply(tree, ((LdifItem.Read)item).Record, _schema);
                if (replayed.Fault is not null)
                    throw new JournalException(FilePath, line, replayed.Fault);
                long sequence = tree.Sequence;
                changes.AddRange(replayed.Changes.Select(c => c with { Csn = csn, Sequence = ++sequence }));
                tree = replayed.After with { Csn = csn, Sequence = sequence };
            }
        }
        return (tree, changes, whole);
    }

    private void CutTail(Exception failure)
    {
        try
        {
            _file!.SetLength(_end);
            _file.Flush(flushToDisk: true);
        }
        catch (Exception second) when (second is IOException or UnauthorizedAccessException)
        {
            _broken = failure.Message;
        }
    }

    private static int LineOf(byte[] octets, int at) => octets.AsSpan(0, at).Count((byte)'\n') + 1;

    private static int GenerationOf(string header)
    {
        foreach (string line in header.Split('\n'))
            if (line.StartsWith(GenerationMark, StringComparison.Ordinal) && int.TryParse(line[GenerationMark.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int generation))
                return generation;
        return 0;
    }
}

/// <param name="BaseCsn">The last change in the base: older cookies cannot be resumed from.</param>
/// <param name="Changes">Those of the journal, in order.</param>
internal sealed record OpenedJournal(TreeJournal Journal, TreeSnapshot Tree, string BaseCsn, IReadOnlyList<TreeChange> Changes, bool IsNew);
