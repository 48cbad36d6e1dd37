using System.Buffers.Binary;
using System.Text;

namespace DirMail.Transcripts;

/// <summary>The milter protocol's packets as the milter sees them: a length, a letter, and what belongs to it.</summary>
internal static class MilterPackets
{
    /// <summary>Letter and data; "" when the other side has left.</summary>
    public static async Task<string> ReadAsync(Stream stream)
    {
        var length = new byte[4];
        if (await stream.ReadAtLeastAsync(length, 4, throwOnEndOfStream: false) < 4)
            return "";
        var packet = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await stream.ReadExactlyAsync(packet);
        return Encoding.Latin1.GetString(packet);
    }

    public static async Task WriteAsync(Stream stream, string packet) => await stream.WriteAsync(Encoding.Latin1.GetBytes(Number((uint)packet.Length) + packet));

    /// <summary>The answer to the negotiation: version 6, what it may want done, and what it does not want to hear or answers with silence.</summary>
    public static string Agreed(uint actions, uint steps) => "O" + Number(6) + Number(actions) + Number(steps);

    private static string Number(uint value)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        return Encoding.Latin1.GetString(octets);
    }
}
