using System.Globalization;
using System.Text;
using DirMail.Ldap.Ldif;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree.Journal;

/// <summary>
/// The whole tree as LDIF at one moment, parents first, with operational attributes. Its first lines name the generation, which pairs it with its
/// journal, and the contextCSN; its last line says that it is whole.
/// </summary>
internal sealed record BaseFile(TreeSnapshot Tree, int Generation)
{
    public const string Name = "base.ldif";
    private const string GenerationMark = "# generation: ";
    private const string CsnMark = "# contextCSN: ";
    private const string EndMark = "# end of base";

    public static Task WriteAsync(string folder, TreeSnapshot tree, int generation, CancellationToken cancellationToken) =>
        DurableFile.ReplaceAsync(Path.Combine(folder, Name), writer =>
        {
            writer.NewLine = "\n";
            writer.WriteLine("version: 1");
            writer.WriteLine("# The embedded directory of DirMail. Change it with ldapmodify while the server runs.");
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{GenerationMark}{generation}"));
            writer.WriteLine(CsnMark + tree.Csn);
            writer.WriteLine();
            var ldif = new LdifWriter(writer);
            foreach (string root in tree.Roots)
                foreach (TreeNode node in tree.Subtree(root))
                    ldif.Write(new LdifRecord.Content(node.Entry.Dn, node.Entry.Whole().Attributes));
            writer.WriteLine(EndMark);
            return Task.CompletedTask;
        }, cancellationToken);

    /// <summary>Null when there is none: a new directory.</summary>
    /// <exception cref="JournalException">It cannot be read.</exception>
    public static BaseFile? Read(string folder, DirectorySchema schema)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path))
            return null;
        (int generation, string csn) = ReadMarks(path);
        var draft = new TreeDraft(schema);
        using var reader = new StreamReader(path, Encoding.UTF8);
        // records become entries on all processors; they are put into the tree in their order
        foreach ((TreeEntry? entry, int line, string? fault) in LdifReader.Read(reader).AsParallel().AsOrdered().Select(item => Entry(item, schema)))
            if ((fault ?? draft.Add(entry!)) is string reason)
                throw new JournalException(path, line, reason);
        return new BaseFile(draft.ToSnapshot() with { Csn = csn }, generation);
    }

    private static (TreeEntry? Entry, int Line, string? Fault) Entry(LdifItem item, DirectorySchema schema)
    {
        if (item is LdifItem.Error error)
            return (null, error.Line, error.Reason);
        LdifRecord record = ((LdifItem.Read)item).Record;
        if (record is not LdifRecord.Content content)
            return (null, record.Line, "a change record in the base");
        string? fault = Replay.Read(content.Dn, content.Attributes, schema, out TreeEntry entry);
        return (entry, record.Line, fault);
    }

    private static (int Generation, string Csn) ReadMarks(string path)
    {
        int generation = 0;
        string? csn = null;
        string last = "";
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            last = line;
            if (number <= 10 && line.StartsWith(GenerationMark, StringComparison.Ordinal))
                _ = int.TryParse(line[GenerationMark.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out generation);
            if (number <= 10 && line.StartsWith(CsnMark, StringComparison.Ordinal))
                csn = line[CsnMark.Length..];
        }
        if (generation == 0 || csn is null || (csn.Length > 0 && !Csn.IsValid(csn)))
            throw new JournalException(path, 1, "no generation and contextCSN in its first lines: not a base file of this directory");
        return last == EndMark ? (generation, csn) : throw new JournalException(path, number, $"does not end with '{EndMark}': it is not whole");
    }
}
