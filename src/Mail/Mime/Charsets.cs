using System.Text;

namespace DirMail.Mail.Mime;

/// <summary>The charsets of MIME by name, without exceptions for unknown ones: the names come from the network.</summary>
public static class Charsets
{
    private const int MaxNameLength = 40;

    /// <summary>Of a text part. What says nothing, or something unknown, is mostly UTF-8 or ASCII.</summary>
    public static Encoding Of(MimePart part)
    {
        foreach (MimeParameter parameter in part.Parameters)
        {
            if (parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase))
                return Find(parameter.Value) is { } found && found.CodePage != Encoding.ASCII.CodePage ? found : Encoding.UTF8;
        }
        return Encoding.UTF8;
    }

    /// <summary>Any case; null when it is not known. UTF-7 is not: it hides text from checks.</summary>
    public static Encoding? Find(ReadOnlySpan<char> name)
    {
        name = name.Trim();
        if (name.Length is 0 or > MaxNameLength)
            return null;
        return name.ToString().ToLowerInvariant() switch
        {
            "utf-8" or "utf8" or "us-ascii" or "ascii" => Encoding.UTF8,
            "iso-8859-1" or "latin1" => CodePagesEncodingProvider.Instance.GetEncoding(1252),
            "utf-16" or "utf-16le" => Encoding.Unicode,
            "utf-16be" => Encoding.BigEndianUnicode,
            "utf-32" or "utf-32le" => Encoding.UTF32,
            string other => CodePagesEncodingProvider.Instance.GetEncoding(other),
        };
    }
}
