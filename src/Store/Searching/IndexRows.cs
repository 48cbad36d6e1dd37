using DirMail.Store.Sqlite;

namespace DirMail.Store.Searching;

/// <summary>Writes to the index, within a transaction of its connection.</summary>
internal static class IndexRows
{
    public static long Watermark(Connection database) => database.Ask("SELECT value FROM mark WHERE name = 'watermark'");

    public static void MoveWatermark(Connection database, long rendition)
    {
        using Statement move = database.Use("UPDATE mark SET value = ? WHERE name = 'watermark'").Bind(rendition);
        move.Run();
    }

    /// <summary>Documents have to come in order of their numbers: else each is a tree of its own, to be merged.</summary>
    public static void Insert(Connection database, long rendition, long document, IndexedText text)
    {
        using (Statement message = database.Use("INSERT INTO message (rendition, doc, gaps) VALUES (?, ?, ?)").Bind(rendition).Bind(document).Bind((long)text.Gaps))
            message.Run();
        using (Statement field = database.Use("INSERT INTO field (rowid, subject, sender, recipient, cc, bcc) VALUES (?, ?, ?, ?, ?, ?)").Bind(document))
        {
            foreach (IndexedText.Column column in text.Fields)
                field.BindText(column.Utf8);
            field.Run();
        }
        using (Statement header = database.Use("INSERT INTO header (rowid, text) VALUES (?, ?)").Bind(document).BindText(text.Header.Utf8))
            header.Run();
        using Statement body = database.Use("INSERT INTO body (rowid, text) VALUES (?, ?)").Bind(document).BindText(text.Body.Utf8);
        body.Run();
    }

    public static bool IsIndexed(Connection database, long rendition)
    {
        using Statement find = database.Use("SELECT 1 FROM message WHERE rendition = ?").Bind(rendition);
        return find.Step();
    }

    /// <summary>The number for the next message of that account.</summary>
    public static long NextDocument(Connection database, long account)
    {
        long first = account << IndexSchema.AccountShift;
        using Statement find = database.Use("SELECT max(doc) FROM message WHERE doc BETWEEN ? AND ?").Bind(first).Bind(first | uint.MaxValue);
        return find.Step() && !find.IsNull(0) ? find.Long(0) + 1 : first + 1;
    }

    public static void Wait(Connection database, long rendition)
    {
        using Statement wait = database.Use("INSERT OR IGNORE INTO waiting (rendition) VALUES (?)").Bind(rendition);
        wait.Run();
    }

    public static void EndWait(Connection database, long rendition)
    {
        using Statement end = database.Use("DELETE FROM waiting WHERE rendition = ?").Bind(rendition);
        end.Run();
    }

    public static List<long> Waiting(Connection database, long after, int limit) => Renditions(database, "SELECT rendition FROM waiting WHERE rendition > ? ORDER BY rendition LIMIT ?", after, limit);

    public static List<long> Indexed(Connection database, long after, int limit) => Renditions(database, "SELECT rendition FROM message WHERE rendition > ? ORDER BY rendition LIMIT ?", after, limit);

    /// <summary>Whatever there is of it.</summary>
    public static void Remove(Connection database, long rendition)
    {
        EndWait(database, rendition);
        long document;
        using (Statement find = database.Use("SELECT doc FROM message WHERE rendition = ?").Bind(rendition))
        {
            if (!find.Step())
                return;
            document = find.Long(0);
        }
        foreach (string sql in (string[])["DELETE FROM field WHERE rowid = ?", "DELETE FROM header WHERE rowid = ?", "DELETE FROM body WHERE rowid = ?", "DELETE FROM message WHERE doc = ?"])
        {
            using Statement delete = database.Use(sql).Bind(document);
            delete.Run();
        }
    }

    private static List<long> Renditions(Connection database, string sql, long after, int limit)
    {
        using Statement find = database.Use(sql).Bind(after).Bind(limit);
        var found = new List<long>();
        while (find.Step())
            found.Add(find.Long(0));
        return found;
    }
}
