using DirMail.Mail.Mime;

namespace DirMail.Store.Contents;

/// <summary>
/// The structure of a message whose prefix stands in place of the content's header: parts and their places are the content's, the envelope is what that header says now. Found anew where it is
/// not at hand: nothing is stored that could differ from the octets.
/// </summary>
internal static class ChangedHeader
{
    public static MessageStructure Structure(MessageStructure original, ReadOnlySpan<byte> prefix)
    {
        var reader = new MimeReader();
        reader.Write(prefix);
        return original with { Envelope = reader.Complete().Envelope };
    }

    /// <summary>In its stored form; damaged as the original is.</summary>
    public static byte[] Stored(ReadOnlySpan<byte> original, ReadOnlySpan<byte> prefix) =>
        StructureCodec.TryDecode(original, out MessageStructure? structure) ? StructureCodec.Encode(Structure(structure!, prefix)) : original.ToArray();
}
