using System.Buffers.Binary;
using System.Numerics;

namespace DirMail.Ldap.Codec;

/// <summary>A quick hash for the tables of things seen before, whose slots are checked at each use: who sends hits costs a little time, never a wrong answer.</summary>
internal static class OctetHash
{
    public static uint Of(ReadOnlySpan<byte> octets)
    {
        ulong hash = (ulong)octets.Length, last = 0;
        if (octets.Length >= sizeof(ulong))
            last = BinaryPrimitives.ReadUInt64LittleEndian(octets[^sizeof(ulong)..]);
        else
            foreach (byte octet in octets)
                last = (last << 8) | octet;
        for (; octets.Length > sizeof(ulong); octets = octets[sizeof(ulong)..])
            hash = Step(hash, BinaryPrimitives.ReadUInt64LittleEndian(octets));
        hash = Step(hash, last);
        return (uint)(hash ^ (hash >> 32));
    }

    private static ulong Step(ulong hash, ulong word) => BitOperations.RotateLeft((hash ^ word) * 0x9E3779B97F4A7C15, 29);
}
