using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>Access lists within one transaction.</summary>
internal static class AccessRows
{
    /// <summary>Of one mailbox.</summary>
    private const int Most = 500;

    public static AccessList Read(Connection database, MailboxId mailbox)
    {
        using Statement find = database.Use("SELECT subject, granted, denied FROM acl WHERE mailbox = ? ORDER BY subject").Bind(mailbox.Value);
        List<AccessEntry> entries = [];
        while (find.Step())
            entries.Add(new(new(find.Guid(0)), (Rights)find.Int(1), (Rights)find.Int(2)));
        return entries.Count == 0 ? AccessList.Empty : new([.. entries]);
    }

    /// <summary>A subject without rights is taken off the list; not the owner, who has others as long as he is not on it.</summary>
    public static MailboxResult Change(WriteScope scope, MailboxId mailbox, AccessChange change)
    {
        if (MailboxRows.Find(scope.Database, mailbox) is not { } row)
            return MailboxResult.NotFound;
        AccessList list = Read(scope.Database, mailbox);
        AccessEntry before = list.Find(change.Subject) ?? new(change.Subject, change.Before, Rights.None);
        if (list.Find(change.Subject) is null && list.Entries.Length >= Most)
            return MailboxResult.NotAllowed;
        AccessEntry after = change.IsDenial ? before with { Denied = Apply(before.Denied, change) } : before with { Granted = Apply(before.Granted, change) };
        if ((after.Granted | after.Denied) == Rights.None && !IsOwner(scope.Database, row.Account, change.Subject))
            Remove(scope, mailbox, change.Subject);
        else
            Put(scope, mailbox, after);
        using Statement latest = scope.Database.Use("SELECT modseq FROM mailbox WHERE id = ?").Bind(mailbox.Value);
        latest.Step();
        scope.MailboxChanged(mailbox, new(latest.Long(0))); // wakes those who may have lost it
        return MailboxResult.Done;
    }

    /// <summary>A new mailbox has the list of the one above it (RFC 4314 4).</summary>
    public static void Inherit(WriteScope scope, long account, string name, MailboxId mailbox)
    {
        int above = name.LastIndexOf('/');
        if (above < 0)
            return;
        using Statement copy = scope.Database.Use("""
            INSERT INTO acl (mailbox, subject, granted, denied) SELECT ?, a.subject, a.granted, a.denied FROM acl a JOIN mailbox m ON m.id = a.mailbox WHERE m.account = ? AND m.name = ?
            """).Bind(mailbox.Value).Bind(account).Bind(name[..above]);
        copy.Run();
    }

    public static void RemoveAll(WriteScope scope, MailboxId mailbox)
    {
        using Statement delete = scope.Database.Use("DELETE FROM acl WHERE mailbox = ?").Bind(mailbox.Value);
        delete.Run();
    }

    /// <summary>What one had, another has.</summary>
    public static void Give(WriteScope scope, EntryId former, EntryId heir)
    {
        using Statement give = scope.Database.Use("UPDATE OR IGNORE acl SET subject = ? WHERE subject = ?").Bind(heir.Value).Bind(former.Value);
        give.Run();
        Forget(scope, former);
    }

    /// <summary>Takes it off every list.</summary>
    public static void Forget(WriteScope scope, EntryId subject)
    {
        using Statement delete = scope.Database.Use("DELETE FROM acl WHERE subject = ?").Bind(subject.Value);
        delete.Run();
    }

    private static Rights Apply(Rights rights, AccessChange change) => change.Kind switch
    {
        FlagChangeKind.Add => rights | change.Rights,
        FlagChangeKind.Remove => rights & ~change.Rights,
        _ => change.Rights,
    };

    private static bool IsOwner(Connection database, long account, EntryId subject) => AccountRows.Find(database, subject)?.Id == account;

    private static void Put(WriteScope scope, MailboxId mailbox, AccessEntry entry)
    {
        using Statement put = scope.Database.Use("""
            INSERT INTO acl (mailbox, subject, granted, denied) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET granted = excluded.granted, denied = excluded.denied
            """).Bind(mailbox.Value).Bind(entry.Subject.Value).Bind((long)entry.Granted).Bind((long)entry.Denied);
        put.Run();
    }

    private static void Remove(WriteScope scope, MailboxId mailbox, EntryId subject)
    {
        using Statement delete = scope.Database.Use("DELETE FROM acl WHERE mailbox = ? AND subject = ?").Bind(mailbox.Value).Bind(subject.Value);
        delete.Run();
    }
}
