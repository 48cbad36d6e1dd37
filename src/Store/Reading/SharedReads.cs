using DirMail.Mail;
using DirMail.Store.Sqlite;
using DirMail.Store.Writing;

namespace DirMail.Store.Reading;

/// <summary>Mailboxes for those who do not own them, with what their access lists say.</summary>
internal static class SharedReads
{
    /// <summary>Those whose lists name one of the subjects, and those of the given owners, in no particular order.</summary>
    public static IReadOnlyList<SharedMailbox> Of(Connection database, IReadOnlyCollection<EntryId> subjects, IReadOnlyCollection<EntryId> owners)
    {
        var found = new Dictionary<long, EntryId>();
        foreach (EntryId subject in subjects)
            Collect(database, found, subject, "SELECT m.id, a.entry FROM acl l JOIN mailbox m ON m.id = l.mailbox JOIN account a ON a.id = m.account WHERE l.subject = ?");
        foreach (EntryId owner in owners)
            Collect(database, found, owner, "SELECT m.id, a.entry FROM account a JOIN mailbox m ON m.account = a.id WHERE a.entry = ?");
        return [.. found.Select(mailbox => new SharedMailbox(MailboxReads.Find(database, new(mailbox.Key))!, mailbox.Value, AccessRows.Read(database, new(mailbox.Key))))];
    }

    public static SharedMailbox? Find(Connection database, EntryId owner, string name) =>
        MailboxReads.Find(database, owner, name) is { } mailbox ? new(mailbox, owner, AccessRows.Read(database, mailbox.Id)) : null;

    private static void Collect(Connection database, Dictionary<long, EntryId> found, EntryId by, string sql)
    {
        using Statement find = database.Use(sql).Bind(by.Value);
        while (find.Step())
            found[find.Long(0)] = new(find.Guid(1));
    }
}
