using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace DirMail.Mail.Mime;

/// <summary>
/// The parameters after a field's value: "; name=value" (RFC 2045 5.1), with the continuations and charsets of RFC 2231 put together. Names are lower-cased;
/// encoded words are left as they are. Tolerant: an unquoted value goes up to the next semicolon, a nameless one is passed over.
/// </summary>
internal static class ParameterList
{
    private const int MaxParameters = 200;

    public static ImmutableArray<MimeParameter> Parse(string field)
    {
        int first = field.IndexOf(';', StringComparison.Ordinal);
        if (first < 0)
            return [];
        List<Piece> pieces = Pieces(field.AsSpan(first));
        if (pieces.TrueForAll(static piece => piece.Index is null && !piece.IsEncoded))
            return [.. pieces.Select(static piece => new MimeParameter(piece.Name, piece.Value))];
        return [.. pieces.GroupBy(static piece => piece.Name).Select(Joined)];
    }

    private static List<Piece> Pieces(ReadOnlySpan<char> text)
    {
        var pieces = new List<Piece>();
        var cursor = new FieldCursor(text);
        while (!cursor.AtEnd && pieces.Count < MaxParameters)
        {
            cursor.SkipBlanks();
            string name = cursor.Until("=;( \t\"").ToString().ToLowerInvariant();
            cursor.SkipBlanks();
            if (!cursor.AtEnd && cursor.Current == '=')
            {
                cursor.Step();
                cursor.SkipBlanks();
                string value = !cursor.AtEnd && cursor.Current == '"' ? cursor.Quoted() : cursor.Until(";(").ToString();
                if (name.Length > 0)
                    pieces.Add(Piece.Named(name, value));
            }
            _ = cursor.Until(";");
            if (!cursor.AtEnd)
                cursor.Step();
        }
        return pieces;
    }

    /// <summary>The extended form wins over the plain one of the same name, as RFC 6266 4.3 has it for old readers.</summary>
    private static MimeParameter Joined(IGrouping<string, Piece> named)
    {
        Piece[] extended = [.. named.Where(static piece => piece.Index is not null || piece.IsEncoded).OrderBy(static piece => piece.Index ?? -1)];
        if (extended.Length == 0)
            return new(named.Key, named.First().Value);
        if (extended[0].Index is null)
            extended = [extended[0]];
        Encoding charset = Encoding.UTF8;
        var octets = new List<byte>();
        for (int i = 0; i < extended.Length; i++)
        {
            string value = extended[i].Value;
            if (i == 0 && extended[0].IsEncoded)
                value = WithoutCharset(value, ref charset);
            if (extended[i].IsEncoded)
                AddUnescaped(octets, value);
            else
                octets.AddRange(charset.GetBytes(value));
        }
        return new(named.Key, charset.GetString([.. octets]).Replace("\0", "", StringComparison.Ordinal));
    }

    private static string WithoutCharset(string value, ref Encoding charset)
    {
        int language = value.IndexOf('\'', StringComparison.Ordinal);
        int text = language < 0 ? -1 : value.IndexOf('\'', language + 1);
        if (text < 0)
            return value;
        charset = Charsets.Find(value.AsSpan(0, language)) ?? Encoding.UTF8;
        return value[(text + 1)..];
    }

    private static void AddUnescaped(List<byte> octets, string value)
    {
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] == '%' && i + 2 < value.Length && byte.TryParse(value.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte octet))
            {
                octets.Add(octet);
                i += 2;
            }
            else
            {
                octets.AddRange(Encoding.UTF8.GetBytes(value, i, 1));
            }
        }
    }

    /// <param name="Index">Of a continuation, "name*1"; null for a parameter in one piece.</param>
    /// <param name="IsEncoded">Marked by "*" at its end.</param>
    private sealed record Piece(string Name, int? Index, bool IsEncoded, string Value)
    {
        public static Piece Named(string name, string value)
        {
            string bare = name.EndsWith('*') ? name[..^1] : name;
            bool isEncoded = bare.Length < name.Length;
            int star = bare.LastIndexOf('*');
            if (star > 0 && int.TryParse(bare.AsSpan(star + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int index))
                return new(bare[..star], index, isEncoded, value);
            return bare.Length == 0 ? new(name, null, false, value) : new(bare, null, isEncoded, value);
        }
    }
}
