using System.Runtime.CompilerServices;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Servers.Imap;

/// <summary>Some hundred messages of the selected mailbox with their stored structures; valid until the next one is asked for.</summary>
internal readonly struct StructureBatch(List<int> messages, int start, int count, StoredStructures? structures)
{
    /// <summary>What one query brings: a reader thread is held for about a millisecond.</summary>
    private const int Messages = 500;

    public int Count => count;

    /// <summary>Of the message in the mailbox.</summary>
    public int Index(int i) => messages[start + i];

    /// <summary>Empty when the message is gone, or nothing was asked for.</summary>
    public ReadOnlySpan<byte> Stored(int i) => structures is null ? default : structures[i];

    /// <summary>Reads one batch ahead of the caller.</summary>
    /// <param name="extent">Null: nothing has to be read.</param>
    public static async IAsyncEnumerable<StructureBatch> ReadAsync(ImapSession session, List<int> messages, StructureExtent? extent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Task<StoredStructures?> next = StartAsync(session, messages, 0, extent, cancellationToken);
        try
        {
            for (int start = 0; start < messages.Count; start += Messages)
            {
                using StoredStructures? structures = await next;
                next = StartAsync(session, messages, start + Messages, extent, cancellationToken);
                yield return new(messages, start, Math.Min(Messages, messages.Count - start), structures);
            }
        }
        finally
        {
            (await next)?.Dispose();
        }
    }

    private static async Task<StoredStructures?> StartAsync(ImapSession session, List<int> messages, int start, StructureExtent? extent, CancellationToken cancellationToken)
    {
        if (extent is not { } wanted || start >= messages.Count)
            return null;
        List<RenditionId> renditions = new(Messages);
        for (int i = start; i < messages.Count && i < start + Messages; i++)
            renditions.Add(session.Selected![messages[i]].Rendition);
        return await session.Mailboxes.StructuresAsync(renditions, wanted, cancellationToken);
    }
}
