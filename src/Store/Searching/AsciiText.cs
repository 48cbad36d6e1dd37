using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;

namespace DirMail.Store.Searching;

/// <summary>Looks for an ASCII text, without case, in octets that ASCII is a part of: nothing has to be decoded for it.</summary>
internal static class AsciiText
{
    /// <param name="needle">ASCII, not empty.</param>
    public static bool IsIn(ReadOnlySpan<byte> octets, string needle)
    {
        int reach = needle.Length - 1, at = 0;
        (Vector256<byte> first, Vector256<byte> firstCase) = Letter(needle[0]);
        (Vector256<byte> last, Vector256<byte> lastCase) = Letter(needle[^1]);
        for (; at + reach + Vector256<byte>.Count <= octets.Length; at += Vector256<byte>.Count)
        {
            Vector256<byte> starts = Vector256.Equals(Vector256.Create(octets[at..]) | firstCase, first);
            Vector256<byte> ends = Vector256.Equals(Vector256.Create(octets[(at + reach)..]) | lastCase, last);
            for (uint both = (starts & ends).ExtractMostSignificantBits(); both != 0; both &= both - 1)
            {
                if (Ascii.EqualsIgnoreCase(octets.Slice(at + BitOperations.TrailingZeroCount(both), needle.Length), needle))
                    return true;
            }
        }
        for (; at + reach < octets.Length; at++)
        {
            if (Ascii.EqualsIgnoreCase(octets.Slice(at, needle.Length), needle))
                return true;
        }
        return false;
    }

    /// <summary>The character in each lane, in lower case, and what an octet needs to be in lower case, too, if it is that letter.</summary>
    private static (Vector256<byte> Lower, Vector256<byte> Case) Letter(char character)
    {
        byte difference = char.IsAsciiLetter(character) ? (byte)0x20 : (byte)0;
        return (Vector256.Create((byte)(character | difference)), Vector256.Create(difference));
    }
}
