using System.Buffers.Binary;
using System.Text;

namespace DirMail.Routing.Cache;

/// <summary>Where the following stood when everything before was in force: the cookie never comes without its entries.</summary>
/// <param name="Cookie">Null: none to resume from, the next session is a full refresh.</param>
/// <param name="Server">Whose cookie that is.</param>
/// <param name="InStep">When the entries were last known to be what the directory says.</param>
internal sealed record CacheCommit(byte[]? Cookie, string Server, DateTimeOffset InStep)
{
    private const int TimeOctets = 8, LengthOctets = 4;

    public byte[] Octets
    {
        get
        {
            byte[] server = Encoding.UTF8.GetBytes(Server);
            byte[] octets = new byte[TimeOctets + LengthOctets + server.Length + 1 + (Cookie?.Length ?? 0)];
            BinaryPrimitives.WriteInt64LittleEndian(octets, InStep.UtcTicks);
            BinaryPrimitives.WriteInt32LittleEndian(octets.AsSpan(TimeOctets), server.Length);
            server.CopyTo(octets, TimeOctets + LengthOctets);
            int at = TimeOctets + LengthOctets + server.Length;
            octets[at] = (byte)(Cookie is null ? 0 : 1);
            Cookie?.CopyTo(octets, at + 1);
            return octets;
        }
    }

    public static CacheCommit? Read(ReadOnlySpan<byte> octets)
    {
        if (octets.Length <= TimeOctets + LengthOctets || BinaryPrimitives.ReadInt64LittleEndian(octets) is var ticks && (ulong)ticks > (ulong)DateTimeOffset.MaxValue.UtcTicks)
            return null;
        int length = BinaryPrimitives.ReadInt32LittleEndian(octets[TimeOctets..]);
        ReadOnlySpan<byte> rest = octets[(TimeOctets + LengthOctets)..];
        if (length < 0 || length >= rest.Length)
            return null;
        return new(rest[length] == 0 ? null : rest[(length + 1)..].ToArray(), Encoding.UTF8.GetString(rest[..length]), new(ticks, TimeSpan.Zero));
    }
}
