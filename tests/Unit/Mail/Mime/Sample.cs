using System.Text;
using DirMail.Mail.Mime;

namespace DirMail.Unit.Mail.Mime;

/// <summary>Small messages written as text, and their structure written as text.</summary>
internal static class Sample
{
    /// <summary>Lines joined with CR LF, no line end after the last.</summary>
    public static string Lines(params string[] lines) => string.Join("\r\n", lines);

    public static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text);

    public static MessageStructure Read(string text) => Read(Octets(text), int.MaxValue);

    public static MessageStructure Read(byte[] octets, int pieceLength)
    {
        var reader = new MimeReader();
        for (int at = 0; at < octets.Length; at += Math.Min(pieceLength, octets.Length - at))
            reader.Write(octets.AsSpan(at, Math.Min(pieceLength, octets.Length - at)));
        return reader.Complete();
    }

    public static MessageStructure ReadSplit(byte[] octets, int first)
    {
        var reader = new MimeReader();
        reader.Write(octets.AsSpan(0, first));
        reader.Write(octets.AsSpan(first));
        return reader.Complete();
    }

    /// <summary>One line a part: "text/plain 2 lines: 'body'", indented by depth.</summary>
    public static string Shape(string text)
    {
        byte[] octets = Octets(text);
        var shape = new StringBuilder();
        Describe(shape, Read(octets, int.MaxValue).Root, octets, 0);
        return shape.ToString().TrimEnd('\n');
    }

    /// <summary>The stored form compares whole structures octet for octet.</summary>
    public static string Fingerprint(MessageStructure structure) => Convert.ToHexString(StructureCodec.Encode(structure));

    private static void Describe(StringBuilder shape, MimePart part, byte[] octets, int depth)
    {
        string body = Encoding.UTF8.GetString(octets[(int)part.BodyStart..(int)part.BodyEnd]).ReplaceLineEndings("|");
        shape.Append(' ', depth * 2).Append(part.Type).Append('/').Append(part.Subtype);
        if (part.Children.IsEmpty)
            shape.Append(' ').Append(part.BodyLines).Append(": ").Append(body);
        shape.Append('\n');
        foreach (MimePart child in part.Children)
            Describe(shape, child, octets, depth + 1);
    }
}
