using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>Entries of mailboxes within one transaction. Counters of mailbox and account move with them.</summary>
internal static class EntryRows
{
    public const string Columns = "uid, rendition, flags, keywords, internal_date, modseq, octets, saved";

    /// <summary>The caller has checked the quota. <paramref name="acceptance"/> is null for what did not come by mail.</summary>
    public static Uid Insert(WriteScope scope, MailboxRow mailbox, NewEntry entry, AcceptanceId? acceptance)
    {
        (long modSeq, uint uid) = MailboxRows.Raise(scope, mailbox.Id, 1, Counters.Of(entry.Flags.System, entry.Rendition.Octets));
        InsertRow(scope, mailbox.Id, new(uid), modSeq, entry, acceptance);
        AccountRows.Add(scope, mailbox.Account, 1, entry.Rendition.Octets);
        return new(uid);
    }

    /// <summary>The row alone, under a UID and MODSEQ that the mailbox has given.</summary>
    public static void InsertRow(WriteScope scope, MailboxId mailbox, Uid uid, long modSeq, NewEntry entry, AcceptanceId? acceptance)
    {
        using Statement insert = scope.Database.Use("""
            INSERT INTO entry (mailbox, uid, rendition, octets, flags, keywords, internal_date, modseq, acceptance, saved) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """).Bind(mailbox.Value).Bind(uid.Value).Bind(entry.Rendition.Id.Value).Bind(entry.Rendition.Octets)
            .Bind((long)entry.Flags.System).Bind(Keywords.ToStored(entry.Flags.Keywords)).Bind(entry.InternalDate).Bind(modSeq).Bind(acceptance?.Value).Bind(scope.Now);
        insert.Run();
    }

    public static bool IsDelivered(Connection database, AcceptanceId acceptance)
    {
        using Statement find = database.Use("SELECT 1 FROM entry WHERE acceptance = ? LIMIT 1").Bind(acceptance.Value);
        return find.Step();
    }

    public static bool IsDelivered(Connection database, AcceptanceId acceptance, MailboxId mailbox)
    {
        using Statement find = database.Use("SELECT 1 FROM entry WHERE acceptance = ? AND mailbox = ?").Bind(acceptance.Value).Bind(mailbox.Value);
        return find.Step();
    }

    public static MailboxEntry? Find(Connection database, MailboxId mailbox, Uid uid)
    {
        using Statement find = database.Use($"SELECT {Columns} FROM entry WHERE mailbox = ? AND uid = ?").Bind(mailbox.Value).Bind(uid.Value);
        return find.Step() ? Read(find) : null;
    }

    /// <summary>Those of many UIDs that exist, when one walk over the rows between the first and the last finds them cheaply: they ascend and lie close together. Null: look for each.</summary>
    public static List<MailboxEntry>? FindRange(Connection database, MailboxId mailbox, IReadOnlyList<Uid> uids)
    {
        if (uids.Count < 8 || uids[^1].Value - (long)uids[0].Value > 4L * uids.Count)
            return null;
        for (int i = 1; i < uids.Count; i++)
            if (uids[i].CompareTo(uids[i - 1]) <= 0)
                return null;
        using Statement find = database.Use($"SELECT {Columns} FROM entry WHERE mailbox = ? AND uid BETWEEN ? AND ? ORDER BY uid").Bind(mailbox.Value).Bind(uids[0].Value).Bind(uids[^1].Value);
        var entries = new List<MailboxEntry>(uids.Count);
        int next = 0;
        while (find.Step())
        {
            long uid = find.Long(0);
            while (uids[next].Value < uid)
                next++;
            if (uids[next].Value == uid)
                entries.Add(Read(find));
        }
        return entries;
    }

