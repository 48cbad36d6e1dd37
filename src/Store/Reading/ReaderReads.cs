using DirMail.Mail;
using DirMail.Store.Sqlite;
using DirMail.Store.Writing;

namespace DirMail.Store.Reading;

/// <summary>What a reader of somebody else's mailbox sees: the owner's entries with the reader's own \Seen, and the later of both MODSEQs. The owner's view costs nothing.</summary>
internal static class ReaderReads
{
    public static void See(Connection database, Perspective view, List<MailboxEntry> entries)
    {
        if (view.Reader is null || entries.Count == 0)
            return;
        Dictionary<uint, (bool Seen, long ModSeq)> own = Find(database, view) is { } reader ? Own(database, reader, entries) : [];
        for (int i = 0; i < entries.Count; i++)
            entries[i] = See(entries[i], own.TryGetValue(entries[i].Uid.Value, out (bool Seen, long ModSeq) mark) ? mark : default);
    }

    /// <summary>The same of entries that others have, too.</summary>
    public static IReadOnlyList<MailboxEntry> See(Connection database, Perspective view, IReadOnlyList<MailboxEntry> entries)
    {
        List<MailboxEntry> seen = [.. entries];
        See(database, view, seen);
        return seen;
    }

    public static MailboxStatus See(Connection database, Perspective view, MailboxStatus status)
    {
        if (view.Reader is null)
            return status;
        using Statement find = database.Use("SELECT r.seen FROM reader r JOIN account a ON a.id = r.account WHERE r.mailbox = ? AND a.entry = ?").Bind(view.Mailbox.Value).Bind(view.Reader.Value.Value);
        return status with { Unseen = status.Messages - (find.Step() ? find.Int(0) : 0) };
    }

    /// <summary>Entries whose \Seen this reader changed after <paramref name="since"/>, as their owner sees them.</summary>
    public static IEnumerable<MailboxEntry> Changed(Connection database, Perspective view, ModSeq since)
    {
        if (view.Reader is null || Find(database, view) is not { } reader)
            yield break;
        using Statement find = database.Use($"""
            SELECT {EntryRows.Columns} FROM entry WHERE mailbox = ? AND uid IN (SELECT uid FROM reading INDEXED BY reading_changed WHERE reader = ? AND modseq > ?)
            """).Bind(view.Mailbox.Value).Bind(reader).Bind(since.Value);
        while (find.Step())
            yield return EntryRows.Read(find);
    }

    /// <summary>Null: never changed anything there.</summary>
    public static long? Find(Connection database, Perspective view)
    {
        using Statement find = database.Use("SELECT r.id FROM reader r JOIN account a ON a.id = r.account WHERE r.mailbox = ? AND a.entry = ?").Bind(view.Mailbox.Value).Bind(view.Reader!.Value.Value);
        return find.Step() ? find.Long(0) : null;
    }

    private static MailboxEntry See(MailboxEntry entry, (bool Seen, long ModSeq) own) => entry with
    {
        Flags = entry.Flags with { System = own.Seen ? entry.Flags.System | SystemFlags.Seen : entry.Flags.System & ~SystemFlags.Seen },
        ModSeq = new(Math.Max(entry.ModSeq.Value, own.ModSeq)),
    };

    private static Dictionary<uint, (bool, long)> Own(Connection database, long reader, List<MailboxEntry> entries)
    {
        using Statement find = database.Use("SELECT uid, seen, modseq FROM reading WHERE reader = ? AND uid BETWEEN ? AND ?")
            .Bind(reader).Bind(entries.Min(static entry => entry.Uid.Value)).Bind(entries.Max(static entry => entry.Uid.Value));
        var own = new Dictionary<uint, (bool, long)>();
        while (find.Step())
            own[(uint)find.Long(0)] = (find.Bool(1), find.Long(2));
        return own;
    }
}
