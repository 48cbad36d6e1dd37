using DirMail.Store.Sqlite;

namespace DirMail.Store.Reading;

/// <summary>How much is stored and how often it is referred to.</summary>
internal static class Statistics
{
    /// <summary>Totals, from counters that commits keep: no scan of contents or entries.</summary>
    public static StoreStatistics Read(Connection database)
    {
        using Statement totals = database.Use("""
            SELECT (SELECT value FROM counter WHERE name = 'contents'), (SELECT ifnull(sum(messages), 0) FROM account), (SELECT ifnull(sum(recipients), 0) FROM lane),
                (SELECT value FROM counter WHERE name = 'octets'), (SELECT ifnull(sum(octets), 0) FROM account), (SELECT count(*) FROM account)
            """);
        totals.Step();
        return new(totals.Long(0), totals.Long(1), totals.Long(2), totals.Long(3), totals.Long(4), totals.Long(5));
    }

    /// <summary>By domain, as the names of the accounts say; looks at every entry.</summary>
    public static IReadOnlyList<DomainStatistics> ByDomain(Connection database)
    {
        using Statement find = database.Use("""
            WITH owner AS (SELECT id, messages, octets, iif(instr(ifnull(name, ''), '@') > 0, substr(name, instr(name, '@') + 1), NULL) AS domain FROM account),
                held AS (SELECT DISTINCT o.domain, r.content FROM owner o JOIN mailbox m ON m.account = o.id JOIN entry e ON e.mailbox = m.id JOIN rendition r ON r.id = e.rendition),
                stored AS (SELECT h.domain, count(*) AS contents, sum(c.octets) AS octets FROM held h JOIN content c ON c.id = h.content GROUP BY h.domain)
            SELECT o.domain, count(*), sum(o.messages), sum(o.octets), ifnull(max(s.contents), 0), ifnull(max(s.octets), 0)
            FROM owner o LEFT JOIN stored s ON s.domain IS o.domain GROUP BY o.domain ORDER BY o.domain
            """);
        var domains = new List<DomainStatistics>();
        while (find.Step())
            domains.Add(new(find.TextOrNull(0), find.Long(1), find.Long(2), find.Long(3), find.Long(4), find.Long(5)));
        return domains;
    }
}
