using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>The end of an account, within one transaction.</summary>
internal static class Leaving
{
    public static bool Mark(WriteScope scope, IReadOnlyList<EntryId> entries, DateTimeOffset? since)
    {
        foreach (EntryId entry in entries)
        {
            using Statement mark = scope.Database.Use("UPDATE account SET gone_since = ?1 WHERE entry = ?2 AND (?1 IS NULL) <> (gone_since IS NULL)");
            _ = since is { } time ? mark.Bind(time) : mark.BindNull();
            mark.Bind(entry.Value).Run();
        }
        return true;
    }

    public static bool Purge(WriteScope scope, EntryId entry, DateTimeOffset? goneBefore)
    {
        if (AccountRows.Find(scope.Database, entry) is not { } account)
            return false;
        using (Statement due = scope.Database.Use("SELECT 1 FROM account WHERE id = ?1 AND (?2 IS NULL OR gone_since <= ?2)").Bind(account.Id))
        {
            _ = goneBefore is { } time ? due.Bind(time) : due.BindNull();
            if (!due.Step())
                return false;
        }
        AccountRows.Add(scope, account.Id, -account.Messages, -account.Octets);
        AccessRows.Forget(scope, entry);
        Remove(scope, account.Id);
        return true;
    }

    /// <summary>Its mailboxes are nobody's from here on, and are swept.</summary>
    public static void Remove(WriteScope scope, long account)
    {
        using (Statement rights = scope.Database.Use("DELETE FROM acl WHERE mailbox IN (SELECT id FROM mailbox WHERE account = ?)").Bind(account))
            rights.Run();
        using (Statement cut = scope.Database.Use("UPDATE mailbox SET account = NULL, name = NULL WHERE account = ? RETURNING id").Bind(account))
            while (cut.Step())
                scope.MailboxChanged(new(cut.Long(0)), MailboxWatch.Gone);
        foreach (string sql in (string[])
        [
            "UPDATE reader SET account = NULL WHERE account = ?",
            "DELETE FROM annotation WHERE account = ?",
            "DELETE FROM subscription WHERE account = ?",
            "DELETE FROM account WHERE id = ?",
        ])
        {
            using Statement step = scope.Database.Use(sql).Bind(account);
            step.Run();
        }
    }
}
