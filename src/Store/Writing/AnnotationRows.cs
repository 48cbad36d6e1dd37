using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

internal static class AnnotationRows
{
    public static IReadOnlyList<Annotation> List(Connection database, EntryId entry, MailboxId? mailbox)
    {
        using Statement find = database.Use("SELECT n.name, n.value FROM annotation n JOIN account a ON a.id = n.account WHERE a.entry = ? AND n.mailbox = ? ORDER BY n.name")
            .Bind(entry.Value).Bind(mailbox?.Value ?? 0);
        List<Annotation> annotations = [];
        while (find.Step())
            annotations.Add(new(find.Text(0), find.Text(1)));
        return annotations;
    }

    public static AnnotationResult Set(WriteScope scope, EntryId entry, MailboxId? mailbox, IReadOnlyList<Annotation> changes)
    {
        Account account = AccountRows.FindOrInsert(scope, entry);
        MailboxRow? row = mailbox is { } id ? MailboxRows.Find(scope.Database, id) : null;
        if (mailbox is not null && row is null)
            return AnnotationResult.MailboxGone;
        if (changes.Any(change => SpecialUses.IsIn(change) && (row?.Account != account.Id || !Folders.MayHaveUse(scope.Database, row.Value, change.Value))))
            return AnnotationResult.UseNotPossible;
        HashSet<string> names = new(List(scope.Database, entry, mailbox).Select(static annotation => annotation.Name), StringComparer.OrdinalIgnoreCase);
        foreach (Annotation change in changes)
            _ = change.Value is null ? names.Remove(change.Name) : names.Add(change.Name);
        if (names.Count > Annotations.Most)
            return AnnotationResult.TooMany;
        foreach (Annotation change in changes)
        {
            if (SpecialUses.IsIn(change))
                Folders.SetUse(scope, row!.Value.Id, change.Value);
            else
                Set(scope, account.Id, mailbox?.Value ?? 0, change);
        }
        // RFC 7162 3.2
        if (mailbox is { } annotated && changes.Count > 0)
            MailboxRows.Raise(scope, annotated, 0, default);
        return AnnotationResult.Done;
    }

    public static void RemoveAll(WriteScope scope, MailboxId mailbox)
    {
        using Statement delete = scope.Database.Use("DELETE FROM annotation WHERE mailbox = ?").Bind(mailbox.Value);
        delete.Run();
    }

    private static void Set(WriteScope scope, long account, long mailbox, Annotation change)
    {
        using Statement set = change.Value is null
            ? scope.Database.Use("DELETE FROM annotation WHERE account = ? AND mailbox = ? AND name = ?").Bind(account).Bind(mailbox).Bind(change.Name)
            : scope.Database.Use("INSERT INTO annotation (account, mailbox, name, value) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value")
                .Bind(account).Bind(mailbox).Bind(change.Name).Bind(change.Value);
        set.Run();
    }
}
