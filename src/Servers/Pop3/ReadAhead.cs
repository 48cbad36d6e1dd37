using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Servers.Pop3;

/// <summary>Reads messages from the store for one session. Clients take one after the other, so the next small ones come along with a read.</summary>
internal sealed class ReadAhead(Mailboxes mailboxes, Maildrop maildrop)
{
    private const int MaxMessages = 16;

    /// <summary>Held at once; what has been sent is let go.</summary>
    private const long MaxOctets = 128 * 1024;

    private readonly Dictionary<int, MessageContent> _held = [];
    private int _last;

    /// <param name="number">Of a message that is there and not marked.</param>
    /// <exception cref="IOException">It cannot be read, or has been removed by others.</exception>
    public async Task<MessageContent> ReadAsync(int number, CancellationToken cancellationToken)
    {
        bool isNext = number == _last + 1;
        _last = number;
        if (!_held.Remove(number, out MessageContent? held) && isNext)
        {
            await FillAsync(number, cancellationToken);
            _held.Remove(number, out held);
        }
        return held ?? await mailboxes.ReadAsync(maildrop.Find(number)!.Rendition, cancellationToken);
    }

    private async Task FillAsync(int first, CancellationToken cancellationToken)
    {
        _held.Clear();
        List<int> numbers = [];
        List<RenditionId> renditions = [];
        long octets = 0;
        for (int number = first; number <= maildrop.Highest && numbers.Count < MaxMessages; number++)
        {
            if (maildrop.Find(number) is not { } entry)
                continue;
            octets += entry.Octets;
            if (octets > MaxOctets)
                break;
            numbers.Add(number);
            renditions.Add(entry.Rendition);
        }
        if (numbers.Count < 2)
            return;
        try
        {
            IReadOnlyList<MessageContent?> contents = await mailboxes.ReadAsync(renditions, ContentExtent.Whole, cancellationToken);
            for (int i = 0; i < contents.Count; i++)
            {
                if (contents[i] is { } content)
                    _held[numbers[i]] = content;
            }
        }
        catch (IOException)
        {
            // one of them cannot be read: each is asked for by itself
        }
    }
}
