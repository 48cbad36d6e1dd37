using System.Text;

namespace DirMail.Ldap.Codec;

/// <summary>
/// The last strings seen, one a slot: a refresh of 100,000 entries names the same twenty attributes two million times. Bounded whatever is sent;
/// slots are written without a lock because any string in them is a right one or is replaced.
/// </summary>
internal static class SharedNames
{
    private const int MaxShared = 64;
    private static readonly string[] Slots = [.. Enumerable.Repeat("", 1024)];

    public static string Get(ReadOnlySpan<byte> ascii)
    {
        if (ascii.Length > MaxShared)
            return Encoding.ASCII.GetString(ascii);
        ref string slot = ref Slots[OctetHash.Of(ascii) % Slots.Length];
        string seen = slot;
        return Ascii.Equals(ascii, seen) ? seen : slot = Encoding.ASCII.GetString(ascii);
    }
}
