using System.Buffers;
using DirMail.Mail.Mime;
using DirMail.Store.Contents;

namespace DirMail.Store;

/// <summary>
/// One message as received, complete and scanned, not yet owned by any mailbox. Handing it to <see cref="MessageStore.CommitAsync"/> or an append gives it away,
/// whatever the result; disposing it before that removes its octets.
/// </summary>
public sealed class Content : IAsyncDisposable
{
    private readonly ContentFolder _folder;
    private readonly byte[] _buffer;
    private readonly int _buffered;
    private int _state;

    /// <param name="buffer">From the shared pool; the content gives it back.</param>
    /// <param name="buffered">How many of its octets count: all of the message when it lies inline, else at least its header.</param>
    internal Content(long id, ContentFolder folder, byte[] buffer, int buffered, ScannedMessage scanned, bool inFile)
    {
        Id = id;
        Octets = scanned.Structure.Octets;
        Structure = scanned.Structure;
        StoredStructure = scanned.Stored;
        Hash = scanned.Hash;
        IsInFile = inFile;
        (_folder, _buffer, _buffered) = (folder, buffer, buffered);
    }

    public long Octets { get; }

    /// <summary>Parsed while it was written.</summary>
    public MessageStructure Structure { get; }

    /// <summary>The top header's octets with the blank line, at most 256 KiB of them. Not to be used once the store has ended it: a plan still may.</summary>
    public ReadOnlyMemory<byte> Header
    {
        get
        {
            ObjectDisposedException.ThrowIf(_state == State.Gone, this);
            return _buffer.AsMemory(0, (int)Math.Min(_buffered, Structure.Root.BodyStart));
        }
    }

    /// <summary>Reads up to <paramref name="buffer"/>'s length; 0 only at the end. Not to be used once it has been given away. <exception cref="IOException">The file cannot be read.</exception></summary>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_state != State.Own, this);
        if (offset >= Octets || buffer.IsEmpty)
            return 0;
        if (IsInFile)
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(_folder.PathOf(Id), options: FileOptions.Asynchronous);
            return await RandomAccess.ReadAsync(file, buffer, offset, cancellationToken).ConfigureAwait(false);
        }
        int length = (int)Math.Min(buffer.Length, Octets - offset);
        _buffer.AsMemory((int)offset, length).CopyTo(buffer);
        return length;
    }

    /// <summary>The same octets as a message that leaves without being kept: good until this is disposed of.</summary>
    public MessageContent AsMessage()
    {
        ObjectDisposedException.ThrowIf(_state != State.Own, this);
        return new(Octets, default, IsInFile ? null : Inline.ToArray(), _folder.PathOf(Id), StoredStructure);
    }

    internal long Id { get; }
    internal bool IsInFile { get; }
    internal byte[] Hash { get; }
    internal byte[] StoredStructure { get; }

    /// <summary>What can be read of it once it is stored, behind that prefix.</summary>
    /// <param name="replaces">As of <see cref="QueuedMessage"/>.</param>
    /// <param name="inline">A copy of <see cref="Inline"/>; null when it lies in a file.</param>
    internal MessageContent Behind(ReadOnlyMemory<byte> prefix, int replaces, byte[]? inline) =>
        new(Octets + prefix.Length - replaces, prefix, inline, _folder.PathOf(Id), StoredStructure) { Replaces = replaces };

    internal ReadOnlySpan<byte> Inline => _buffer.AsSpan(0, _buffered);

    /// <summary>Marks it as given away: from here on only the store ends it.</summary>
    internal void Take()
    {
        if (Interlocked.CompareExchange(ref _state, State.Taken, State.Own) != State.Own)
            throw new InvalidOperationException("this content has been given away or disposed before");
    }

    /// <summary>The store is done with it: <paramref name="kept"/> says whether a committed row now speaks of its file.</summary>
    internal void End(bool kept)
    {
        if (Interlocked.Exchange(ref _state, State.Gone) == State.Gone)
            return;
        ArrayPool<byte>.Shared.Return(_buffer);
        if (IsInFile && kept)
            _folder.Keep(Id);
        else if (IsInFile)
            _folder.Remove(Id);
    }

    /// <summary>Does nothing once it has been given away.</summary>
    public ValueTask DisposeAsync()
    {
        if (_state == State.Own)
            End(kept: false);
        return ValueTask.CompletedTask;
    }

    private static class State
    {
        public const int Own = 0, Taken = 1, Gone = 2;
    }
}
