using DirMail.Mail.Mime;
using DirMail.Store.Contents;

namespace DirMail.Store;

/// <summary>
/// The octets of a rendition (prefix and content as one), readable in pieces at any offset. No transaction stays open between reads: what lies in the
/// database has come along with the first query, larger content is read from its file.
/// </summary>
public sealed class MessageContent
{
    private readonly ReadOnlyMemory<byte> _prefix;
    private readonly byte[]? _inline;
    private readonly string _path;
    private readonly byte[] _storedStructure;
    private MessageStructure? _structure;

    /// <param name="inline">Null when the content is the file at <paramref name="path"/>. The front of it is enough for who reads no further.</param>
    internal MessageContent(long octets, ReadOnlyMemory<byte> prefix, byte[]? inline, string path, byte[] storedStructure) =>
        (Octets, _prefix, _inline, _path, _storedStructure) = (octets, prefix, inline, path, storedStructure);

    /// <summary>Prefix and content together: what RFC822.SIZE and POP3's LIST say.</summary>
    public long Octets { get; }

    /// <summary>The content's first octets that the prefix stands in place of: all of its header, or 0.</summary>
    public int Replaces { get; init; }

    /// <summary>Those of the header as it is shown, with the blank line behind it.</summary>
    /// <exception cref="IOException">When the stored structure is damaged.</exception>
    public long HeaderOctets => Shift + (OriginalHeader ??= StructureCodec.TryReadHeaderLength(_storedStructure, out long length) ? length : throw DamagedStructure());

    /// <summary>Octets of the original's header, as far as they have been asked for.</summary>
    internal long? OriginalHeader { get; set; }

    internal int OctetsInMemory => _prefix.Length + (_inline?.Length ?? 0) + _storedStructure.Length;

    /// <summary>How much later an octet of the original's body lies here than <see cref="MessageStructure"/> says, for the octets before it (trace headers); negative where a changed header is the shorter.</summary>
    public int Shift => _prefix.Length - Replaces;

    /// <summary>The same message behind further octets of ours.</summary>
    public MessageContent After(ReadOnlyMemory<byte> octets) =>
        new(Octets + octets.Length, (byte[])[.. octets.Span, .. _prefix.Span], _inline, _path, _storedStructure) { Replaces = Replaces, OriginalHeader = OriginalHeader };

    /// <summary>Reads up to <paramref name="buffer"/>'s length; 0 only at the end. <exception cref="IOException">when the store is damaged: the row's file is missing or short.</exception></summary>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (offset >= Octets || buffer.IsEmpty)
            return 0;
        int read = 0;
        if (offset < _prefix.Length)
            read = Copy(_prefix, (int)offset, buffer);
        Memory<byte> rest = buffer[read..];
        long inContent = offset + read - Shift;
        if (rest.IsEmpty || offset + read >= Octets)
            return read;
        if (_inline is { } inline)
            return read + Copy(inline, (int)inContent, rest);
        return read + await ReadFileAsync(inContent, rest, cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="IOException">When the stored structure is damaged.</exception>
    public Task<MessageStructure> StructureAsync(CancellationToken cancellationToken)
    {
        if (_structure is null)
        {
            if (!StructureCodec.TryDecode(_storedStructure, out MessageStructure? stored))
                return Task.FromException<MessageStructure>(DamagedStructure());
            _structure = Replaces > 0 ? ChangedHeader.Structure(stored!, _prefix.Span) : stored;
        }
        return Task.FromResult(_structure!);
    }

    private IOException DamagedStructure() => new($"the store is damaged: the structure of the content of {_path} cannot be read: run `dirmail store check`");

    private async Task<int> ReadFileAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!File.Exists(_path))
            throw new IOException($"the store is damaged: {_path} is missing: run `dirmail store check`");
        // Opened for each piece: nobody has to say when the last piece was read, and 256 KiB are worth an open.
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        int wanted = (int)Math.Min(buffer.Length, Octets - Shift - offset);
        int read = await RandomAccess.ReadAsync(file, buffer[..wanted], offset, cancellationToken).ConfigureAwait(false);
        return read > 0 ? read : throw new IOException($"the store is damaged: {_path} is shorter than its row says: run `dirmail store check`");
    }

    private static int Copy(ReadOnlyMemory<byte> from, int offset, Memory<byte> to)
    {
        int length = Math.Min(from.Length - offset, to.Length);
        from.Slice(offset, length).CopyTo(to);
        return length;
    }
}
