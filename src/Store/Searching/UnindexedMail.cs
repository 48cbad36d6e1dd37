using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Searching;

/// <summary>What the indexer asks of the store itself: each a short read, for a reader that stays long keeps the log from being copied.</summary>
internal static class UnindexedMail
{
    /// <summary>Of one commit to the index.</summary>
    public const int MostMessages = 64;

    /// <summary>After so many no other is taken.</summary>
    private const long MostOctets = 1024 * 1024;

    /// <summary>Renditions get their ids in the order of their commits, so what comes later has a higher one.</summary>
    public static List<UnindexedMessage> Next(Connection store, long watermark)
    {
        using Statement find = store.Use($"SELECT r.id, {Account}, r.octets FROM rendition r WHERE r.id > ? ORDER BY r.id LIMIT ?").Bind(watermark).Bind(MostMessages);
        var next = new List<UnindexedMessage>();
        for (long octets = 0; octets < MostOctets && find.Step(); octets += find.Long(2))
            next.Add(Read(find));
        return next;
    }

    /// <summary>Null: it is not in the store any more.</summary>
    public static UnindexedMessage? Find(Connection store, long rendition)
    {
        using Statement find = store.Use($"SELECT r.id, {Account} FROM rendition r WHERE r.id = ?").Bind(rendition);
        return find.Step() ? Read(find) : null;
    }

    public static long Count(Connection store, long watermark)
    {
        using Statement count = store.Use("SELECT count(*) FROM rendition WHERE id > ?").Bind(watermark);
        count.Step();
        return count.Long(0);
    }

    /// <summary>When the first of them came into a mailbox; null: none has.</summary>
    public static DateTimeOffset? Oldest(Connection store, long watermark)
    {
        using Statement find = store.Use("""
            SELECT ifnull(e.saved, e.internal_date) FROM rendition r JOIN entry e ON e.rendition = r.id WHERE r.id > ? ORDER BY r.id LIMIT 1
            """).Bind(watermark);
        return find.Step() ? find.Time(0) : null;
    }

    private const string Account = "(SELECT min(m.account) FROM entry e JOIN mailbox m ON m.id = e.mailbox WHERE e.rendition = r.id)";

    private static UnindexedMessage Read(Statement row) => new(row.Long(0), row.IsNull(1) ? null : row.Long(1));
}

/// <param name="Account">The first of those that have it in a mailbox; null: none has.</param>
internal sealed record UnindexedMessage(long Rendition, long? Account)
{
    public RenditionId Id => new(Rendition);
}
