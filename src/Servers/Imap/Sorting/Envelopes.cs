using DirMail.Mail.Mime;
using DirMail.Store;

namespace DirMail.Servers.Imap.Sorting;

/// <summary>Goes through the envelopes of many messages, some hundred at a time.</summary>
internal static class Envelopes
{
    /// <param name="take">Gets each message's index and envelope, in order; null when it is gone or cannot be read.</param>
    public static async Task ReadAsync(ImapSession session, List<int> messages, Action<int, MessageEnvelope?> take, CancellationToken cancellationToken)
    {
        await foreach (StructureBatch batch in StructureBatch.ReadAsync(session, messages, StructureExtent.Envelope, cancellationToken))
        {
            for (int i = 0; i < batch.Count; i++)
                take(batch.Index(i), StructureCodec.TryDecodeEnvelope(batch.Stored(i), out MessageEnvelope? envelope) ? envelope : null);
        }
    }
}
