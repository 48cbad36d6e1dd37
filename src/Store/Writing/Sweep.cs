using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>Removes what nothing refers to any more, one slice a transaction. Each method returns whether there may be more.</summary>
internal static class Sweep
{
    private const int Slice = 100;
    private const int MostRemembered = 1_000_000;

    /// <summary>Renditions that nothing has referred to since <paramref name="before"/>, and their contents when no other rendition has them.</summary>
    public static bool Renditions(WriteScope scope, DateTimeOffset before)
    {
        List<(long Id, long Content)> gone = [];
        using (Statement find = scope.Database.Use("SELECT id, content FROM rendition WHERE unreferenced IS NOT NULL AND unreferenced <= ? LIMIT ?").Bind(before).Bind(Slice))
            while (find.Step())
                gone.Add((find.Long(0), find.Long(1)));
        foreach ((long id, long content) in gone)
        {
            using (Statement delete = scope.Database.Use("DELETE FROM rendition WHERE id = ?").Bind(id))
                delete.Run();
            scope.RenditionRemoved(id);
            RemoveContent(scope, content);
        }
        return gone.Count == Slice;
    }

    /// <summary>Entries of deleted mailboxes, then the mailboxes.</summary>
    public static bool Mailboxes(WriteScope scope)
    {
        long mailbox = scope.Database.Ask("SELECT id FROM mailbox WHERE account IS NULL LIMIT 1");
        if (mailbox == 0)
            return false;
        List<(Uid Uid, RenditionId Rendition)> entries = [];
        using (Statement find = scope.Database.Use("SELECT uid, rendition FROM entry WHERE mailbox = ? LIMIT ?").Bind(mailbox).Bind(Slice))
            while (find.Step())
                entries.Add((new((uint)find.Long(0)), new(find.Long(1))));
        foreach ((Uid uid, RenditionId rendition) in entries)
        {
            EntryRows.Delete(scope, new(mailbox), uid);
            ContentRows.Release(scope, rendition);
        }
        if (entries.Count == Slice)
            return true;
        using (Statement expunged = scope.Database.Use("DELETE FROM expunged WHERE (mailbox, modseq, uid) IN (SELECT mailbox, modseq, uid FROM expunged WHERE mailbox = ? LIMIT 1000)").Bind(mailbox))
            if (expunged.Run() == 1000)
                return true;
        if (ReaderRows.Sweep(scope, new MailboxId(mailbox)))
            return true;
        foreach (string sql in (string[])["DELETE FROM former_validity WHERE mailbox = ?", "DELETE FROM mailbox WHERE id = ?"])
        {
            using Statement delete = scope.Database.Use(sql).Bind(mailbox);
            delete.Run();
        }
        return true;
    }

    /// <summary>What is no longer to be known, and beyond <see cref="MostRemembered"/> what would be forgotten next.</summary>
    public static bool Memory(WriteScope scope, DateTimeOffset now)
    {
        using (Statement delete = scope.Database.Use("DELETE FROM memory WHERE (kind, key) IN (SELECT kind, key FROM memory WHERE expires <= ? LIMIT 1000)").Bind(now))
            if (delete.Run() == 1000)
                return true;
        using Statement surplus = scope.Database.Use("DELETE FROM memory WHERE (kind, key) IN (SELECT kind, key FROM memory ORDER BY expires LIMIT min(1000, max(0, (SELECT count(*) FROM memory) - ?)))").Bind(MostRemembered);
        return surplus.Run() == 1000;
    }

    private static void RemoveContent(WriteScope scope, long content)
    {
        using Statement delete = scope.Database.Use("""
            DELETE FROM content WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM rendition WHERE content = ?1) AND NOT EXISTS (SELECT 1 FROM expansion WHERE content = ?1)
            RETURNING octets, data IS NULL
            """).Bind(content);
        if (delete.Step())
            scope.ContentRemoved(content, delete.Long(0), delete.Bool(1));
        delete.Run();
    }
}
