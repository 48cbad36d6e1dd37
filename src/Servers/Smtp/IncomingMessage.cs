using DirMail.Mail;
using DirMail.Mail.Dkim;
using DirMail.Store;

namespace DirMail.Servers.Smtp;

/// <summary>A message while it arrives, by DATA or BDAT. After a fault its octets are read over and not kept.</summary>
/// <param name="transaction">Its recipients are known.</param>
internal sealed class IncomingMessage(MessageStore store, SmtpTransaction transaction, long maxOctets) : IAsyncDisposable
{
    private readonly ContentWriter _writer = store.NewContent(transaction.Partition);
    private readonly long _mostForRecipients = transaction.MostOctets;
    private long _octets;

    /// <summary>Reads along for the checks; null: nobody will ask.</summary>
    public SignatureScan? Scan { get; init; }

    /// <summary>Takes out header fields that are not to be kept; the checks see them all the same.</summary>
    public required HeaderFilter Filter { get; init; }

    /// <summary>The first thing that was wrong: what to say at the end.</summary>
    public Reply? Fault { get; private set; }

    public void Refuse(Reply fault) => Fault ??= fault;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        if ((_octets += octets.Length) > maxOctets)
            Refuse(Responses.MessageTooLarge);
        else if (_octets > _mostForRecipients)
            Refuse(Responses.LargerThanRecipientAllows);
        if (Fault is not null)
            return ValueTask.CompletedTask;
        Scan?.Write(octets.Span);
        return Filter.IsOver ? _writer.WriteAsync(octets, cancellationToken) : FilterAsync(octets, cancellationToken);
    }

    /// <summary>Null when the disk failed.</summary>
    public async Task<Content?> CompleteAsync(CancellationToken cancellationToken)
    {
        await _writer.WriteAsync(Filter.End(), cancellationToken);
        return await _writer.CompleteAsync(cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        Scan?.Dispose();
        return _writer.DisposeAsync();
    }

    private async ValueTask FilterAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        await _writer.WriteAsync(Filter.Pass(octets.Span, out int used), cancellationToken);
        if (used < octets.Length)
            await _writer.WriteAsync(octets[used..], cancellationToken);
    }
}
