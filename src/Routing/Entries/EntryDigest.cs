using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Numerics;
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
    private const int LongestUsual = 64;

    private static readonly ulong s_seed = Random();
    private static readonly ulong s_factor = Random() | 1;

    public static ulong Of(LdapEntry entry)
    {
        ulong sum = Mix(s_seed, entry.Dn.Text);
        for (int i = 0; i < entry.Attributes.Count; i++)
        {
            LdapAttribute attribute = entry.Attributes[i];
            if (attribute.Description.StartsWith("userPassword", StringComparison.OrdinalIgnoreCase))
                continue;
            ulong name = Named(attribute.Description);
            for (int v = 0; v < attribute.Values.Count; v++)
                sum += Mix(name, attribute.Values[v]);
        }
        return sum;
    }

    /// <summary>The same over some attributes alone, without the name.</summary>
    public static ulong Of(LdapEntry entry, FrozenSet<string> attributes)
    {
        ulong sum = s_seed;
        for (int i = 0; i < entry.Attributes.Count; i++)
        {
            LdapAttribute attribute = entry.Attributes[i];
            if (!attributes.Contains(attribute.Description))
                continue;
            ulong name = Named(attribute.Description);
            for (int v = 0; v < attribute.Values.Count; v++)
                sum += Mix(name, attribute.Values[v]);
        }
        return sum;
    }

    private static ulong Named(string description)
    {
        if (description.Length > LongestUsual)
            return Mix(~s_seed, description.ToLowerInvariant());
        Span<char> lower = stackalloc char[LongestUsual];
        return Mix(~s_seed, MemoryMarshal.AsBytes(lower[..description.AsSpan().ToLowerInvariant(lower)]));
    }

    private static ulong Random() => BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private static ulong Mix(ulong hash, string text) => Mix(hash, MemoryMarshal.AsBytes(text.AsSpan()));

    private static ulong Mix(ulong hash, ReadOnlySpan<byte> octets)
    {
        hash ^= (ulong)octets.Length;
        for (; octets.Length >= 8; octets = octets[8..])
            hash = Step(hash, BinaryPrimitives.ReadUInt64LittleEndian(octets));
        foreach (byte octet in octets)
            hash = Step(hash, octet);
        return hash ^ (hash >> 32);
    }

    private static ulong Step(ulong hash, ulong word) => BitOperations.RotateLeft((hash ^ word) * s_factor, 29) + word;
}
