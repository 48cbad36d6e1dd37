using System.Buffers;
using DirMail.Store.Contents;
using Microsoft.Extensions.Logging;

namespace DirMail.Store;

/// <summary>
/// Takes the octets of one message as they arrive: a pooled buffer up to <see cref="StoreSettings.InlineOctets"/>, beyond that a temporary file in the
/// content folder. Scans while it writes, so the message is never read again. Dispose without <see cref="CompleteAsync"/> drops everything.
/// </summary>
public sealed class ContentWriter : IAsyncDisposable
{
    private const int FirstBuffer = 16 * 1024;
    private const int MaxHeaderOctets = 256 * 1024;
    private readonly ContentFolder _folder;
    private readonly Func<long> _nextId;
    private readonly int _inlineOctets;
    private readonly ILogger _logger;
    private readonly MessageScan _scan = new();
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int _buffered;
    private long _id;
    private FileStream? _file;
    private bool _failed;

    internal ContentWriter(ContentFolder folder, Func<long> nextId, int inlineOctets, ILogger logger) =>
        (_folder, _nextId, _inlineOctets, _logger) = (folder, nextId, inlineOctets, logger);

    public long Octets { get; private set; }

    /// <summary>One that there is, or null.</summary>
    internal string? Partition { get; init; }

    /// <summary>The octets are copied. A disk error is kept and told by <see cref="CompleteAsync"/>: nothing throws in between.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_buffer is null, this);
        Octets += octets.Length;
        if (_failed)
            return;
        _scan.Write(octets.Span);
        if (_file is null && _buffered + octets.Length <= _inlineOctets)
        {
            Keep(octets.Span);
            return;
        }
        try
        {
            await SpillAsync(octets, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(e);
        }
    }

    /// <summary>Null when the disk failed or was full (answer 452 4.3.1). A file has been synced and renamed into place when this returns.</summary>
    public async Task<Content?> CompleteAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_buffer is null, this);
        if (_failed)
            return null;
        ScannedMessage scanned = _scan.Complete();
        try
        {
            if (_file is { } file)
                await FinishFileAsync(file, scanned.Structure.Root.BodyStart, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(e);
            return null;
        }
        var content = new Content(_id == 0 ? _nextId() : _id, _folder, _buffer, _buffered, scanned, inFile: _id != 0);
        _buffer = null;
        _file = null;
        return content;
    }

    public async ValueTask DisposeAsync()
    {
        _scan.Dispose();
        if (_buffer is not { } buffer)
            return;
        _buffer = null;
        ArrayPool<byte>.Shared.Return(buffer);
        if (_file is not null)
            await _file.DisposeAsync().ConfigureAwait(false);
        if (_id != 0)
            _folder.Remove(_id);
    }

    private void Keep(ReadOnlySpan<byte> octets)
    {
        if (_buffered + octets.Length > _buffer!.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffered + octets.Length, _buffer.Length * 2));
            _buffer.AsSpan(0, _buffered).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        octets.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += octets.Length;
    }

    /// <summary>The octets held so far stay in the buffer too: the header is read from there.</summary>
    private async ValueTask SpillAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        if (_file is null)
        {
            _id = _nextId();
            _file = _folder.CreateUnfinished(_id, Partition);
            await _file.WriteAsync(_buffer.AsMemory(0, _buffered), cancellationToken).ConfigureAwait(false);
        }
        await _file.WriteAsync(octets, cancellationToken).ConfigureAwait(false);
    }

    private async Task FinishFileAsync(FileStream file, long headerOctets, CancellationToken cancellationToken)
    {
        int wanted = (int)Math.Min(headerOctets, MaxHeaderOctets);
        if (wanted > _buffered)
        {
            byte[] header = new byte[wanted - _buffered];
            int read = await RandomAccess.ReadAsync(file.SafeFileHandle, header, _buffered, cancellationToken).ConfigureAwait(false);
            Keep(header.AsSpan(0, read));
        }
        await Task.Run(() => _folder.Finish(_id, file), CancellationToken.None).ConfigureAwait(false);
    }

    private void Fail(Exception e)
    {
        _failed = true;
        Log.ContentNotWritten(_logger, e);
        Metrics.Failed(StoreFailure.Content);
    }
}
