using System.Text;

namespace DirMail.Ldap.Codec;

/// <summary>
/// The last strings seen, one a slot: a refresh of 100,000 entries names the same twenty attributes two million times. Bounded whatever is sent;
/// slots are written without a lock because any string in them is a right one or is replaced.
/// </summary>
internal static class SharedNames
{
    private const int MaxShared = 64;

    /// <summary>So many names with one slot do not drive each other out.</summary>
    private const uint Neighbours = 4;

    private static readonly string[] Slots = [.. Enumerable.Repeat("", 1024)];

    public static string Get(ReadOnlySpan<byte> ascii)
    {
        if (ascii.Length > MaxShared)
            return Encoding.ASCII.GetString(ascii);
        uint first = OctetHash.Of(ascii);
        for (uint i = 0; i < Neighbours; i++)
        {
            ref string slot = ref Slots[(first + i) % Slots.Length];
            string seen = slot;
            if (Ascii.Equals(ascii, seen))
                return seen;
            if (seen.Length == 0)
                return slot = Encoding.ASCII.GetString(ascii);
        }
        return Slots[first % Slots.Length] = Encoding.ASCII.GetString(ascii);
    }
}
