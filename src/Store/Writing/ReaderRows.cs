using DirMail.Mail;
using DirMail.Store.Reading;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>
/// The \Seen that readers keep in somebody else's mailbox, within one transaction. A change raises the mailbox's MODSEQ and is noted with it; what was taken back keeps its row, so that those who ask
/// what changed are told.
/// </summary>
internal static class ReaderRows
{
    private const int Slice = 1000;

    /// <summary>As <see cref="Entries.StoreFlags"/>; \Seen goes to the reader, the rest to the entry.</summary>
    public static IReadOnlyList<MailboxEntry> StoreFlags(WriteScope scope, Perspective view, IReadOnlyList<Uid> uids, FlagChange change)
    {
        if (view.Reader is null)
            return Entries.StoreFlags(scope, view.Mailbox, uids, change);
        if (MailboxRows.Find(scope.Database, view.Mailbox) is null)
            return [];
        if (change.UnchangedSince is { } since)
            uids = [.. Entries.Find(scope.Database, view, uids).Where(entry => entry.ModSeq.Value <= since.Value).Select(static entry => entry.Uid)];
        FlagScope shared = change.Within.Without(SystemFlags.Seen);
        if (shared.System != SystemFlags.None || shared.Keywords)
            Entries.StoreFlags(scope, view.Mailbox, uids, change with { UnchangedSince = null, Within = shared });
        List<MailboxEntry> entries = Entries.Find(scope.Database, view, uids);
        var marked = new List<(Uid, bool)>();
        foreach (MailboxEntry entry in entries)
        {
            bool isSeen = Entries.Apply(entry.Flags, change).System.HasFlag(SystemFlags.Seen);
            if (isSeen != entry.Flags.System.HasFlag(SystemFlags.Seen))
                marked.Add((entry.Uid, isSeen));
        }
        Mark(scope, view, marked);
        ReaderReads.See(scope.Database, view, entries);
        return entries;
    }

    /// <summary>Nothing for an owner's view.</summary>
    /// <param name="marks">Those alone whose mark differs from what it was.</param>
    public static void Mark(WriteScope scope, Perspective view, IReadOnlyList<(Uid Uid, bool IsSeen)> marks)
    {
        if (view.Reader is not { } entry || marks.Count == 0)
            return;
        long reader = FindOrInsert(scope, view.Mailbox, AccountRows.FindOrInsert(scope, entry).Id);
        (long modSeq, _) = MailboxRows.Raise(scope, view.Mailbox, 0, default);
        foreach ((Uid uid, bool isSeen) in marks)
        {
            using Statement mark = scope.Database.Use("INSERT INTO reading (reader, uid, seen, modseq) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET seen = excluded.seen, modseq = excluded.modseq")
                .Bind(reader).Bind(uid.Value).Bind(isSeen ? 1 : 0).Bind(modSeq);
            mark.Run();
        }
        Count(scope, reader, marks.Sum(static mark => mark.IsSeen ? 1 : -1));
    }

    /// <summary>Entries went: what their readers noted of them goes, too.</summary>
    public static void Forget(WriteScope scope, MailboxId mailbox, IReadOnlyList<MailboxEntry> entries)
    {
        foreach (long reader in Of(scope.Database, mailbox))
        {
            int seen = 0;
            foreach (MailboxEntry entry in entries)
            {
                using Statement forget = scope.Database.Use("DELETE FROM reading WHERE reader = ? AND uid = ? RETURNING seen").Bind(reader).Bind(entry.Uid.Value);
                seen += forget.Step() ? forget.Int(0) : 0;
                forget.Run();
            }
            Count(scope, reader, -seen);
        }
    }

    /// <summary>The messages of one mailbox are in another now.</summary>
    public static void Move(WriteScope scope, MailboxId from, MailboxId to)
    {
        using Statement move = scope.Database.Use("UPDATE reader SET mailbox = ? WHERE mailbox = ?").Bind(to.Value).Bind(from.Value);
        move.Run();
    }

    /// <summary>Readers that are gone, and those of a deleted mailbox. True: there may be more.</summary>
    /// <param name="mailbox">Null: the gone.</param>
    public static bool Sweep(WriteScope scope, MailboxId? mailbox)
    {
        long reader;
        using (Statement find = mailbox is null ? scope.Database.Use("SELECT id FROM reader WHERE account IS NULL LIMIT 1") : scope.Database.Use("SELECT id FROM reader WHERE mailbox = ? LIMIT 1").Bind(mailbox.Value.Value))
        {
            if (!find.Step())
                return false;
            reader = find.Long(0);
        }
        using (Statement some = scope.Database.Use("DELETE FROM reading WHERE reader = ?1 AND uid IN (SELECT uid FROM reading WHERE reader = ?1 LIMIT ?2)").Bind(reader).Bind(Slice))
            if (some.Run() == Slice)
                return true;
        using Statement delete = scope.Database.Use("DELETE FROM reader WHERE id = ?").Bind(reader);
        delete.Run();
        return true;
    }

    private static List<long> Of(Connection database, MailboxId mailbox)
    {
        using Statement find = database.Use("SELECT id FROM reader WHERE mailbox = ?").Bind(mailbox.Value);
        List<long> readers = [];
        while (find.Step())
            readers.Add(find.Long(0));
        return readers;
    }

    private static long FindOrInsert(WriteScope scope, MailboxId mailbox, long account)
    {
        using (Statement find = scope.Database.Use("SELECT id FROM reader WHERE mailbox = ? AND account = ?").Bind(mailbox.Value).Bind(account))
            if (find.Step())
                return find.Long(0);
        using Statement insert = scope.Database.Use("INSERT INTO reader (mailbox, account) VALUES (?, ?)").Bind(mailbox.Value).Bind(account);
        insert.Run();
        return scope.Database.LastRowId;
    }

    private static void Count(WriteScope scope, long reader, int change)
    {
        using Statement count = scope.Database.Use("UPDATE reader SET seen = seen + ? WHERE id = ?").Bind(change).Bind(reader);
        count.Run();
    }
}
