namespace DirMail.Servers.Imap.Sorting;

/// <summary>A message in a thread, or the place of one that is not there (RFC 5256 3, REFERENCES).</summary>
internal sealed class ThreadNode
{
    /// <summary>Of the message in the mailbox; -1: not there.</summary>
    public int Index { get; set; } = -1;

    public DateTimeOffset Sent { get; set; }

    public BaseSubject Subject { get; set; }

    public ThreadNode? Parent { get; set; }

    /// <summary>Filled once the parents stand.</summary>
    public List<ThreadNode> Children { get; } = [];

    public bool IsThere => Index >= 0;

    /// <summary>Refused when it would make a loop.</summary>
    public void PutUnder(ThreadNode parent)
    {
        for (ThreadNode? above = parent; above is not null; above = above.Parent)
        {
            if (above == this)
                return;
        }
        Parent = parent;
    }

    /// <summary>By the time they were sent, then by their place in the mailbox.</summary>
    public static int Compare(ThreadNode one, ThreadNode other)
    {
        int bySent = one.Sent.CompareTo(other.Sent);
        return bySent != 0 ? bySent : one.Index.CompareTo(other.Index);
    }
}
