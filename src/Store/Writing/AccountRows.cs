using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>An account's row as one transaction sees it. Usage is read and raised under the one writer, so a quota is exact however many deliver at once.</summary>
internal readonly record struct Account(long Id, long Messages, long Octets, EntryId? Domain);

internal static class AccountRows
{
    private const string Columns = "id, messages, octets, domain";

    public static Account? Find(Connection database, EntryId entry)
    {
        using Statement find = database.Use($"SELECT {Columns} FROM account WHERE entry = ?").Bind(entry.Value);
        return find.Step() ? Read(find) : null;
    }

    public static Account FindOrInsert(WriteScope scope, EntryId entry)
    {
        if (Find(scope.Database, entry) is { } account)
            return account;
        OwnerName? name = scope.NameOf(entry);
        using Statement insert = scope.Database.Use("INSERT INTO account (entry, name, is_group) VALUES (?, ?, ?)").Bind(entry.Value).Bind(name?.Text).Bind(name is { IsGroup: true } ? 1 : 0);
        insert.Run();
        var made = new Account(scope.Database.LastRowId, 0, 0, null);
        return scope.FirstMailOf(entry) is { } first && IsDelivered(scope, made, first) ? Of(scope.Database, made.Id) : made;
    }

    /// <summary>What does not fit is left out: the account is new only once.</summary>
    private static bool IsDelivered(WriteScope scope, Account account, FirstMail first)
    {
        if (!Quotas.HasRoom(scope, account, first.Quota, 1, first.Octets.Length + first.Prefix.Length))
            return false;
        Rendition rendition = ContentRows.InsertWhole(scope, first.Octets.Span, first.Prefix.Span);
        EntryRows.Insert(scope, MailboxRows.FindOrInsert(scope, account.Id, MailboxName.Inbox), new(rendition, MessageFlags.None, scope.Now), null);
        return true;
    }

    public static Account Of(Connection database, long id)
    {
        using Statement find = database.Use($"SELECT {Columns} FROM account WHERE id = ?").Bind(id);
        return find.Step() ? Read(find) : throw new InvalidOperationException($"account {id} has no row");
    }

    /// <summary>Raises or lowers the usage of the account, and of its domain with it.</summary>
    public static void Add(WriteScope scope, long account, long messages, long octets)
    {
        using Statement add = scope.Database.Use("UPDATE account SET messages = messages + ?, octets = octets + ? WHERE id = ? RETURNING domain").Bind(messages).Bind(octets).Bind(account);
        if (add.Step() && !add.IsNull(0))
            Quotas.Add(scope, new(add.Guid(0)), messages, octets);
    }

    private static Account Read(Statement row) => new(row.Long(0), row.Long(1), row.Long(2), row.IsNull(3) ? null : new(row.Guid(3)));
}
