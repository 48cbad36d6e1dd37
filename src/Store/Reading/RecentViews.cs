using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Reading;

/// <summary>
/// Entries of the large mailboxes that were opened lately, as they were at some MODSEQ: to open one again takes what changed since, not all that it holds. They are never changed, so all
/// sessions that have the mailbox open share them.
/// </summary>
internal sealed class RecentViews
{
    /// <summary>Smaller mailboxes are read as quickly as they are looked up.</summary>
    private const int LeastEntries = 200;

    /// <summary>Of all mailboxes kept: about 25 MB.</summary>
    private const int MostEntries = 250_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<MailboxId, Recent> _recent = [];
    private long _uses;
    private int _entries;

    /// <summary>Null when the mailbox is gone or a name only.</summary>
    public MailboxView? Open(Connection database, Perspective view)
    {
        if (MailboxReads.Status(database, view) is not { } status)
            return null;
        IReadOnlyList<MailboxEntry> entries = status.Messages < LeastEntries ? MailboxReads.Entries(database, view.Mailbox, status.Messages) : Entries(database, view.Mailbox, status);
        return new(MailboxReads.Find(database, view.Mailbox)!, status, view.Reader is null ? entries : ReaderReads.See(database, view, entries));
    }

    /// <summary>The same where it takes a few rows only: of a small mailbox, or of one that has not changed. Not known: <see cref="Open"/> is to be asked.</summary>
    public (bool IsKnown, MailboxView? View) OpenShort(Connection database, Perspective view)
    {
        if (MailboxReads.Status(database, view) is not { } status)
            return (true, null);
        bool isShort = status.Messages < LeastEntries || view.Reader is null && Find(view.Mailbox)?.ModSeq == status.HighestModSeq;
        return isShort ? (true, Open(database, view)) : (false, null);
    }

    /// <summary>After the rows were changed by other means than commits.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _recent.Clear();
            _entries = 0;
        }
    }

    private IReadOnlyList<MailboxEntry> Entries(Connection database, MailboxId mailbox, MailboxStatus status)
    {
        Recent? known = Find(mailbox);
        if (known is not null && known.ModSeq == status.HighestModSeq)
            return known.Entries;
        IReadOnlyList<MailboxEntry> entries = (known is null ? null : Renew(database, mailbox, known, status)) ?? MailboxReads.Entries(database, mailbox, status.Messages);
        // a reader whose transaction began earlier does not replace what is newer
        if (known is null || known.ModSeq.CompareTo(status.HighestModSeq) < 0)
            Keep(mailbox, status.HighestModSeq, entries);
        return entries;
    }

    /// <summary>Null: it is quicker to read all, or what is known is of no use.</summary>
    private static List<MailboxEntry>? Renew(Connection database, MailboxId mailbox, Recent known, MailboxStatus status)
    {
        int few = known.Entries.Count / 4;
        if (known.ModSeq.CompareTo(status.HighestModSeq) > 0 || MailboxReads.CountChanged(database, mailbox, known.ModSeq, few) >= few)
            return null;
        MailboxChanges changes = MailboxReads.Changes(database, mailbox, known.ModSeq)!;
        HashSet<Uid> gone = [.. changes.Expunged];
        var entries = new List<MailboxEntry>(status.Messages);
        int next = 0;
        foreach (MailboxEntry entry in known.Entries)
        {
            if (next < changes.Changed.Count && changes.Changed[next].Uid == entry.Uid)
                entries.Add(changes.Changed[next++]);
            else if (!gone.Contains(entry.Uid))
                entries.Add(entry);
        }
        for (; next < changes.Changed.Count; next++)
            entries.Add(changes.Changed[next]);
        return entries.Count == status.Messages ? entries : null;
    }

    private Recent? Find(MailboxId mailbox)
    {
        lock (_gate)
        {
            if (_recent.GetValueOrDefault(mailbox) is not { } recent)
                return null;
            recent.LastUse = ++_uses;
            return recent;
        }
    }

    private void Keep(MailboxId mailbox, ModSeq modSeq, IReadOnlyList<MailboxEntry> entries)
    {
        if (entries.Count > MostEntries)
            return;
        lock (_gate)
        {
            Drop(mailbox);
            while (_entries + entries.Count > MostEntries)
                Drop(_recent.MinBy(static recent => recent.Value.LastUse).Key);
            _recent.Add(mailbox, new(modSeq, entries) { LastUse = ++_uses });
            _entries += entries.Count;
        }
    }

    private void Drop(MailboxId mailbox)
    {
        if (_recent.Remove(mailbox, out Recent? dropped))
            _entries -= dropped.Entries.Count;
    }

    private sealed record Recent(ModSeq ModSeq, IReadOnlyList<MailboxEntry> Entries)
    {
        public long LastUse { get; set; }
    }
}
