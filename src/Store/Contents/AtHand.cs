using DirMail.Mail;

namespace DirMail.Store.Contents;

/// <summary>
/// Octets of messages that were just queued, so that their first attempt need not read them back. What is here is as it was accepted: the commit of an attempt, or of any other change
/// of the queue, takes out what it touches before it is written. Bounded; the oldest go first, and are read from the database.
/// </summary>
internal sealed class AtHand
{
    private const long MostOctets = 32 * 1024 * 1024;

    /// <summary>What a message costs besides its octets.</summary>
    private const int Overhead = 2048;

    private readonly Lock _gate = new();
    private readonly Dictionary<QueueId, LinkedListNode<(QueueId Id, MessageContent Content)>> _messages = [];
    private readonly LinkedList<(QueueId Id, MessageContent Content)> _order = [];
    private long _octets;

    public void Add(QueueId message, MessageContent content)
    {
        lock (_gate)
        {
            _messages[message] = _order.AddLast((message, content));
            _octets += Cost(content);
            while (_octets > MostOctets)
                Remove(_order.First!);
        }
    }

    /// <summary>Gives it out once; null: it is not here.</summary>
    public MessageContent? Take(QueueId message)
    {
        lock (_gate)
        {
            if (!_messages.TryGetValue(message, out var node))
                return null;
            Remove(node);
            return node.Value.Content;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _messages.Clear();
            _order.Clear();
            _octets = 0;
        }
    }

    private void Remove(LinkedListNode<(QueueId Id, MessageContent Content)> node)
    {
        _messages.Remove(node.Value.Id);
        _order.Remove(node);
        _octets -= Cost(node.Value.Content);
    }

    private static long Cost(MessageContent content) => content.OctetsInMemory + Overhead;
}
