namespace DirMail.Servers.Imap.Sorting;

/// <summary>RFC 5256 3, ORDEREDSUBJECT: one thread a base subject, the first message on top, the others below it.</summary>
internal static class SubjectThreads
{
    public static List<ThreadNode> Build(List<ThreadNode> messages)
    {
        Dictionary<string, ThreadNode> threads = new(StringComparer.Ordinal);
        List<ThreadNode> roots = [];
        messages.Sort(ThreadNode.Compare);
        foreach (ThreadNode message in messages)
        {
            if (threads.TryAdd(SortValue.Folded(message.Subject.Text), message))
                roots.Add(message);
            else
                threads[SortValue.Folded(message.Subject.Text)].Children.Add(message);
        }
        return roots;
    }
}
