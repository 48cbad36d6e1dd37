using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Store.Contents;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Reading;

/// <summary>Opens renditions: one query brings the prefix, the structure and, when it lies in the database, the whole content.</summary>
internal static class ContentReads
{
    private const string Columns = "r.octets, r.prefix, c.id, c.structure, c.data, r.replaces";

    /// <summary>Looked through in one read: a reader is held for a few milliseconds. Each message costs as much as so many octets on top.</summary>
    private const long OctetsARead = 4 * 1024 * 1024, OctetsAMessage = 4096;

    /// <summary>Brought along by one read; the last message may go beyond it.</summary>
    private const long OctetsHeld = 256 * 1024;

    public static MessageContent Open(Connection database, ContentFolder folder, RenditionId rendition) =>
        Find(database, folder, rendition) ?? throw new IOException("this message has been removed from the store");

    /// <summary>The first of them, as many as may be held at once; null for what is gone.</summary>
    public static IReadOnlyList<MessageContent?> Open(Connection database, ContentFolder folder, IReadOnlyList<RenditionId> renditions, ContentExtent extent)
    {
        var contents = new List<MessageContent?>();
        for (long octets = 0; contents.Count < renditions.Count && octets < OctetsHeld;)
        {
            MessageContent? content = Find(database, folder, renditions[contents.Count], extent);
            contents.Add(content);
            octets += content?.OctetsInMemory ?? 0;
        }
        return contents;
    }

    private static MessageContent? Find(Connection database, ContentFolder folder, RenditionId rendition, ContentExtent extent = ContentExtent.Whole)
    {
        using Statement find = database.Use($"SELECT {Columns} FROM rendition r JOIN content c ON c.id = r.content WHERE r.id = ?").Bind(rendition.Value);
        return find.Step() ? Read(find, folder, extent) : null;
    }

    /// <summary>Its octets are copied into <paramref name="text"/>; false when it is gone.</summary>
    public static bool Open(Connection database, ContentFolder folder, RenditionId rendition, SearchedText text)
    {
        using Statement find = database.Use($"SELECT {Columns} FROM rendition r JOIN content c ON c.id = r.content WHERE r.id = ?").Bind(rendition.Value);
        if (!find.Step())
            return false;
        text.Open(find.Long(0), find.Blob(1), find.Int(5), StructureOf(find.Blob(3), find.Blob(1), find.Int(5)), find.Blob(4), PathOf(find, folder));
        return true;
    }

    /// <summary>Looks through messages from <paramref name="at"/> on, as many as one read may take, up to one that lies in a file: that is then open, not looked at.</summary>
    /// <param name="look">Gets an index and that message's text, null when it is gone; false ends it.</param>
    /// <returns>Where it stopped; the end when nothing more is wanted.</returns>
    public static (int At, bool AtFile) LookThrough(Connection database, ContentFolder folder, IReadOnlyList<RenditionId> renditions, int at, SearchedText text, Func<int, SearchedText?, bool> look)
    {
        for (long octets = 0; at < renditions.Count && octets < OctetsARead; at++)
        {
            bool isThere = Open(database, folder, renditions[at], text);
            if (isThere && text.IsInFile)
                return (at, true);
            if (!look(at, isThere ? text : null))
                return (renditions.Count, false);
            octets += isThere ? OctetsAMessage + text.Octets : OctetsAMessage;
        }
        return (at, false);
    }

    public static MessageContent Open(Connection database, ContentFolder folder, QueueId message)
    {
        using Statement find = database.Use($"""
            SELECT {Columns} FROM queue_message q JOIN rendition r ON r.id = q.rendition JOIN content c ON c.id = r.content WHERE q.id = ?
            """).Bind(message.Value);
        return find.Step() ? Read(find, folder) : throw new IOException("this message is not in the queue any more");
    }

    /// <summary>One query a message, from rows that lie close together; the contents' rows are touched for long structures only.</summary>
    public static StoredStructures Structures(Connection database, IReadOnlyList<RenditionId> renditions, StructureExtent extent)
    {
        var structures = new StoredStructures(renditions.Count);
        using Statement listed = database.Use("SELECT envelope FROM rendition WHERE id = ?");
        foreach (RenditionId rendition in renditions)
            if (!AddListed(listed.Again().Bind(rendition.Value), extent, structures))
                AddStructure(database, rendition, structures);
        return structures;
    }

    /// <summary>False: the row knows less than what is wanted.</summary>
    private static bool AddListed(Statement find, StructureExtent extent, StoredStructures structures)
    {
        if (!find.Step() || find.Blob(0) is not { Length: > 0 } listed || extent == StructureExtent.Whole && !StructureCodec.IsWhole(listed))
            return false;
        structures.Add(listed);
        return true;
    }

    private static void AddStructure(Connection database, RenditionId rendition, StoredStructures structures)
    {
        using Statement find = database.Use("SELECT c.structure, r.prefix, r.replaces FROM rendition r JOIN content c ON c.id = r.content WHERE r.id = ?").Bind(rendition.Value);
        structures.Add(find.Step() ? StructureOf(find.Blob(0), find.Blob(1), find.Int(2)) : default);
    }

    private static ReadOnlySpan<byte> StructureOf(ReadOnlySpan<byte> original, ReadOnlySpan<byte> prefix, int replaces) => replaces > 0 ? ChangedHeader.Stored(original, prefix) : original;

    private static MessageContent Read(Statement row, ContentFolder folder, ContentExtent extent = ContentExtent.Whole)
    {
        ReadOnlySpan<byte> inline = row.Blob(4), structure = row.Blob(3);
        long? header = extent == ContentExtent.Header && StructureCodec.TryReadHeaderLength(structure, out long length) ? length : null;
        if (header < inline.Length)
            inline = inline[..(int)header];
        return new(row.Long(0), row.Blob(1).ToArray(), row.IsNull(4) ? null : inline.ToArray(), PathOf(row, folder), structure.ToArray()) { OriginalHeader = header, Replaces = row.Int(5) };
    }

    /// <summary>Looked for on the disk only when the octets are there.</summary>
    private static string PathOf(Statement row, ContentFolder folder) => row.IsNull(4) ? folder.PathOf(row.Long(2)) : ContentFolder.NameOf(row.Long(2));
}
