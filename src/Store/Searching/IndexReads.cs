using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Searching;

/// <summary>Reads of the index.</summary>
internal static class IndexReads
{
    /// <summary>Those of the messages that are in the index.</summary>
    /// <param name="first">Index of the first message that is looked for.</param>
    public static List<Document> Locate(Connection database, IReadOnlyList<RenditionId> messages, int first, int count)
    {
        var found = new List<Document>(count);
        for (int i = first; i < first + count; i++)
        {
            using Statement find = database.Use("SELECT doc, gaps FROM message WHERE rendition = ?").Bind(messages[i].Value);
            if (find.Step())
                found.Add(new(find.Long(0), i, (IndexGaps)find.Int(1)));
        }
        return found;
    }

    /// <summary>Marks those of the documents, which come in order, that answer.</summary>
    public static bool[] Ask(Connection database, IndexQuestion question, ReadOnlySpan<Document> documents)
    {
        var found = new bool[documents.Length];
        foreach ((string table, string match) in question.Parts)
        {
            using Statement find = database.Use($"SELECT rowid FROM {table} WHERE {table} MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid").Bind(match).Bind(documents[0].Number).Bind(documents[^1].Number);
            for (int at = 0; find.Step();)
            {
                long number = find.Long(0);
                while (at < documents.Length && documents[at].Number < number)
                    at++;
                // a mailbox may hold copies of one message
                for (; at < documents.Length && documents[at].Number == number; at++)
                    found[at] = true;
            }
        }
        return found;
    }
}

/// <param name="Message">Its index among those that were asked for.</param>
internal readonly record struct Document(long Number, int Message, IndexGaps Gaps);
