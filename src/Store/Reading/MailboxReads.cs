using System.Globalization;
using DirMail.Mail;
using DirMail.Store.Sqlite;
using DirMail.Store.Writing;

namespace DirMail.Store.Reading;

/// <summary>Reads of mailboxes and their entries, each inside one read transaction.</summary>
internal static class MailboxReads
{
    private const string MailboxColumns = """
        m.id, m.name, m.uidvalidity, m.noselect, m.special_use,
        EXISTS (SELECT 1 FROM subscription s WHERE s.account = m.account AND s.name = m.name),
        EXISTS (SELECT 1 FROM mailbox c WHERE c.account = m.account AND c.name >= m.name || '/' AND c.name < m.name || '0'),
        EXISTS (SELECT 1 FROM acl l WHERE l.mailbox = m.id)
        """;

    /// <summary>Null when the account has no inbox yet.</summary>
    public static IReadOnlyList<Mailbox>? List(Connection database, EntryId account)
    {
        using Statement find = database.Use($"""
            SELECT {MailboxColumns} FROM mailbox m JOIN account a ON a.id = m.account WHERE a.entry = ? ORDER BY m.name <> 'INBOX', m.name
            """).Bind(account.Value);
        var mailboxes = new List<Mailbox>();
        while (find.Step())
            mailboxes.Add(Read(find));
        return mailboxes.Count > 0 && mailboxes[0].Name == MailboxName.Inbox ? mailboxes : null;
    }

    public static Mailbox? Find(Connection database, EntryId account, string name)
    {
        using Statement find = database.Use($"SELECT {MailboxColumns} FROM mailbox m JOIN account a ON a.id = m.account WHERE a.entry = ? AND m.name = ?")
            .Bind(account.Value).Bind(name);
        return find.Step() ? Read(find) : null;
    }

    public static Mailbox? Find(Connection database, MailboxId mailbox)
    {
        using Statement find = database.Use($"SELECT {MailboxColumns} FROM mailbox m WHERE m.id = ?").Bind(mailbox.Value);
        return find.Step() ? Read(find) : null;
    }

    /// <summary>By UID.</summary>
    public static IReadOnlyList<FormerValidity> FormerValidities(Connection database, MailboxId mailbox)
    {
        using Statement find = database.Use("SELECT below, uidvalidity FROM former_validity WHERE mailbox = ? ORDER BY below").Bind(mailbox.Value);
        var former = new List<FormerValidity>();
        while (find.Step())
            former.Add(new(new((uint)find.Long(0)), (uint)find.Long(1)));
        return former;
    }

    /// <summary>Names that the account has subscribed to, of its own mailboxes or others.</summary>
    public static IReadOnlySet<string> Subscriptions(Connection database, EntryId account)
    {
        using Statement find = database.Use("SELECT s.name FROM subscription s JOIN account a ON a.id = s.account WHERE a.entry = ?").Bind(account.Value);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (find.Step())
            names.Add(find.Text(0));
        return names;
    }

    public static MailboxStatus? Status(Connection database, Perspective view) => Status(database, view.Mailbox) is { } status ? ReaderReads.See(database, view, status) : null;

    private static MailboxStatus? Status(Connection database, MailboxId mailbox)
    {
        using Statement find = database.Use("""
            SELECT uidvalidity, uidnext, modseq, messages, unseen, deleted, octets FROM mailbox WHERE id = ? AND account IS NOT NULL AND noselect = 0
            """).Bind(mailbox.Value);
        return find.Step() ? new((uint)find.Long(0), new((uint)find.Long(1)), new(find.Long(2)), find.Int(3), find.Int(4), find.Int(5), find.Long(6)) : null;
    }

    /// <param name="expected">How many there will be.</param>
    public static List<MailboxEntry> Entries(Connection database, MailboxId mailbox, int expected)
    {
        using Statement entries = database.Use($"SELECT {EntryRows.Columns} FROM entry WHERE mailbox = ? ORDER BY uid").Bind(mailbox.Value);
        return ReadAll(entries, expected);
    }

    /// <summary>Entries that are new or changed since then; not counted beyond <paramref name="most"/>.</summary>
    public static long CountChanged(Connection database, MailboxId mailbox, ModSeq since, int most)
    {
        using Statement count = database.Use("SELECT count(*) FROM (SELECT 1 FROM entry INDEXED BY entry_changed WHERE mailbox = ? AND modseq > ? LIMIT ?)").Bind(mailbox.Value).Bind(since.Value).Bind(most);
        return count.Step() ? count.Long(0) : 0;
    }

    public static MailboxChanges? Changes(Connection database, Perspective view, ModSeq since)
    {
        MailboxId mailbox = view.Mailbox;
        if (Status(database, view) is not { } status)
            return null;
        if (status.HighestModSeq.Value <= since.Value)
            return new(status, [], []);
        using Statement changed = database.Use($"SELECT {EntryRows.Columns} FROM entry INDEXED BY entry_changed WHERE mailbox = ? AND modseq > ?").Bind(mailbox.Value).Bind(since.Value);
        List<MailboxEntry> entries = ReadAll(changed, 4);
        foreach (MailboxEntry seen in ReaderReads.Changed(database, view, since))
            if (seen.ModSeq.Value <= since.Value)
                entries.Add(seen);
        ReaderReads.See(database, view, entries);
        entries.Sort(static (a, b) => a.Uid.CompareTo(b.Uid));
        using Statement expunged = database.Use("SELECT uid FROM expunged WHERE mailbox = ? AND modseq > ? ORDER BY uid").Bind(mailbox.Value).Bind(since.Value);
        var gone = new List<Uid>();
        while (expunged.Step())
            gone.Add(new((uint)expunged.Long(0)));
        return new(status, entries, gone);
    }

    /// <summary>UIDs of the entries that carry \Deleted.</summary>
    public static IReadOnlyList<Uid> Deleted(Connection database, MailboxId mailbox)
    {
        if (Status(database, mailbox) is null or { Deleted: 0 })
            return [];
        using Statement find = database.Use(string.Create(CultureInfo.InvariantCulture, $"SELECT uid FROM entry WHERE mailbox = ? AND flags & {(int)SystemFlags.Deleted} ORDER BY uid"))
            .Bind(mailbox.Value);
        var uids = new List<Uid>();
        while (find.Step())
            uids.Add(new((uint)find.Long(0)));
        return uids;
    }

    public static long DeletedOctets(Connection database, MailboxId mailbox)
    {
        using Statement find = database.Use(string.Create(CultureInfo.InvariantCulture, $"SELECT ifnull(sum(octets), 0) FROM entry WHERE mailbox = ? AND flags & {(int)SystemFlags.Deleted}"))
            .Bind(mailbox.Value);
        return find.Step() ? find.Long(0) : 0;
    }

    private static List<MailboxEntry> ReadAll(Statement rows, int expected)
    {
        var entries = new List<MailboxEntry>(expected);
        while (rows.Step())
            entries.Add(EntryRows.Read(rows));
        return entries;
    }

    private static Mailbox Read(Statement row) => new(new(row.Long(0)), row.Text(1), (uint)row.Long(2))
    {
        NoSelect = row.Bool(3),
        SpecialUse = row.TextOrNull(4),
        Subscribed = row.Bool(5),
        HasChildren = row.Bool(6),
        IsShared = row.Bool(7),
    };
}