    /// <summary>Writes the flags and MODSEQs of those that changed. Rows that follow one another and end up alike are one statement: most of a large change is.</summary>
    /// <param name="changed">Their indexes among the entries, ascending.</param>
    public static void UpdateFlags(WriteScope scope, MailboxId mailbox, List<MailboxEntry> entries, List<int> changed)
    {
        for (int i = 0, next; i < changed.Count; i = next)
        {
            MailboxEntry first = entries[changed[i]], last = first;
            for (next = i + 1; next < changed.Count && entries[changed[next]] is var entry && entry.Uid.Value == last.Uid.Value + 1 && AreAlike(entry, first); next++)
                last = entry;
            using Statement update = scope.Database.Use("UPDATE entry SET flags = ?, keywords = ?, modseq = ? WHERE mailbox = ? AND uid BETWEEN ? AND ?")
                .Bind((long)first.Flags.System).Bind(Keywords.ToStored(first.Flags.Keywords)).Bind(first.ModSeq.Value).Bind(mailbox.Value).Bind(first.Uid.Value).Bind(last.Uid.Value);
            update.Run();
        }
    }

    private static bool AreAlike(MailboxEntry one, MailboxEntry other) =>
        one.Flags.System == other.Flags.System && one.ModSeq == other.ModSeq && one.Flags.Keywords.AsSpan().SequenceEqual(other.Flags.Keywords.AsSpan());

    public static MailboxEntry Read(Statement row) =>
        new(new((uint)row.Long(0)), new(row.Long(1)), new((SystemFlags)row.Int(2), Keywords.FromStored(row.TextOrNull(3))), row.Time(4), new(row.Long(5)), row.Long(6)) { Saved = row.IsNull(7) ? default : row.Time(7).UtcDateTime };

    /// <summary>Removes these, whatever their flags, and leaves their UIDs behind for those who ask what changed.</summary>
    public static IReadOnlyList<Uid> Remove(WriteScope scope, MailboxRow mailbox, IReadOnlyList<MailboxEntry> entries)
    {
        if (entries.Count == 0)
            return [];
        Counters gone = default;
        foreach (MailboxEntry entry in entries)
            gone += Counters.Of(entry.Flags.System, entry.Octets);
        (long modSeq, _) = MailboxRows.Raise(scope, mailbox.Id, 0, default(Counters) - gone);
        foreach ((Uid first, Uid last) in Runs(entries))
            Remove(scope, mailbox.Id, modSeq, first, last);
        foreach (MailboxEntry entry in entries)
            ContentRows.Release(scope, entry.Rendition);
        ReaderRows.Forget(scope, mailbox.Id, entries);
        AccountRows.Add(scope, mailbox.Account, -gone.Messages, -gone.Octets);
        return [.. entries.Select(static entry => entry.Uid)];
    }

    public static void Delete(WriteScope scope, MailboxId mailbox, Uid uid) => Delete(scope, mailbox, uid, uid);

    private static void Remove(WriteScope scope, MailboxId mailbox, long modSeq, Uid first, Uid last)
    {
        using (Statement insert = scope.Database.Use("INSERT INTO expunged (mailbox, modseq, uid) SELECT ?1, ?2, uid FROM entry WHERE mailbox = ?1 AND uid BETWEEN ?3 AND ?4")
            .Bind(mailbox.Value).Bind(modSeq).Bind(first.Value).Bind(last.Value))
            insert.Run();
        Delete(scope, mailbox, first, last);
    }

    private static void Delete(WriteScope scope, MailboxId mailbox, Uid first, Uid last)
    {
        using Statement delete = scope.Database.Use("DELETE FROM entry WHERE mailbox = ? AND uid BETWEEN ? AND ?").Bind(mailbox.Value).Bind(first.Value).Bind(last.Value);
        delete.Run();
    }

    /// <summary>UIDs that follow one another.</summary>
    private static IEnumerable<(Uid First, Uid Last)> Runs(IReadOnlyList<MailboxEntry> entries)
    {
        for (int i = 0, next; i < entries.Count; i = next)
        {
            for (next = i + 1; next < entries.Count && entries[next].Uid.Value == entries[next - 1].Uid.Value + 1; next++)
            {
            }
            yield return (entries[i].Uid, entries[next - 1].Uid);
        }
    }
}

internal readonly record struct NewEntry(Rendition Rendition, MessageFlags Flags, DateTimeOffset InternalDate);
