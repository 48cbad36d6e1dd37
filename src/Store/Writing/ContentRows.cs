using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Store.Contents;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>Contents and renditions within one transaction.</summary>
internal static class ContentRows
{
    /// <summary>A structure up to this size stands whole in the renditions' rows: that of most messages but those with many parts.</summary>
    private const int MostListedOctets = 1024;

    public static void Insert(WriteScope scope, Content content) =>
        Insert(scope, content.Id, content.Octets, content.Hash, content.StoredStructure, content.Inline, content.IsInFile);

    /// <summary>A message that is made within the transaction: it lies in the database, whatever its size.</summary>
    public static Rendition InsertWhole(WriteScope scope, ReadOnlySpan<byte> octets, ReadOnlySpan<byte> prefix)
    {
        using var scan = new MessageScan();
        scan.Write(octets);
        ScannedMessage scanned = scan.Complete();
        long id = scope.NextId();
        Insert(scope, id, octets.Length, scanned.Hash, scanned.Stored, octets, isInFile: false);
        return InsertRendition(scope, id, octets.Length, prefix, 0, scanned.Stored);
    }

    private static void Insert(WriteScope scope, long id, long octets, byte[] hash, byte[] structure, ReadOnlySpan<byte> data, bool isInFile)
    {
        using Statement insert = scope.Database.Use("INSERT INTO content (id, octets, hash, structure, data) VALUES (?, ?, ?, ?, ?)").Bind(id).Bind(octets).Bind(hash).Bind(structure);
        _ = isInFile ? insert.BindNull() : insert.Bind(data);
        insert.Run();
        scope.ContentAdded(octets);
    }

    /// <param name="replaces">How many of the content's first octets the prefix stands in place of.</param>
    public static Rendition InsertRendition(WriteScope scope, Content content, ReadOnlySpan<byte> prefix, int replaces) =>
        InsertRendition(scope, content.Id, content.Octets, prefix, replaces, content.StoredStructure);

    private static Rendition InsertRendition(WriteScope scope, long content, long contentOctets, ReadOnlySpan<byte> prefix, int replaces, ReadOnlySpan<byte> structure)
    {
        var rendition = new Rendition(new(scope.NextId()), contentOctets + prefix.Length - replaces);
        using Statement insert = scope.Database.Use("INSERT INTO rendition (id, content, octets, prefix, replaces, envelope) VALUES (?, ?, ?, ?, ?, ?)")
            .Bind(rendition.Id.Value).Bind(content).Bind(rendition.Octets).Bind(prefix).Bind(replaces).Bind(Listed(replaces > 0 ? ChangedHeader.Stored(structure, prefix) : structure));
        insert.Run();
        scope.RenditionAdded();
        return rendition;
    }

    /// <summary>What lists of messages are shown from: the structure when it is short, else its front with the envelope.</summary>
    private static ReadOnlySpan<byte> Listed(ReadOnlySpan<byte> structure) => structure.Length <= MostListedOctets ? structure : structure[..StructureCodec.EnvelopeLength(structure)];

    /// <summary>The rendition of that content with that prefix, made when missing.</summary>
    public static Rendition FindOrInsertRendition(WriteScope scope, long content, ReadOnlySpan<byte> prefix, int replaces)
    {
        using (Statement find = scope.Database.Use("SELECT id, octets FROM rendition WHERE content = ? AND prefix = ? AND replaces = ?").Bind(content).Bind(prefix).Bind(replaces))
        {
            if (find.Step())
            {
                var found = new Rendition(new(find.Long(0)), find.Long(1));
                using Statement keep = scope.Database.Use("UPDATE rendition SET unreferenced = NULL WHERE id = ? AND unreferenced IS NOT NULL").Bind(found.Id.Value);
                keep.Run();
                return found;
            }
        }
        using Statement stored = scope.Database.Use("SELECT octets, structure FROM content WHERE id = ?").Bind(content);
        stored.Step();
        return InsertRendition(scope, content, stored.Long(0), prefix, replaces, stored.Blob(1));
    }

    /// <summary>To be called after a reference went. What nothing refers to any more is kept for a while, for those who are still reading, then swept.</summary>
    public static void Release(WriteScope scope, RenditionId rendition)
    {
        using Statement release = scope.Database.Use("""
            UPDATE rendition SET unreferenced = ?2 WHERE id = ?1
            AND NOT EXISTS (SELECT 1 FROM entry WHERE rendition = ?1) AND NOT EXISTS (SELECT 1 FROM queue_message WHERE rendition = ?1)
            """).Bind(rendition.Value).Bind(scope.Now);
        release.Run();
    }
}

internal readonly record struct Rendition(RenditionId Id, long Octets);
