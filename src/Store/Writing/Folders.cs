using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>What CREATE, DELETE, RENAME and SUBSCRIBE do, within one transaction. Names come normalized.</summary>
internal static class Folders
{
    /// <summary>Of one account. A bound, so that one user cannot make LIST slow for the rest.</summary>
    public const int MostMailboxes = 5000;

    public static bool EnsureInbox(WriteScope scope, EntryId entry)
    {
        Account account = AccountRows.FindOrInsert(scope, entry);
        MailboxRows.FindOrInsert(scope, account.Id, MailboxName.Inbox);
        return true;
    }

    /// <summary>The stored name of the folder that a place names; what no mailbox may be called is the inbox: mail is never lost for a name.</summary>
    public static string NameOf(Place place) => MailboxName.TryNormalize(place.Folder, out string name) ? name : MailboxName.Inbox;

    /// <summary>The mailboxes where a delivery is still to go, each once, made when they are missing.</summary>
    /// <param name="isDelivered">It has been there.</param>
    public static List<(MailboxRow Mailbox, MessageFlags Flags)> Of(WriteScope scope, Account account, LocalDelivery delivery, Func<MailboxId, bool> isDelivered)
    {
        var found = new List<(MailboxRow Mailbox, MessageFlags Flags)>(delivery.Places.Count);
        foreach (Place place in delivery.Places)
            if (Of(scope, account, delivery.Account, place) is var mailbox && !found.Exists(known => known.Mailbox.Id == mailbox.Id) && !isDelivered(mailbox.Id))
                found.Add((mailbox, place.Flags));
        return found;
    }

    private static MailboxRow Of(WriteScope scope, Account account, EntryId owner, Place place)
    {
        string name = NameOf(place);
        if (place.SpecialUse is not { } use)
            return MailboxRows.Find(scope.Database, account.Id, name) is { NoSelect: false } known ? known : Make(scope, account, owner, name);
        if (MailboxRows.FindByUse(scope.Database, account.Id, use) is { } found)
            return found;
        MailboxRow made = MailboxRows.FindOrInsert(scope, account.Id, name);
        using (Statement mark = scope.Database.Use("UPDATE mailbox SET special_use = ? WHERE id = ? AND special_use IS NULL").Bind(use).Bind(made.Id.Value))
            mark.Run();
        Subscribe(scope, owner, name, subscribed: true);
        return made;
    }

    private static MailboxRow Make(WriteScope scope, Account account, EntryId owner, string name)
    {
        bool isInbox = name == MailboxName.Inbox || MailboxRows.Count(scope.Database, account.Id) >= MostMailboxes;
        if (!isInbox)
            Subscribe(scope, owner, name, subscribed: true);
        return MailboxRows.FindOrInsert(scope, account.Id, isInbox ? MailboxName.Inbox : name);
    }

    public static MailboxResult Create(WriteScope scope, EntryId entry, string name, string? specialUse)
    {
        Account account = AccountRows.FindOrInsert(scope, entry);
        if (specialUse is not null && IsUsed(scope.Database, account.Id, specialUse))
            return MailboxResult.UseTaken;
        MailboxResult result = Create(scope, account, name);
        if (result == MailboxResult.Done && specialUse is not null)
            SetUse(scope, MailboxRows.Find(scope.Database, account.Id, name)!.Value.Id, specialUse);
        return result;
    }

    /// <summary>One mailbox of an account has a use (RFC 6154 3 leaves that to the server).</summary>
    /// <param name="use">Null: none.</param>
    public static bool MayHaveUse(Connection database, MailboxRow mailbox, string? use) =>
        use is null || (SpecialUses.Known.Contains(use) && !IsUsed(database, mailbox.Account, use, except: mailbox.Id.Value));

    public static void SetUse(WriteScope scope, MailboxId mailbox, string? use)
    {
        using Statement mark = scope.Database.Use("UPDATE mailbox SET special_use = ? WHERE id = ?").Bind(use).Bind(mailbox.Value);
        mark.Run();
    }

    private static bool IsUsed(Connection database, long account, string specialUse, long except = 0)
    {
        using Statement find = database.Use("SELECT 1 FROM mailbox WHERE account = ? AND special_use = ? AND id <> ?").Bind(account).Bind(specialUse).Bind(except);
        return find.Step();
    }

    private static MailboxResult Create(WriteScope scope, Account account, string name)
    {
        if (MailboxRows.Find(scope.Database, account.Id, name) is { } found)
        {
            if (!found.NoSelect)
                return MailboxResult.AlreadyExists;
            MailboxRows.MakeSelectable(scope, found.Id);
            return MailboxResult.Done;
        }
        if (MailboxRows.Count(scope.Database, account.Id) >= MostMailboxes)
            return MailboxResult.NotAllowed;
        MailboxRows.InsertWithParents(scope, account.Id, name);
        return MailboxResult.Done;
    }

