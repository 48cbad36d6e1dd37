namespace DirMail.Mail.Mime;

/// <summary>The stored form of a <see cref="MessageStructure"/>: compact, versioned, and never trusted when reading (false on any damage).</summary>
public static class StructureCodec
{
    public static byte[] Encode(MessageStructure structure) => throw new NotImplementedException();

    public static bool TryDecode(ReadOnlySpan<byte> stored, out MessageStructure? structure) => throw new NotImplementedException();
}
