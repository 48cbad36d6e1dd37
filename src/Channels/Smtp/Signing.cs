using System.Buffers;
using DirMail.Mail;
using DirMail.Mail.Dkim;
using DirMail.Mail.Mime;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Channels.Smtp;

/// <summary>
/// Signs what leaves, for domains that have a key (RFC 6376): as the domain in From, when that is one of the domain whose queue the message is in. What is forwarded for
/// others is left as it is.
/// </summary>
internal sealed class Signing(Func<string, EntryId?> domainOf, TimeProvider clock)
{
    private const int PieceOctets = 64 * 1024;
    private volatile IReadOnlyDictionary<string, SigningKey> _keys = new Dictionary<string, SigningKey>();

    /// <inheritdoc cref="SmtpChannelSettings.SigningKeys"/>
    public IReadOnlyDictionary<string, SigningKey> Keys
    {
        get => _keys;
        set => _keys = value;
    }

    /// <summary>The last change before it leaves. <exception cref="IOException">The content cannot be read.</exception></summary>
    public async Task<Delivery> SignedAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> signature = await SignAsync(delivery.Row.Message, delivery.Content, cancellationToken);
        return signature.IsEmpty ? delivery : delivery with { Content = delivery.Content.After(signature) };
    }

    /// <summary>The field to put before the message; empty: it is not signed. <exception cref="IOException">The content cannot be read.</exception></summary>
    private async Task<ReadOnlyMemory<byte>> SignAsync(QueuedMessage message, MessageContent content, CancellationToken cancellationToken)
    {
        if (_keys.Count == 0 || await KeyForAsync(message, content, cancellationToken) is not var (domain, key))
            return default;
        using var scan = new SignatureScan(Canonicalization.Relaxed);
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceOctets);
        try
        {
            int read;
            for (long at = 0; (read = await content.ReadAsync(at, piece.AsMemory(0, PieceOctets), cancellationToken)) > 0; at += read)
                scan.Write(piece.AsSpan(0, read));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
        scan.Complete();
        return scan.IsOverlong ? default : key.Sign(domain, scan, clock.GetUtcNow());
    }

    private async Task<(string Domain, SigningKey Key)?> KeyForAsync(QueuedMessage message, MessageContent content, CancellationToken cancellationToken)
    {
        MessageStructure structure = await content.StructureAsync(cancellationToken);
        if (structure.Envelope.From is not [{ Host: { } host }, ..] || !MailAddress.TryDomainKey(host, out string domain) || domainOf(domain) != message.Domain)
            return null;
        return _keys.TryGetValue(domain, out SigningKey? key) ? (domain, key) : null;
    }
}
