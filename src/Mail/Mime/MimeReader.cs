namespace DirMail.Mail.Mime;

/// <summary>
/// Reads a message as it streams by, in any pieces, and keeps its structure: one pass, bounded memory (header size, depth and part count have limits;
/// beyond them the rest is one opaque part). Never throws on content. Not thread-safe; one reader per message.
/// </summary>
public sealed class MimeReader
{
    public void Write(ReadOnlySpan<byte> octets) => throw new NotImplementedException();

    /// <summary>After the last octet. The reader cannot be used again.</summary>
    public MessageStructure Complete() => throw new NotImplementedException();
}
