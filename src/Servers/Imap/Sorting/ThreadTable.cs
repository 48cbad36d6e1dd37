using DirMail.Mail.Mime;
using DirMail.Store;

namespace DirMail.Servers.Imap.Sorting;

/// <summary>Puts messages into threads by what they refer to, then threads together by subject (RFC 5256 3, REFERENCES). Steps of the RFC in parentheses.</summary>
internal sealed class ThreadTable
{
    /// <summary>Of one message: its nearest ancestors.</summary>
    private const int MaxReferences = 50;

    private readonly Dictionary<string, ThreadNode> _byId = new(StringComparer.Ordinal);
    private readonly List<ThreadNode> _messages = [];

    /// <summary>(1)</summary>
    public void Add(int index, MailboxEntry entry, MessageEnvelope? envelope)
    {
        ThreadNode node = NodeOf(MessageIds.First(envelope?.MessageId));
        (node.Index, node.Sent, node.Subject) = (index, SentTime.Of(envelope, entry), BaseSubject.Of(envelope?.Subject));
        _messages.Add(node);
        ThreadNode? parent = null;
        foreach (string id in References(envelope))
        {
            ThreadNode next = Node(id);
            if (parent is not null && next.Parent is null)
                next.PutUnder(parent);
            parent = next;
        }
        if (parent is null)
        {
            node.Parent = null;
            return;
        }
        if (node.Parent == parent)
            return;
        ThreadNode? former = node.Parent;
        node.Parent = null;
        node.PutUnder(parent);
        node.Parent ??= former is not null && IsAbove(node, former) ? null : former;
    }

    /// <summary>The threads, sorted.</summary>
    public List<ThreadNode> Build()
    {
        List<ThreadNode> roots = JoinBySubject(Roots());
        roots.Sort(ThreadNode.Compare);
        return roots;
    }

    /// <summary>(2) to (4): a message that is not there stays only as the head of several threads.</summary>
    private List<ThreadNode> Roots()
    {
        List<ThreadNode> roots = [];
        HashSet<ThreadNode> heads = [];
        foreach (ThreadNode node in _messages)
        {
            ThreadNode above = node;
            while (above.Parent is { } parent)
            {
                above = parent;
                if (above.IsThere)
                    break;
            }
            if (above == node)
                roots.Add(node);
            else
                above.Children.Add(node);
            if (!above.IsThere)
                heads.Add(above);
        }
        foreach (ThreadNode head in heads)
            roots.Add(head.Children.Count == 1 ? head.Children[0] : head);
        foreach (ThreadNode node in _messages)
            node.Children.Sort(ThreadNode.Compare);
        foreach (ThreadNode head in heads)
            Head(head);
        roots.Sort(ThreadNode.Compare);
        return roots;
    }

    /// <summary>(5) and (6)</summary>
    private static List<ThreadNode> JoinBySubject(List<ThreadNode> roots)
    {
        Dictionary<string, ThreadNode> first = new(StringComparer.Ordinal);
        foreach (ThreadNode root in roots)
        {
            string subject = SortValue.Folded(root.Subject.Text);
            if (subject.Length > 0 && (!first.TryGetValue(subject, out ThreadNode? known) || known.IsThere && !root.IsThere || known.Subject.IsReply && !root.Subject.IsReply && known.IsThere == root.IsThere))
                first[subject] = root;
        }
        List<ThreadNode> joined = [];
        HashSet<ThreadNode> inserted = [];
        foreach (ThreadNode root in roots)
        {
            string subject = SortValue.Folded(root.Subject.Text);
            if (inserted.Contains(root))
                continue;
            if (subject.Length == 0 || first[subject] == root)
            {
                joined.Add(root);
                continue;
            }
            ThreadNode known = first[subject];
            if (!known.IsThere)
            {
                known.Children.AddRange(root.IsThere ? [root] : root.Children);
            }
            else if (root.IsThere && root.Subject.IsReply && !known.Subject.IsReply)
            {
                known.Children.Add(root);
            }
            else
            {
                ThreadNode head = new();
                head.Children.AddRange([known, root]);
                first[subject] = head;
                Head(head);
                inserted.Add(known);
                joined.Add(head);
            }
            first[subject].Children.Sort(ThreadNode.Compare);
            if (!first[subject].IsThere)
                Head(first[subject]);
        }
        joined.RemoveAll(inserted.Contains);
        return joined;
    }

    /// <summary>Stands where its first child does.</summary>
    private static void Head(ThreadNode head)
    {
        head.Children.Sort(ThreadNode.Compare);
        (head.Sent, head.Subject) = (head.Children[0].Sent, head.Children[0].Subject);
    }

    private static bool IsAbove(ThreadNode node, ThreadNode other)
    {
        for (ThreadNode? above = other; above is not null; above = above.Parent)
        {
            if (above == node)
                return true;
        }
        return false;
    }

    /// <summary>Without an id, or with one that another message has: a place of its own.</summary>
    private ThreadNode NodeOf(string? id) => id is null || _byId.TryGetValue(id, out ThreadNode? known) && known.IsThere ? new() : Node(id);

    private ThreadNode Node(string id)
    {
        if (!_byId.TryGetValue(id, out ThreadNode? node))
            _byId[id] = node = new();
        return node;
    }

    private static IEnumerable<string> References(MessageEnvelope? envelope)
    {
        List<string> ids = MessageIds.All(envelope?.References);
        if (ids.Count == 0 && MessageIds.First(envelope?.InReplyTo) is { } answered)
            ids.Add(answered);
        return ids.Count > MaxReferences ? ids.Skip(ids.Count - MaxReferences) : ids;
    }
}
