using System.Runtime.CompilerServices;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Servers.Imap;

/// <summary>Messages of the selected mailbox opened for reading, small ones many at a time and the next ones while the last ones are written.</summary>
internal static class OpenedMessages
{
    private const int MaxMessages = 64;

    /// <summary>Held in memory at once, twice: small messages come along with the query.</summary>
    private const long MaxOctets = 256 * 1024;

    /// <summary>Each message's index with its content; null when it is gone.</summary>
    public static async IAsyncEnumerable<(int Index, MessageContent? Content)> ReadAsync(ImapSession session, List<int> messages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int start = 0, end = End(session, messages, 0);
        Task<IReadOnlyList<MessageContent?>> next = StartAsync(session, messages, start, end, cancellationToken);
        while (start < messages.Count)
        {
            IReadOnlyList<MessageContent?> contents = await next;
            int first = start;
            (start, end) = (end, End(session, messages, end));
            next = StartAsync(session, messages, start, end, cancellationToken);
            for (int i = 0; i < contents.Count; i++)
                yield return (messages[first + i], contents[i]);
        }
    }

    private static int End(ImapSession session, List<int> messages, int start)
    {
        long octets = 0;
        int end = start;
        while (end < messages.Count && end < start + MaxMessages && (end == start || octets < MaxOctets))
            octets += session.Selected![messages[end++]].Octets;
        return end;
    }

    private static async Task<IReadOnlyList<MessageContent?>> StartAsync(ImapSession session, List<int> messages, int start, int end, CancellationToken cancellationToken)
    {
        if (start == end)
            return [];
        List<RenditionId> renditions = new(end - start);
        for (int i = start; i < end; i++)
            renditions.Add(session.Selected![messages[i]].Rendition);
        return await session.Mailboxes.ReadAsync(renditions, cancellationToken);
    }
}
