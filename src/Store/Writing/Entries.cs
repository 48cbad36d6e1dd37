using DirMail.Mail;
using DirMail.Store.Reading;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>What APPEND, COPY, STORE and EXPUNGE do, within one transaction.</summary>
internal static class Entries
{
    public static AppendResult Append(WriteScope scope, Perspective to, IReadOnlyList<NewMail> messages, Quota quota)
    {
        if (MailboxRows.Find(scope.Database, to.Mailbox) is not { } row)
            return new AppendResult.MailboxGone();
        if (!Quotas.HasRoom(scope, AccountRows.Of(scope.Database, row.Account), quota, messages.Count, messages.Sum(static message => message.Content.Octets)))
            return new AppendResult.OverQuota();
        Uid? first = null;
        var seen = new List<(Uid, bool)>();
        foreach (NewMail message in messages)
        {
            ContentRows.Insert(scope, message.Content);
            Rendition rendition = ContentRows.InsertRendition(scope, message.Content, default, 0);
            Uid uid = EntryRows.Insert(scope, row, new(rendition, Kept(to, message.Flags), message.InternalDate), null);
            first ??= uid;
            if (message.Flags.System.HasFlag(SystemFlags.Seen))
                seen.Add((uid, true));
        }
        ReaderRows.Mark(scope, to, seen);
        return new AppendResult.Appended(row.UidValidity, first ?? throw new ArgumentException("nothing to append", nameof(messages)), messages.Count);
    }

    /// <summary>The new message comes and the old one goes with one change. What the old one took up is free for the new one.</summary>
    public static AppendResult Replace(WriteScope scope, MailboxId from, Uid former, Perspective to, NewMail message, Quota quota)
    {
        if (MailboxRows.Find(scope.Database, from) is not { } source || MailboxRows.Find(scope.Database, to.Mailbox) is not { } target)
            return new AppendResult.MailboxGone();
        List<MailboxEntry> gone = Find(scope.Database, from, [former]);
        bool isFreed = gone.Count > 0 && source.Account == target.Account;
        long octets = message.Content.Octets - (isFreed ? gone[0].Octets : 0);
        if (!Quotas.HasRoom(scope, AccountRows.Of(scope.Database, target.Account), quota, isFreed ? 0 : 1, octets))
            return new AppendResult.OverQuota();
        AppendResult result = Append(scope, to, [message], Quota.None);
        EntryRows.Remove(scope, source, gone);
        return result;
    }

    /// <param name="kept">Flags that the copies may have.</param>
    public static CopyResult Copy(WriteScope scope, Perspective from, IReadOnlyList<Uid> uids, Perspective to, FlagScope kept, Quota quota)
    {
        if (MailboxRows.Find(scope.Database, from.Mailbox) is null || MailboxRows.Find(scope.Database, to.Mailbox) is not { } target)
            return new CopyResult.MailboxGone();
        List<MailboxEntry> entries = Find(scope.Database, from, uids);
        if (!Quotas.HasRoom(scope, AccountRows.Of(scope.Database, target.Account), quota, entries.Count, entries.Sum(static entry => entry.Octets)))
            return new CopyResult.OverQuota();
        if (entries.Count == 0)
            return new CopyResult.Copied(target.UidValidity, [], []);
        List<MessageFlags> flags = [.. entries.Select(entry => kept.Limit(MessageFlags.None, entry.Flags))];
        Counters added = entries.Zip(flags).Aggregate(default(Counters), (sum, pair) => sum + Counters.Of(Kept(to, pair.Second).System, pair.First.Octets));
        (long modSeq, uint first) = MailboxRows.Raise(scope, to.Mailbox, entries.Count, added);
        var seen = new List<(Uid, bool)>();
        for (int i = 0; i < entries.Count; i++)
        {
            MailboxEntry entry = entries[i];
            Uid uid = new(first + (uint)i);
            EntryRows.InsertRow(scope, to.Mailbox, uid, modSeq, new(new(entry.Rendition, entry.Octets), Kept(to, flags[i]), entry.InternalDate), null);
            if (flags[i].System.HasFlag(SystemFlags.Seen))
                seen.Add((uid, true));
        }
        AccountRows.Add(scope, target.Account, added.Messages, added.Octets);
        ReaderRows.Mark(scope, to, seen);
        return new CopyResult.Copied(target.UidValidity, [.. entries.Select(static entry => entry.Uid)], [.. entries.Select((_, i) => new Uid(first + (uint)i))]);
    }

