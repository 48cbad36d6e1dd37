using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>A mailbox's row as far as writers need it.</summary>
internal readonly record struct MailboxRow(MailboxId Id, long Account, uint UidValidity, bool NoSelect);

/// <summary>Rows of mailboxes within one transaction: finding, making and naming them.</summary>
internal static class MailboxRows
{
    private const string Columns = "id, account, uidvalidity, noselect";

    public static MailboxRow? Find(Connection database, long account, string name)
    {
        using Statement find = database.Use($"SELECT {Columns} FROM mailbox WHERE account = ? AND name = ?").Bind(account).Bind(name);
        return find.Step() ? Read(find) : null;
    }

    /// <summary>Null when it is gone or a name only.</summary>
    public static MailboxRow? Find(Connection database, MailboxId mailbox)
    {
        using Statement find = database.Use($"SELECT {Columns} FROM mailbox WHERE id = ? AND account IS NOT NULL AND noselect = 0").Bind(mailbox.Value);
        return find.Step() ? Read(find) : null;
    }

    /// <summary>The account's mailbox with that special use; a mere name has none.</summary>
    public static MailboxRow? FindByUse(Connection database, long account, string use)
    {
        using Statement find = database.Use($"SELECT {Columns} FROM mailbox WHERE account = ? AND special_use = ? AND noselect = 0 ORDER BY id LIMIT 1").Bind(account).Bind(use);
        return find.Step() ? Read(find) : null;
    }

    /// <summary>A mailbox that can hold mail; its parents are made too, and a mere name becomes a mailbox again.</summary>
    public static MailboxRow FindOrInsert(WriteScope scope, long account, string name)
    {
        if (Find(scope.Database, account, name) is not { } found)
            return InsertWithParents(scope, account, name);
        if (found.NoSelect)
            MakeSelectable(scope, found.Id);
        return found with { NoSelect = false };
    }

    public static MailboxRow InsertWithParents(WriteScope scope, long account, string name)
    {
        foreach (string parent in MailboxName.Parents(name))
            if (Find(scope.Database, account, parent) is null)
                Insert(scope, account, parent, noSelect: false);
        return Insert(scope, account, name, noSelect: false);
    }

    /// <summary>UIDVALIDITY is larger than any given before, so a name made again never repeats one (RFC 9051 2.3.1.1).</summary>
    public static MailboxRow Insert(WriteScope scope, long account, string name, bool noSelect)
    {
        long validity = NextUidValidity(scope);
        using Statement insert = scope.Database.Use("INSERT INTO mailbox (account, name, uidvalidity, noselect) VALUES (?, ?, ?, ?)")
            .Bind(account).Bind(name).Bind(validity).Bind(noSelect ? 1 : 0);
        insert.Run();
        var inserted = new MailboxRow(new(scope.Database.LastRowId), account, (uint)validity, noSelect);
        AccessRows.Inherit(scope, account, name, inserted.Id);
        return inserted;
    }

    public static void MakeSelectable(WriteScope scope, MailboxId mailbox)
    {
        using Statement update = scope.Database.Use("UPDATE mailbox SET noselect = 0 WHERE id = ?").Bind(mailbox.Value);
        update.Run();
    }

    public static bool HasChildren(Connection database, long account, string name)
    {
        using Statement find = database.Use("SELECT 1 FROM mailbox WHERE account = ? AND name >= ? AND name < ? LIMIT 1")
            .Bind(account).Bind(name + "/").Bind(name + "0");
        return find.Step();
    }

    public static long Count(Connection database, long account)
    {
        using Statement count = database.Use("SELECT count(*) FROM mailbox WHERE account = ?").Bind(account);
        count.Step();
        return count.Long(0);
    }

    /// <summary>Gives the mailbox its next MODSEQ, one more than the last, and <paramref name="uids"/> UIDs; returns the MODSEQ and the first UID.</summary>
    public static (long ModSeq, uint FirstUid) Raise(WriteScope scope, MailboxId mailbox, int uids, Counters change)
    {
        using Statement raise = scope.Database.Use("""
            UPDATE mailbox SET modseq = modseq + 1, uidnext = uidnext + ?1, messages = messages + ?2, unseen = unseen + ?3, deleted = deleted + ?4, octets = octets + ?5
            WHERE id = ?6 RETURNING modseq, uidnext - ?1
            """).Bind(uids).Bind(change.Messages).Bind(change.Unseen).Bind(change.Deleted).Bind(change.Octets).Bind(mailbox.Value);
        if (!raise.Step())
            throw new InvalidOperationException($"mailbox {mailbox.Value} has no row");
        (long, uint) given = (raise.Long(0), (uint)raise.Long(1));
        raise.Run();
        scope.MailboxChanged(mailbox, new(given.Item1));
        return given;
    }

    /// <summary>Gives every mailbox another UIDVALIDITY: what clients remember of it does not hold any more.</summary>
    public static int Renew(WriteScope scope)
    {
        long validity = NextUidValidity(scope);
        using (Statement keep = scope.Database.Use("INSERT OR IGNORE INTO former_validity (mailbox, below, uidvalidity) SELECT id, uidnext, uidvalidity FROM mailbox WHERE account IS NOT NULL AND uidnext > 1"))
            keep.Run();
        using Statement renew = scope.Database.Use("UPDATE mailbox SET uidvalidity = ?").Bind(validity);
        return renew.Run();
    }

    private static long NextUidValidity(WriteScope scope)
    {
        using Statement next = scope.Database.Use("UPDATE counter SET value = max(value + 1, ?) WHERE name = 'uidvalidity' RETURNING value").Bind(scope.Now.ToUnixTimeSeconds());
        next.Step();
        return next.Long(0);
    }

    private static MailboxRow Read(Statement row) => new(new(row.Long(0)), row.Long(1), (uint)row.Long(2), row.Bool(3));
}

/// <summary>By how much a mailbox's counters change.</summary>
internal readonly record struct Counters(int Messages, int Unseen, int Deleted, long Octets)
{
    public static Counters Of(SystemFlags flags, long octets) =>
        new(1, flags.HasFlag(SystemFlags.Seen) ? 0 : 1, flags.HasFlag(SystemFlags.Deleted) ? 1 : 0, octets);

    public static Counters operator +(Counters a, Counters b) => new(a.Messages + b.Messages, a.Unseen + b.Unseen, a.Deleted + b.Deleted, a.Octets + b.Octets);

    public static Counters operator -(Counters a, Counters b) => new(a.Messages - b.Messages, a.Unseen - b.Unseen, a.Deleted - b.Deleted, a.Octets - b.Octets);
}
