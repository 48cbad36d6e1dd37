using DirMail.Mail;
using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Servers.Imap;

/// <summary>
/// The mailbox as this session's client knows it: sequence number n is the entry at n - 1. Entries that others expunged stay until the client may be told
/// (<see cref="Gone"/>); new ones come last. Only the session's task changes it.
/// </summary>
internal sealed class SelectedMailbox : IDisposable
{
    private readonly List<MailboxEntry> _entries;
    private readonly HashSet<string> _keywords = new(StringComparer.OrdinalIgnoreCase);
    private readonly MailboxWatch _watch;
    private readonly DirectoryWatch? _directory;

    /// <param name="directory">Of a mailbox of somebody else.</param>
    public SelectedMailbox(MailboxView view, Folder folder, bool isReadOnly, MailboxWatch watch, DirectoryWatch? directory)
    {
        Folder = folder;
        IsReadOnly = isReadOnly;
        Since = view.Status.HighestModSeq;
        _entries = [.. view.Entries];
        (_watch, _directory) = (watch, directory);
        foreach (MailboxEntry entry in _entries)
            LearnKeywords(entry.Flags);
    }

    /// <summary>With what the user may do there now.</summary>
    public Folder Folder { get; set; }

    public Mailbox Mailbox => Folder.Mailbox;

    public MailboxId Id => Mailbox.Id;

    /// <summary>Opened with EXAMINE.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Flags that this session may change.</summary>
    public FlagScope Changeable => IsReadOnly ? default : Folder.Flags;

    /// <summary>Everything up to here has been taken in.</summary>
    public ModSeq Since { get; set; }

    /// <summary>The store has told of something later than <see cref="Since"/>.</summary>
    public bool IsBehind => _watch.Latest.CompareTo(Since) > 0;

    public int Count => _entries.Count;

    /// <summary>What the last SEARCH saved for "$" (RFC 5182), ascending; those that went since count for nothing.</summary>
    public IReadOnlyList<Uid> Saved { get; set; } = [];

    /// <summary>Expunged in the store, not yet told.</summary>
    public HashSet<Uid> Gone { get; } = [];

    /// <summary>Every keyword that the client was told of in FLAGS.</summary>
    public IReadOnlyCollection<string> Keywords => _keywords;

    public uint LargestUid => _entries.Count == 0 ? 0 : _entries[^1].Uid.Value;

    public MailboxEntry this[int index] => _entries[index];

    /// <summary>-1 when the client does not know of that message.</summary>
    public int IndexOf(Uid uid)
    {
        int index = FirstAtLeast(uid.Value);
        return index < _entries.Count && _entries[index].Uid == uid ? index : -1;
    }

    public void Replace(int index, MailboxEntry entry) => _entries[index] = entry;

    /// <summary>This session has taken in all that these MODSEQs stand for. They grow by one, so nothing lies between <see cref="Since"/> and one that follows right on it, and the store need not be asked.</summary>
    public void Advance(IReadOnlyList<ModSeq> given)
    {
        foreach (ModSeq modSeq in given)
        {
            if (modSeq.Value == Since.Value + 1)
                Since = modSeq;
        }
    }

    /// <summary>False when it is older than the last one known: then it was told and expunged long ago.</summary>
    public bool TryAppend(MailboxEntry entry)
    {
        if (entry.Uid.Value <= LargestUid)
            return false;
        _entries.Add(entry);
        return true;
    }

    /// <summary>Removes what is <see cref="Gone"/> and calls <paramref name="tell"/> with each sequence number as it is at that moment (RFC 9051 7.5.1).</summary>
    public void RemoveGone(Action<int> tell)
    {
        int kept = 0;
        for (int i = 0; i < _entries.Count; i++)
        {
            if (Gone.Contains(_entries[i].Uid))
                tell(kept + 1);
            else
                _entries[kept++] = _entries[i];
        }
        _entries.RemoveRange(kept, _entries.Count - kept);
        Gone.Clear();
    }

    /// <summary>True when one of them was not known before.</summary>
    public bool LearnKeywords(MessageFlags flags)
    {
        bool isNew = false;
        if (!flags.Keywords.IsDefaultOrEmpty)
        {
            foreach (string keyword in flags.Keywords)
                isNew |= _keywords.Add(keyword);
        }
        return isNew;
    }

    /// <summary>Indexes of the messages that a set names, ascending; numbers that no message has are left out.</summary>
    public List<int> Find(SequenceSet set, bool byUid)
    {
        List<int> found = [];
        if (set.IsSaved)
        {
            found.AddRange(Saved.Select(IndexOf).Where(static index => index >= 0));
            return found;
        }
        foreach ((uint first, uint last) in set.Resolve(byUid ? LargestUid : (uint)Count))
        {
            int start = byUid ? FirstAtLeast(first) : (int)Math.Min(first - 1, (uint)Count);
            int end = !byUid ? (int)Math.Min(last, (uint)Count) : last == uint.MaxValue ? Count : FirstAtLeast(last + 1);
            for (int i = start; i < end; i++)
                found.Add(i);
        }
        return found;
    }

    public List<Uid> UidsOf(List<int> indexes)
    {
        List<Uid> uids = new(indexes.Count);
        foreach (int index in indexes)
            uids.Add(_entries[index].Uid);
        return uids;
    }

    public void Dispose()
    {
        _watch.Dispose();
        _directory?.Dispose();
    }

    private int FirstAtLeast(uint uid)
    {
        int low = 0, high = _entries.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_entries[middle].Uid.Value < uid)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
