using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Reading;

internal static class AccountReads
{
    private const string Columns = """
        SELECT a.id, a.entry, a.name, a.set_aside, a.messages, a.octets, a.messages > 0 OR EXISTS (SELECT 1 FROM mailbox m WHERE m.account = a.id AND m.name <> 'INBOX'), a.domain, a.gone_since, a.is_group FROM account a
        """;

    public static IReadOnlyList<StoredAccount> List(Connection database, long after, int limit)
    {
        using Statement find = database.Use(Columns + " WHERE a.id > ? ORDER BY a.id LIMIT ?").Bind(after).Bind(limit);
        var accounts = new List<StoredAccount>();
        while (find.Step())
            accounts.Add(Read(find));
        return accounts;
    }

    public static IReadOnlyList<StoredAccount> Named(Connection database, string? name, string? domain)
    {
        using Statement find = database.Use(Columns + " WHERE (?1 IS NULL OR a.name = ?1) AND (?2 IS NULL OR substr(a.name, -length(?2) - 1) = '@' || ?2) ORDER BY a.name, a.id")
            .Bind(name?.ToLowerInvariant()).Bind(domain?.ToLowerInvariant());
        var accounts = new List<StoredAccount>();
        while (find.Step())
            accounts.Add(Read(find));
        return accounts;
    }

    public static StoredAccount? Find(Connection database, EntryId entry)
    {
        using Statement find = database.Use(Columns + " WHERE a.entry = ?").Bind(entry.Value);
        return find.Step() ? Read(find) : null;
    }

    private static StoredAccount Read(Statement row) => new(row.Long(0), new(row.Guid(1)), row.TextOrNull(2), row.Bool(3), row.Long(4), row.Long(5), row.Bool(6), row.IsNull(7) ? null : new(row.Guid(7)))
    {
        GoneSince = row.IsNull(8) ? null : row.Time(8),
        IsGroup = row.Bool(9),
    };
}
