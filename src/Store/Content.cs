using DirMail.Mail.Mime;

namespace DirMail.Store;

/// <summary>
/// Takes the octets of one message as they arrive: a pooled buffer up to <see cref="StoreSettings.InlineOctets"/>, beyond that a temporary file in the
/// content folder. Scans while it writes, so the message is never read again. Dispose without <see cref="CompleteAsync"/> drops everything.
/// </summary>
public sealed class ContentWriter : IAsyncDisposable
{
    public long Octets => throw new NotImplementedException();

    /// <summary>The octets are copied. A disk error is kept and told by <see cref="CompleteAsync"/>: nothing throws in between.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Null when the disk failed or was full (answer 452 4.3.1). A file has been synced and renamed into place when this returns.</summary>
    public Task<Content?> CompleteAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>
/// One message as received, complete and scanned, not yet owned by any mailbox. Handing it to <see cref="MessageStore.CommitAsync"/> or an append gives it away,
/// whatever the result; disposing it before that removes its octets.
/// </summary>
public sealed class Content : IAsyncDisposable
{
    public long Octets => throw new NotImplementedException();

    /// <summary>Parsed while it was written.</summary>
    public MessageStructure Structure => throw new NotImplementedException();

    /// <summary>The top header's octets with the blank line, at most 256 KiB of them.</summary>
    public ReadOnlyMemory<byte> Header => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>The octets of a rendition (prefix and content as one), readable in pieces at any offset. No transaction stays open between reads.</summary>
public sealed class MessageContent
{
    /// <summary>Prefix and content together: what RFC822.SIZE and POP3's LIST say.</summary>
    public long Octets => throw new NotImplementedException();

    /// <summary>Octets before the original content (trace headers). Offsets of <see cref="MessageStructure"/> count from there.</summary>
    public int PrefixOctets => throw new NotImplementedException();

    /// <summary>Reads up to <paramref name="buffer"/>'s length; 0 only at the end. <exception cref="IOException">when the store is damaged: the row's file is missing or short.</exception></summary>
    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<MessageStructure> StructureAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
