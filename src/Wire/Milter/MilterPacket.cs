using System.Buffers.Binary;
using System.Text;

namespace DirMail.Wire;

/// <summary>One message of the milter protocol: a letter and its data. Strings end with a NUL.</summary>
public readonly record struct MilterPacket(char Kind, byte[] Data)
{
    /// <summary>The data's strings from <paramref name="offset"/> on, as UTF-8, else Latin-1.</summary>
    public string[] Strings(int offset = 0)
    {
        if (offset >= Data.Length)
            return [];
        ReadOnlySpan<byte> octets = Data.AsSpan(offset);
        string text = (System.Text.Unicode.Utf8.IsValid(octets) ? Encoding.UTF8 : Encoding.Latin1).GetString(octets);
        return (text.EndsWith('\0') ? text[..^1] : text).Split('\0');
    }

    /// <summary>The number that the data begin with; 0 when they are too short.</summary>
    public uint Number(int offset = 0) => Data.Length >= offset + 4 ? BinaryPrimitives.ReadUInt32BigEndian(Data.AsSpan(offset)) : 0;
}
