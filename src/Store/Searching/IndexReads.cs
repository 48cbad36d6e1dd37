using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Searching;

/// <summary>Reads of the index.</summary>
internal static class IndexReads
{
    /// <summary>Two messages whose ids lie further apart are not looked for in one walk.</summary>
    private const long Near = 8;

    /// <summary>Those of the messages that are in the index.</summary>
    /// <param name="first">Index of the first message that is looked for.</param>
    public static List<Document> Locate(Connection database, IReadOnlyList<RenditionId> messages, int first, int count)
    {
        var found = new List<Document>(count);
        for (int next, end = first + count; first < end; first = next)
        {
            for (next = first + 1; next < end && messages[next].Value - messages[next - 1].Value is > 0 and <= Near;)
                next++;
            using Statement find = database.Use("SELECT rendition, doc, gaps FROM message WHERE rendition BETWEEN ? AND ? ORDER BY rendition").Bind(messages[first].Value).Bind(messages[next - 1].Value);
            for (int at = first; find.Step();)
            {
                while (messages[at].Value < find.Long(0))
                    at++;
                if (messages[at].Value == find.Long(0))
                    found.Add(new(find.Long(1), at, (IndexGaps)find.Int(2)));
            }
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
