using System.Buffers.Text;
using System.Text;

namespace DirMail.Mail.Dkim;

/// <summary>A list of "tag=value" as signatures, keys and policies have it (RFC 6376 3.2). Names are kept as written: they count with case.</summary>
public sealed class TagList
{
    private readonly Dictionary<string, string> _tags;

    private TagList(Dictionary<string, string> tags) => _tags = tags;

    /// <summary>Null: not a list, or a tag stands twice.</summary>
    public static TagList? Parse(string text)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        string[] parts = text.Split(';');
        for (int i = 0; i < parts.Length; i++)
        {
            string part = parts[i].Trim(Blanks);
            // only the last may be missing: a list may end in a semicolon
            if (part.Length == 0 && i == parts.Length - 1)
                break;
            int equals = part.IndexOf('=');
            string name = equals > 0 ? part[..equals].TrimEnd(Blanks) : "";
            if (name.Length == 0 || !char.IsAsciiLetter(name[0]) || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') || !tags.TryAdd(name, part[(equals + 1)..].Trim(Blanks)))
                return null;
        }
        return new(tags);
    }

    /// <summary>Null: the tag is not there. A tag may be there and be empty.</summary>
    public string? this[string name] => _tags.GetValueOrDefault(name);

    /// <summary>The value's parts between <paramref name="separator"/>s, without blanks; null: the tag is not there.</summary>
    public string[]? List(string name, char separator = ':') => this[name]?.Split(separator).Select(static part => part.Trim(Blanks)).ToArray();

    /// <summary>Base64 with blanks anywhere (RFC 6376 2.10); null: the tag is not there, or is not base64.</summary>
    public byte[]? Octets(string name)
    {
        if (this[name] is not { } text)
            return null;
        byte[] encoded = Encoding.ASCII.GetBytes([.. text.Where(static c => !Blanks.Contains(c))]);
        if (!Base64.IsValid(encoded))
            return null;
        var octets = new byte[Base64.GetMaxDecodedFromUtf8Length(encoded.Length)];
        Base64.DecodeFromUtf8(encoded, octets, out _, out int written);
        return octets[..written];
    }

    /// <summary>Decimal, at most 18 digits; null: the tag is not there; negative: it is there and is no number.</summary>
    public long? Number(string name) => this[name] is not { } text ? null
        : text.Length is > 0 and <= 18 && text.All(char.IsAsciiDigit) ? long.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : -1;

    private static readonly char[] Blanks = [' ', '\t', '\r', '\n'];
}
