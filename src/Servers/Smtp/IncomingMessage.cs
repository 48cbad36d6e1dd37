using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Servers.Smtp;

/// <summary>A message while it arrives, by DATA or BDAT. After a fault its octets are read over and not kept.</summary>
internal sealed class IncomingMessage(MessageStore store, long maxOctets) : IAsyncDisposable
{
    private readonly ContentWriter _writer = store.NewContent();

    /// <summary>The first thing that was wrong: what to say at the end.</summary>
    public Reply? Fault { get; private set; }

    public void Refuse(Reply fault) => Fault ??= fault;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        if (_writer.Octets + octets.Length > maxOctets)
            Refuse(Responses.MessageTooLarge);
        return Fault is null ? _writer.WriteAsync(octets, cancellationToken) : ValueTask.CompletedTask;
    }

    /// <summary>Null when the disk failed.</summary>
    public Task<Content?> CompleteAsync(CancellationToken cancellationToken) => _writer.CompleteAsync(cancellationToken);

    public ValueTask DisposeAsync() => _writer.DisposeAsync();
}
