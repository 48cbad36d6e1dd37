using System.Buffers;
using DirMail.Ldap;
using DirMail.Ldap.Codec;
using DirMail.Mail;
using Microsoft.Win32.SafeHandles;

namespace DirMail.Routing.Cache;

/// <summary>
/// One file of the cache, open for appending. Records are gathered in memory and written together; they count only with the next commit, and what was not
/// committed can be taken back. Nothing is synced: a tail that a power loss tears off is sent again by the directory.
/// </summary>
internal sealed class CacheFile : IDisposable
{
    private const int BufferOctets = 1024 * 1024;
    private const int IdOctets = 16;
    private const int IdsPerRecord = 4096;

    private readonly SafeFileHandle _file;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferOctets);
    private int _buffered;
    private long _written;

    private CacheFile(SafeFileHandle file, long end)
    {
        _file = file;
        _written = Committed = end;
    }

    /// <summary>End of the last commit.</summary>
    public long Committed { get; private set; }

    public long Octets => _written + _buffered;

    /// <exception cref="IOException">It cannot be made.</exception>
    public static CacheFile Create(string path, CacheHeader header)
    {
        var file = new CacheFile(File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete), 0);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        file.Append(RecordKind.Header, header.Octets);
        file.Flush();
        file.Committed = file._written;
        return file;
    }

    /// <summary>To go on behind <paramref name="end"/>; what follows there is cut off.</summary>
    public static CacheFile Continue(string path, long end)
    {
        var file = new CacheFile(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete), end);
        file.Rollback();
        return file;
    }

    public void Append(EntryId id, LdapEntry entry)
    {
        int size = EntryCodec.SizeOf(entry);
        Span<byte> record = Reserve(RecordKind.Entry, IdOctets + size);
        Span<byte> content = record[(CacheRecord.FrameOctets + 1)..];
        id.Value.TryWriteBytes(content, bigEndian: true, out _);
        EntryCodec.Write(entry, content[IdOctets..]);
        CacheRecord.Frame(record);
    }

    /// <summary>Ids of one fate; none: nothing.</summary>
    public void Append(RecordKind kind, IReadOnlyCollection<EntryId> ids)
    {
        foreach (EntryId[] some in ids.Chunk(IdsPerRecord))
        {
            Span<byte> record = Reserve(kind, some.Length * IdOctets);
            for (int i = 0; i < some.Length; i++)
                some[i].Value.TryWriteBytes(record[(CacheRecord.FrameOctets + 1 + i * IdOctets)..], bigEndian: true, out _);
            CacheRecord.Frame(record);
        }
    }

    /// <summary>A record's content as it is, kind apart.</summary>
    public void Append(RecordKind kind, ReadOnlySpan<byte> content)
    {
        Span<byte> record = Reserve(kind, content.Length);
        content.CopyTo(record[(CacheRecord.FrameOctets + 1)..]);
        CacheRecord.Frame(record);
    }

    public void Commit(CacheCommit commit)
    {
        Append(RecordKind.Commit, commit.Octets);
        Flush();
        Committed = _written;
    }

    /// <summary>Takes back what was not committed.</summary>
    public void Rollback()
    {
        _buffered = 0;
        _written = Committed;
        RandomAccess.SetLength(_file, Committed);
    }

    public void Sync() => RandomAccess.FlushToDisk(_file);

    public void Dispose()
    {
        _file.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private Span<byte> Reserve(RecordKind kind, int content)
    {
        int size = CacheRecord.FrameOctets + 1 + content;
        if (_buffered + size > _buffer.Length)
            MakeRoom(size);
        Span<byte> record = _buffer.AsSpan(_buffered, size);
        record[CacheRecord.FrameOctets] = (byte)kind;
        _buffered += size;
        return record;
    }

    private void MakeRoom(int size)
    {
        Flush();
        if (size <= _buffer.Length)
            return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = ArrayPool<byte>.Shared.Rent(size);
    }

    private void Flush()
    {
        RandomAccess.Write(_file, _buffer.AsSpan(0, _buffered), _written);
        _written += _buffered;
        _buffered = 0;
    }
}