    /// <summary>The mail is out of reach at once; its rows are removed afterwards, in slices.</summary>
    public static MailboxResult Delete(WriteScope scope, EntryId entry, string name)
    {
        if (name == MailboxName.Inbox)
            return MailboxResult.NotAllowed;
        if (AccountRows.Find(scope.Database, entry) is not { } account || MailboxRows.Find(scope.Database, account.Id, name) is not { } found)
            return MailboxResult.NotFound;
        bool hasChildren = MailboxRows.HasChildren(scope.Database, account.Id, name);
        if (found.NoSelect && hasChildren)
            return MailboxResult.NotAllowed;
        Cut(scope, found);
        if (hasChildren)
            MailboxRows.Insert(scope, account.Id, name, noSelect: true);
        return MailboxResult.Done;
    }

    public static MailboxResult Rename(WriteScope scope, EntryId entry, string from, string to)
    {
        if (AccountRows.Find(scope.Database, entry) is not { } account || MailboxRows.Find(scope.Database, account.Id, from) is not { } found)
            return MailboxResult.NotFound;
        if (MailboxRows.Find(scope.Database, account.Id, to) is not null)
            return MailboxResult.AlreadyExists;
        if (from == MailboxName.Inbox)
            return MoveInbox(scope, found, to);
        if (MailboxName.IsBelow(to, from))
            return MailboxResult.NotAllowed;
        List<(long Id, string Name)> moved = WithChildren(scope.Database, account.Id, from);
        if (moved.Any(row => !MailboxName.TryNormalize(to + row.Name[from.Length..], out _)))
            return MailboxResult.BadName;
        foreach (string parent in MailboxName.Parents(to))
            if (MailboxRows.Find(scope.Database, account.Id, parent) is null)
                MailboxRows.Insert(scope, account.Id, parent, noSelect: false);
        foreach ((long id, string name) in moved)
            SetName(scope, id, to + name[from.Length..]);
        return MailboxResult.Done;
    }

    /// <summary>A subscription needs no mailbox (RFC 9051 6.3.7).</summary>
    public static MailboxResult Subscribe(WriteScope scope, EntryId entry, string name, bool subscribed)
    {
        Account account = AccountRows.FindOrInsert(scope, entry);
        string sql = subscribed ? "INSERT OR IGNORE INTO subscription (account, name) VALUES (?, ?)" : "DELETE FROM subscription WHERE account = ? AND name = ?";
        using Statement change = scope.Database.Use(sql).Bind(account.Id).Bind(name);
        change.Run();
        return MailboxResult.Done;
    }

    private static void Cut(WriteScope scope, MailboxRow mailbox)
    {
        using (Statement sizes = scope.Database.Use("SELECT messages, octets FROM mailbox WHERE id = ?").Bind(mailbox.Id.Value))
        {
            sizes.Step();
            AccountRows.Add(scope, mailbox.Account, -sizes.Long(0), -sizes.Long(1));
        }
        AnnotationRows.RemoveAll(scope, mailbox.Id);
        AccessRows.RemoveAll(scope, mailbox.Id);
        using Statement cut = scope.Database.Use("UPDATE mailbox SET account = NULL, name = NULL WHERE id = ?").Bind(mailbox.Id.Value);
        cut.Run();
        scope.MailboxChanged(mailbox.Id, MailboxWatch.Gone);
    }

    /// <summary>RFC 9051 6.3.6: the messages move to a new mailbox, INBOX stays, empty; its children stay too.</summary>
    private static MailboxResult MoveInbox(WriteScope scope, MailboxRow inbox, string to)
    {
        MailboxRow target = MailboxRows.InsertWithParents(scope, inbox.Account, to);
        foreach (string sql in (string[])
        [
            "UPDATE entry SET mailbox = ?2 WHERE mailbox = ?1",
            """
            UPDATE mailbox SET (uidnext, modseq, messages, unseen, deleted, octets) = (SELECT uidnext, modseq, messages, unseen, deleted, octets FROM mailbox WHERE id = ?1) WHERE id = ?2
            """,
            "UPDATE mailbox SET modseq = modseq + 1, messages = 0, unseen = 0, deleted = 0, octets = 0 WHERE id = ?1 AND ?2 IS NOT NULL",
            "INSERT INTO expunged (mailbox, modseq, uid) SELECT ?1, (SELECT modseq FROM mailbox WHERE id = ?1), uid FROM entry WHERE mailbox = ?2",
        ])
        {
            using Statement step = scope.Database.Use(sql).Bind(inbox.Id.Value).Bind(target.Id.Value);
            step.Run();
        }
        ReaderRows.Move(scope, inbox.Id, target.Id);
        using Statement latest = scope.Database.Use("SELECT modseq FROM mailbox WHERE id = ?").Bind(inbox.Id.Value);
        latest.Step();
        scope.MailboxChanged(inbox.Id, new(latest.Long(0)));
        return MailboxResult.Done;
    }

    private static List<(long Id, string Name)> WithChildren(Connection database, long account, string name)
    {
        using Statement find = database.Use("SELECT id, name FROM mailbox WHERE account = ?1 AND (name = ?2 OR (name >= ?2 || '/' AND name < ?2 || '0'))").Bind(account).Bind(name);
        var rows = new List<(long, string)>();
        while (find.Step())
            rows.Add((find.Long(0), find.Text(1)));
        return rows;
    }

    private static void SetName(WriteScope scope, long mailbox, string name)
    {
        using Statement rename = scope.Database.Use("UPDATE mailbox SET name = ? WHERE id = ?").Bind(name).Bind(mailbox);
        rename.Run();
    }
}
