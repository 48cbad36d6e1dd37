using System.Text;

namespace DirMail.Transfer;

/// <summary>
/// The field of a message that its sender's domain wants treated with suspicion, or that a filter took for unwanted. It stands first in what we put before the message, where nobody else writes: what bears it there
/// is filed as junk, however long it waits for its mailbox. In the message itself it means nothing.
/// </summary>
public static class JunkMark
{
    private const string Name = "X-DirMail-Junk: ";
    private static readonly byte[] NameOctets = Encoding.ASCII.GetBytes(Name);

    /// <summary>The mailbox with that use (RFC 6154), else one of that name.</summary>
    internal const string Use = "\\Junk", Mailbox = "Junk";

    /// <param name="by">A word for who found it: dmarc, filter.</param>
    public static string Line(string by) => $"{Name}{by}\r\n";

    /// <summary>Whether the prefix of a message bears it.</summary>
    internal static bool IsIn(ReadOnlySpan<byte> prefix) => Lines(prefix).Length > 0;

    /// <summary>The marks of a prefix; "": none.</summary>
    internal static string Lines(ReadOnlySpan<byte> prefix)
    {
        ReadOnlySpan<byte> fields = prefix[Trace.OwnLineOctets(prefix)..];
        int length = 0;
        while (fields[length..].StartsWith(NameOctets))
            length += fields[length..].IndexOf("\r\n"u8) + 2;
        return Encoding.ASCII.GetString(fields[..length]);
    }
}
