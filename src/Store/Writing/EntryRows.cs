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
        foreach (MailboxEntry entry in entries)
        {
            Delete(scope, mailbox.Id, entry.Uid);
            InsertExpunged(scope, mailbox.Id, modSeq, entry.Uid);
            ContentRows.Release(scope, entry.Rendition);
        }
        AccountRows.Add(scope, mailbox.Account, -gone.Messages, -gone.Octets);
        return [.. entries.Select(static entry => entry.Uid)];
    }

    public static void Delete(WriteScope scope, MailboxId mailbox, Uid uid)
    {
        using Statement delete = scope.Database.Use("DELETE FROM entry WHERE mailbox = ? AND uid = ?").Bind(mailbox.Value).Bind(uid.Value);
        delete.Run();
    }

    private static void InsertExpunged(WriteScope scope, MailboxId mailbox, long modSeq, Uid uid)
    {
        using Statement insert = scope.Database.Use("INSERT INTO expunged (mailbox, modseq, uid) VALUES (?, ?, ?)").Bind(mailbox.Value).Bind(modSeq).Bind(uid.Value);
        insert.Run();
    }
}

internal readonly record struct NewEntry(Rendition Rendition, MessageFlags Flags, DateTimeOffset InternalDate);