    /// <summary>The copy and the removal are one change. Within one account it needs no room.</summary>
    public static CopyResult Move(WriteScope scope, Perspective from, IReadOnlyList<Uid> uids, Perspective to, FlagScope kept, Quota quota)
    {
        if (MailboxRows.Find(scope.Database, from.Mailbox) is not { } source || MailboxRows.Find(scope.Database, to.Mailbox) is not { } target)
            return new CopyResult.MailboxGone();
        CopyResult result = Copy(scope, from, uids, to, kept, source.Account == target.Account ? Quota.None : quota);
        if (result is CopyResult.Copied copied)
            EntryRows.Remove(scope, source, Find(scope.Database, from, copied.From));
        return result;
    }

    /// <summary>All entries asked for that exist, as they are afterwards; only those that differ from before get the new MODSEQ.</summary>
    public static IReadOnlyList<MailboxEntry> StoreFlags(WriteScope scope, MailboxId mailbox, IReadOnlyList<Uid> uids, FlagChange change)
    {
        if (MailboxRows.Find(scope.Database, mailbox) is null)
            return [];
        List<MailboxEntry> entries = Find(scope.Database, mailbox, uids);
        if (change.UnchangedSince is { } since)
            entries.RemoveAll(entry => entry.ModSeq.Value > since.Value);
        Counters difference = default;
        var changed = new List<int>();
        for (int i = 0; i < entries.Count; i++)
        {
            MessageFlags flags = Apply(entries[i].Flags, change);
            if (flags.System == entries[i].Flags.System && Keywords.AreSame(flags.Keywords, entries[i].Flags.Keywords))
                continue;
            difference += Counters.Of(flags.System, 0) - Counters.Of(entries[i].Flags.System, 0);
            entries[i] = entries[i] with { Flags = flags };
            changed.Add(i);
        }
        if (changed.Count == 0)
            return entries;
        (long modSeq, _) = MailboxRows.Raise(scope, mailbox, 0, difference);
        foreach (int i in changed)
            entries[i] = entries[i] with { ModSeq = new(modSeq) };
        EntryRows.UpdateFlags(scope, mailbox, entries, changed);
        return entries;
    }

    /// <summary>Removes those of <paramref name="uids"/> that exist and, when asked so, carry \Deleted.</summary>
    public static IReadOnlyList<Uid> Remove(WriteScope scope, MailboxId mailbox, IReadOnlyList<Uid> uids, bool onlyDeleted)
    {
        if (MailboxRows.Find(scope.Database, mailbox) is not { } row)
            return [];
        List<MailboxEntry> entries = Find(scope.Database, mailbox, uids);
        if (onlyDeleted)
            entries.RemoveAll(static entry => !entry.Flags.System.HasFlag(SystemFlags.Deleted));
        return EntryRows.Remove(scope, row, entries);
    }

    /// <summary>Those that exist, as the reader sees them.</summary>
    public static List<MailboxEntry> Find(Connection database, Perspective view, IReadOnlyList<Uid> uids)
    {
        List<MailboxEntry> entries = EntryRows.FindRange(database, view.Mailbox, uids) ?? FindEach(database, view.Mailbox, uids);
        ReaderReads.See(database, view, entries);
        return entries;
    }

    private static List<MailboxEntry> FindEach(Connection database, MailboxId mailbox, IReadOnlyList<Uid> uids)
    {
        var entries = new List<MailboxEntry>(uids.Count);
        foreach (Uid uid in uids.Distinct())
            if (EntryRows.Find(database, mailbox, uid) is { } entry)
                entries.Add(entry);
        return entries;
    }

    public static MessageFlags Apply(MessageFlags flags, FlagChange change) => change.Within.Limit(flags, change.Kind switch
    {
        FlagChangeKind.Add => new(flags.System | change.Flags.System, Keywords.Add(flags.Keywords, change.Flags.Keywords)),
        FlagChangeKind.Remove => new(flags.System & ~change.Flags.System, Keywords.Remove(flags.Keywords, change.Flags.Keywords)),
        _ => new(change.Flags.System, Keywords.Add([], change.Flags.Keywords)),
    });

    /// <summary>What the entry itself keeps: a reader's \Seen is not among it.</summary>
    private static MessageFlags Kept(Perspective view, MessageFlags flags) => view.Reader is null ? flags : FlagScope.All.Without(SystemFlags.Seen).Limit(MessageFlags.None, flags);
}
