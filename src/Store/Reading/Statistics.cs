using DirMail.Store.Sqlite;

namespace DirMail.Store.Reading;

/// <summary>Totals, from counters that commits keep: no scan of contents or entries.</summary>
internal static class Statistics
{
    public static StoreStatistics Read(Connection database)
    {
        using Statement totals = database.Use("""
            SELECT (SELECT value FROM counter WHERE name = 'contents'), (SELECT ifnull(sum(messages), 0) FROM account), (SELECT ifnull(sum(recipients), 0) FROM lane),
                (SELECT value FROM counter WHERE name = 'octets'), (SELECT ifnull(sum(octets), 0) FROM account), (SELECT count(*) FROM account)
            """);
        totals.Step();
        return new(totals.Long(0), totals.Long(1), totals.Long(2), totals.Long(3), totals.Long(4), totals.Long(5));
    }
}
