using DirMail.Mail;
using DirMail.Store.Contents;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Reading;

/// <summary>Opens renditions: one query brings the prefix, the structure and, when it lies in the database, the whole content.</summary>
internal static class ContentReads
{
    private const string Columns = "r.octets, r.prefix, c.id, c.structure, c.data";

    public static MessageContent Open(Connection database, ContentFolder folder, RenditionId rendition) =>
        Find(database, folder, rendition) ?? throw new IOException("this message has been removed from the store");

    public static IReadOnlyList<MessageContent?> Open(Connection database, ContentFolder folder, IReadOnlyList<RenditionId> renditions) =>
        [.. renditions.Select(rendition => Find(database, folder, rendition))];

    private static MessageContent? Find(Connection database, ContentFolder folder, RenditionId rendition)
    {
        using Statement find = database.Use($"SELECT {Columns} FROM rendition r JOIN content c ON c.id = r.content WHERE r.id = ?").Bind(rendition.Value);
        return find.Step() ? Read(find, folder) : null;
    }

    public static MessageContent Open(Connection database, ContentFolder folder, QueueId message)
    {
        using Statement find = database.Use($"""
            SELECT {Columns} FROM queue_message q JOIN rendition r ON r.id = q.rendition JOIN content c ON c.id = r.content WHERE q.id = ?
            """).Bind(message.Value);
        return find.Step() ? Read(find, folder) : throw new IOException("this message is not in the queue any more");
    }

    /// <summary>One query a message, from rows that lie close together; nothing of the contents is touched for envelopes.</summary>
    public static StoredStructures Structures(Connection database, IReadOnlyList<RenditionId> renditions, StructureExtent extent)
    {
        var structures = new StoredStructures(renditions.Count);
        foreach (RenditionId rendition in renditions)
            if (extent == StructureExtent.Whole || !AddEnvelope(database, rendition, structures))
                AddStructure(database, rendition, structures);
        return structures;
    }

    private static bool AddEnvelope(Connection database, RenditionId rendition, StoredStructures structures)
    {
        using Statement find = database.Use("SELECT envelope FROM rendition WHERE id = ?").Bind(rendition.Value);
        if (!find.Step() || find.Blob(0) is not { Length: > 0 } envelope)
            return false;
        structures.Add(envelope);
        return true;
    }

    private static void AddStructure(Connection database, RenditionId rendition, StoredStructures structures)
    {
        using Statement find = database.Use("SELECT c.structure FROM rendition r JOIN content c ON c.id = r.content WHERE r.id = ?").Bind(rendition.Value);
        structures.Add(find.Step() ? find.Blob(0) : default);
    }

    private static MessageContent Read(Statement row, ContentFolder folder)
    {
        byte[]? inline = row.IsNull(4) ? null : row.Blob(4).ToArray();
        return new(row.Long(0), row.Blob(1).ToArray(), inline, folder.PathOf(row.Long(2)), row.Blob(3).ToArray());
    }
}
