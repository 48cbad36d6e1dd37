using System.Runtime.CompilerServices;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Servers.Imap;

/// <summary>Messages of the selected mailbox opened for reading, small ones many at a time and the next ones while the last ones are written.</summary>
internal static class OpenedMessages
{
    /// <summary>Asked for at once; the store ends its answer sooner where they are large.</summary>
    private const int MaxMessages = 256;

    /// <summary>Each message's index with its content; null when it is gone.</summary>
    public static async IAsyncEnumerable<(int Index, MessageContent? Content)> ReadAsync(ImapSession session, List<int> messages, ContentExtent extent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<MessageContent?>> next = StartAsync(session, messages, 0, extent, cancellationToken);
        for (int start = 0; start < messages.Count;)
        {
            IReadOnlyList<MessageContent?> contents = await next;
            int first = start;
            start += contents.Count;
            next = StartAsync(session, messages, start, extent, cancellationToken);
            for (int i = 0; i < contents.Count; i++)
                yield return (messages[first + i], contents[i]);
        }
    }

    private static async Task<IReadOnlyList<MessageContent?>> StartAsync(ImapSession session, List<int> messages, int start, ContentExtent extent, CancellationToken cancellationToken)
    {
        if (start == messages.Count)
            return [];
        List<RenditionId> renditions = new(Math.Min(MaxMessages, messages.Count - start));
        for (int i = start; i < messages.Count && i < start + MaxMessages; i++)
            renditions.Add(session.Selected![messages[i]].Rendition);
        return await session.Mailboxes.ReadAsync(renditions, extent, cancellationToken);
    }
}
