using DirMail.Mail;
using Microsoft.Win32.SafeHandles;

namespace DirMail.Routing.Cache;

/// <summary>Reads the records of one file in order, each checked by its sum before anybody sees it. Large sequential reads; a record lies in the buffer until the next is asked for.</summary>
internal sealed class CacheReader(SafeFileHandle file, long start, int bufferOctets) : IDisposable
{
    private const int IdOctets = 16;
    private const int Large = 4 * 1024 * 1024, Small = 16 * 1024;

    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(bufferOctets);
    private int _from, _to;
    private long _readTo = start;
    private int _content;

    public RecordKind Kind { get; private set; }

    /// <summary>Without the kind.</summary>
    public ReadOnlySpan<byte> Content => _buffer.AsSpan(_from - _content, _content);

    /// <summary>End of the record that was read last.</summary>
    public long Position => _readTo - (_to - _from);

    /// <summary>What follows <see cref="Position"/> is no record. Null at a clean end.</summary>
    public string? Fault { get; private set; }

    /// <summary>Of an <see cref="RecordKind.Entry"/>.</summary>
    public EntryId Id => IdAt(Content);

    /// <summary>Octets of an <see cref="RecordKind.Entry"/>, for <see cref="Ldap.Codec.EntryCodec"/>.</summary>
    public ReadOnlySpan<byte> Entry => Content[IdOctets..];

    public static CacheReader Open(string path, long start = 0)
    {
        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        return new(file, start, (int)Math.Clamp(RandomAccess.GetLength(file) - start, Small, Large));
    }

    /// <summary>For records here and there (<see cref="Seek"/>).</summary>
    public static CacheReader OpenRandom(string path) =>
        new(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess), 0, Small);

    public void Seek(long offset)
    {
        (_from, _to, _content) = (0, 0, 0);
        _readTo = offset;
    }

    /// <summary>Ids of a record that holds nothing else.</summary>
    public EntryId[] Ids()
    {
        var ids = new EntryId[_content / IdOctets];
        for (int i = 0; i < ids.Length; i++)
            ids[i] = IdAt(Content[(i * IdOctets)..]);
        return ids;
    }

    /// <summary>False at the end, whole or not (<see cref="Fault"/>).</summary>
    public bool Next()
    {
        if (!Have(CacheRecord.FrameOctets))
            return Ended(_to > _from ? "a record that is cut off" : null);
        int length = CacheRecord.LengthOf(_buffer.AsSpan(_from));
        if (length is < 1 or > CacheRecord.MaxOctets)
            return Ended("a record without a length");
        if (!Have(CacheRecord.FrameOctets + length))
            return Ended("a record that is cut off");
        ReadOnlySpan<byte> record = _buffer.AsSpan(_from, CacheRecord.FrameOctets + length);
        if (!CacheRecord.IsWhole(record, record[CacheRecord.FrameOctets..]))
            return Ended("a record whose checksum is wrong");
        Kind = (RecordKind)record[CacheRecord.FrameOctets];
        if (Kind is RecordKind.Entry && length <= IdOctets)
            return Ended("an entry without an id");
        _content = length - 1;
        _from += record.Length;
        return true;
    }

    public void Dispose() => file.Dispose();

    private static EntryId IdAt(ReadOnlySpan<byte> octets) => new(new Guid(octets[..IdOctets], bigEndian: true));

    private bool Ended(string? fault)
    {
        Fault = fault;
        return false;
    }

    private bool Have(int octets)
    {
        while (_to - _from < octets)
        {
            MakeRoom(octets);
            int read = RandomAccess.Read(file, _buffer.AsSpan(_to), _readTo);
            if (read == 0)
                return false;
            _to += read;
            _readTo += read;
        }
        return true;
    }

    private void MakeRoom(int octets)
    {
        if (_from > 0)
            _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
        (_from, _to) = (0, _to - _from);
        if (octets > _buffer.Length)
            Array.Resize(ref _buffer, octets);
    }
}
