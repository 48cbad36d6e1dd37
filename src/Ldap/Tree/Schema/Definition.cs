namespace DirMail.Ldap.Tree.Schema;

/// <summary>A schema description in parentheses (RFC 4512 4.1) as its number and the words after each keyword.</summary>
internal sealed class Definition
{
    private readonly Dictionary<string, IReadOnlyList<string>> _parts = new(StringComparer.Ordinal);

    private Definition(string oid) => Oid = oid;

    public string Oid { get; }

    public bool Has(string keyword) => _parts.ContainsKey(keyword);
    public IReadOnlyList<string> All(string keyword) => _parts.GetValueOrDefault(keyword) ?? [];
    public string? First(string keyword) => All(keyword) is [string first, ..] ? first : null;

    /// <exception cref="FormatException">The text is no description; schema files are part of the product.</exception>
    public static Definition Read(string text)
    {
        List<string> words = [.. Words(text)];
        if (words.Count < 3 || words[0] != "(" || words[^1] != ")")
            throw new FormatException($"not a schema description: {text}");
        var definition = new Definition(words[1]);
        for (int i = 2; i < words.Count - 1;)
            i = definition.ReadPart(words, i);
        return definition;
    }

    private int ReadPart(List<string> words, int at)
    {
        string keyword = words[at++];
        if (words[at] == "(")
        {
            int close = words.IndexOf(")", at);
            _parts[keyword] = [.. words[(at + 1)..close].Where(w => w != "$")];
            return close + 1;
        }
        bool hasValue = keyword is "NAME" or "DESC" or "SUP" or "EQUALITY" or "ORDERING" or "SUBSTR" or "SYNTAX" or "USAGE" or "MUST" or "MAY"
            || keyword.StartsWith("X-", StringComparison.Ordinal);
        _parts[keyword] = hasValue ? [words[at]] : [];
        return hasValue ? at + 1 : at;
    }

    private static IEnumerable<string> Words(string text)
    {
        for (int i = 0; i < text.Length;)
        {
            char c = text[i];
            if (c == ' ')
                i++;
            else if (c is '(' or ')' or '$')
                yield return text[i++].ToString();
            else if (c == '\'')
            {
                int end = text.IndexOf('\'', i + 1);
                if (end < 0)
                    throw new FormatException($"quote not closed: {text}");
                yield return text[(i + 1)..end];
                i = end + 1;
            }
            else
            {
                int end = text.IndexOfAny([' ', '(', ')', '$', '\''], i);
                yield return text[i..(end < 0 ? text.Length : end)];
                i = end < 0 ? text.Length : end;
            }
        }
    }
}
