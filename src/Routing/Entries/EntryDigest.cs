using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DirMail.Ldap;

namespace DirMail.Routing.Entries;

/// <summary>
/// 64 bits over all that an entry shows us, its name included, in no particular order. A push whose digest is the old one changed something that we may not read:
/// a password (left out also where a directory shows it). An entry whose digest is the old one is not read again, so it is keyed by random numbers of this process: who writes
/// entries cannot prepare two with the same. It is never kept on disk.
/// </summary>
internal static class EntryDigest
{
    /// <summary>So many names with one slot do not drive each other out.</summary>
    private const uint Neighbours = 4;

    private static readonly ulong s_seed = Random();
    private static readonly ulong s_factor = Random() | 1;
    private static readonly Name?[] s_names = new Name?[1024];

    public static ulong Of(IEntryContent entry)
    {
        ulong sum = Mix(s_seed, MemoryMarshal.AsBytes(entry.DnText));
        for (int i = 0; i < entry.Count; i++)
            if (!entry.Description(i).StartsWith("userPassword", StringComparison.OrdinalIgnoreCase))
                sum += Of(entry, i);
        return sum;
    }

    /// <summary>The same over some attributes alone, without the name.</summary>
    public static ulong Of(IEntryContent entry, FrozenSet<string> attributes)
    {
        ulong sum = s_seed;
        for (int i = 0; i < entry.Count; i++)
            if (attributes.Contains(entry.Description(i)))
                sum += Of(entry, i);
        return sum;
    }

    private static ulong Of(IEntryContent entry, int attribute)
    {
        ulong name = Named(entry.Description(attribute)), sum = 0;
        for (int v = 0, count = entry.ValueCount(attribute); v < count; v++)
            sum += Mix(name, entry.Value(attribute, v));
        return sum;
    }

    /// <summary>Decoders hand out the same strings for the same few names: each is mixed once. A slot is replaced as a whole, and checked at each use.</summary>
    private static ulong Named(string description)
    {
        uint first = (uint)RuntimeHelpers.GetHashCode(description), free = first;
        for (uint i = 0; i < Neighbours; i++)
            if (Volatile.Read(ref s_names[(first + i) % s_names.Length]) is not { } known)
                free = first + i;
            else if (ReferenceEquals(known.Description, description))
                return known.Mixed;
        ulong mixed = Mix(~s_seed, MemoryMarshal.AsBytes(description.ToLowerInvariant().AsSpan()));
        Volatile.Write(ref s_names[free % s_names.Length], new(description, mixed));
        return mixed;
    }

    private sealed record Name(string Description, ulong Mixed);

    private static ulong Random() => BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private static ulong Mix(ulong hash, ReadOnlySpan<byte> octets)
    {
        hash ^= (ulong)octets.Length;
        ulong last = 0;
        if (octets.Length >= sizeof(ulong))
            last = BinaryPrimitives.ReadUInt64LittleEndian(octets[^sizeof(ulong)..]);
        else
            foreach (byte octet in octets)
                last = (last << 8) | octet;
        for (; octets.Length > sizeof(ulong); octets = octets[sizeof(ulong)..])
            hash = Step(hash, BinaryPrimitives.ReadUInt64LittleEndian(octets));
        hash = Step(hash, last);
        return hash ^ (hash >> 32);
    }

    private static ulong Step(ulong hash, ulong word) => BitOperations.RotateLeft((hash ^ word) * s_factor, 29) + word;
}
