using System.Buffers.Binary;

namespace DirMail.Routing.Following;

/// <summary>
/// The cookies of one following: a root's own, as its server gave it, or those of several roots as one, for one of them alone is good for nothing. Octets that no server's cookie begins with.
/// </summary>
internal static class SyncCookies
{
    private static ReadOnlySpan<byte> Mark => "dirmail-roots "u8;

    /// <summary>Null: there is none for each of so many roots.</summary>
    public static byte[]?[]? Read(byte[]? cookie, int roots)
    {
        if (cookie is null || cookie.AsSpan().StartsWith(Mark) != roots > 1)
            return null;
        if (roots == 1)
            return [cookie];
        byte[][] each = new byte[roots][];
        ReadOnlySpan<byte> rest = cookie.AsSpan(Mark.Length);
        for (int i = 0; i < roots; i++)
        {
            if (rest.Length < sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(rest) is var length && (length < 0 || length > rest.Length - sizeof(int)))
                return null;
            each[i] = rest.Slice(sizeof(int), length).ToArray();
            rest = rest[(sizeof(int) + length)..];
        }
        return rest.IsEmpty ? each : null;
    }

    /// <summary>Null while one of them is missing.</summary>
    public static byte[]? Write(IReadOnlyList<byte[]?> cookies)
    {
        if (cookies.Any(static cookie => cookie is null))
            return null;
        if (cookies is [var only])
            return only;
        var all = new List<byte>(Mark.ToArray());
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (byte[]? cookie in cookies)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, cookie!.Length);
            all.AddRange(length);
            all.AddRange(cookie);
        }
        return [.. all];
    }
}
