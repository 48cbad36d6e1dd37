using DirMail.Store.Sqlite;

namespace DirMail.Store.Contents;

/// <summary>Files that no row speaks of: a crash fell between the file and its commit, or between a removal and its file's.</summary>
internal static class Orphans
{
    /// <summary>Only before anything is written; returns how many went.</summary>
    public static int Remove(Connection database, ContentFolder folder)
    {
        int removed = 0;
        foreach (long content in folder.List(removeUnfinished: true).ToList())
        {
            if (HasRow(database, content))
                continue;
            folder.Remove(content);
            removed++;
        }
        return removed;
    }

    public static bool HasRow(Connection database, long content)
    {
        using Statement find = database.Use("SELECT 1 FROM content WHERE id = ? AND data IS NULL").Bind(content);
        return find.Step();
    }
}
