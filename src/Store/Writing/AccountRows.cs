using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>An account's row as one transaction sees it. Usage is read and raised under the one writer, so a quota is exact however many deliver at once.</summary>
internal readonly record struct Account(long Id, long Messages, long Octets)
{
    public bool HasRoomFor(Quota quota, long messages, long octets) =>
        (quota.Messages is not { } most || Messages + messages <= most) && (quota.Octets is not { } limit || Octets + octets <= limit);
}

internal static class AccountRows
{
    public static Account? Find(Connection database, EntryId entry)
    {
        using Statement find = database.Use("SELECT id, messages, octets FROM account WHERE entry = ?").Bind(entry.Value);
        return find.Step() ? new(find.Long(0), find.Long(1), find.Long(2)) : null;
    }

    public static Account FindOrInsert(WriteScope scope, EntryId entry)
    {
        if (Find(scope.Database, entry) is { } account)
            return account;
        using Statement insert = scope.Database.Use("INSERT INTO account (entry, name) VALUES (?, ?)").Bind(entry.Value).Bind(scope.NameOf(entry));
        insert.Run();
        return new(scope.Database.LastRowId, 0, 0);
    }

    public static Account Of(Connection database, long id)
    {
        using Statement find = database.Use("SELECT id, messages, octets FROM account WHERE id = ?").Bind(id);
        return find.Step() ? new(find.Long(0), find.Long(1), find.Long(2)) : throw new InvalidOperationException($"account {id} has no row");
    }

    public static void Add(WriteScope scope, long account, long messages, long octets)
    {
        using Statement add = scope.Database.Use("UPDATE account SET messages = messages + ?, octets = octets + ? WHERE id = ?").Bind(messages).Bind(octets).Bind(account);
        add.Run();
    }
}
