using DirMail.Mail;
using DirMail.Mail.Dkim;
using DirMail.Store;

namespace DirMail.Servers.Smtp;

/// <summary>A message while it arrives, by DATA or BDAT. After a fault its octets are read over and not kept.</summary>
internal sealed class IncomingMessage(MessageStore store, long maxOctets) : IAsyncDisposable
{
    private readonly ContentWriter _writer = store.NewContent();

    /// <summary>Reads along for the checks; null: nobody will ask.</summary>
    public SignatureScan? Scan { get; init; }

    /// <summary>The first thing that was wrong: what to say at the end.</summary>
    public Reply? Fault { get; private set; }

    public void Refuse(Reply fault) => Fault ??= fault;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        if (_writer.Octets + octets.Length > maxOctets)
            Refuse(Responses.MessageTooLarge);
        if (Fault is null)
            Scan?.Write(octets.Span);
        return Fault is null ? _writer.WriteAsync(octets, cancellationToken) : ValueTask.CompletedTask;
    }

    /// <summary>Null when the disk failed.</summary>
    public Task<Content?> CompleteAsync(CancellationToken cancellationToken) => _writer.CompleteAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        Scan?.Dispose();
        return _writer.DisposeAsync();
    }
}
