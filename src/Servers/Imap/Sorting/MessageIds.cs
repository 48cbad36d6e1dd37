namespace DirMail.Servers.Imap.Sorting;

/// <summary>Message ids in Message-ID, In-Reply-To and References (RFC 5322 3.6.4), without brackets, blanks and the quotes of old ones.</summary>
internal static class MessageIds
{
    public static string? First(string? field) => All(field) is [string first, ..] ? first : null;

    public static List<string> All(string? field)
    {
        List<string> ids = [];
        ReadOnlySpan<char> rest = field;
        while (rest.IndexOf('<') is var start and >= 0)
        {
            rest = rest[(start + 1)..];
            int end = rest.IndexOf('>');
            if (end < 0)
                break;
            string id = string.Concat(rest[..end].ToString().Where(static c => !char.IsWhiteSpace(c) && c != '"'));
            if (id.Contains('@', StringComparison.Ordinal))
                ids.Add(id);
            rest = rest[(end + 1)..];
        }
        return ids;
    }
}
