namespace DirMail.Servers.Smtp;

/// <summary>Arguments of MAIL and RCPT: the path in its brackets and the parameters after it (RFC 5321 4.1.1.2, 4.1.1.3). Pure.</summary>
internal static class PathSyntax
{
    /// <param name="keyword">"FROM:" or "TO:"; blanks after it are forgiven.</param>
    /// <param name="path">Between the brackets, without a source route (RFC 5321 C); empty for the null path.</param>
    public static bool TryRead(string argument, string keyword, out string path, out string[] parameters)
    {
        (path, parameters) = ("", []);
        if (!argument.StartsWith(keyword, StringComparison.OrdinalIgnoreCase))
            return false;
        string rest = argument[keyword.Length..].TrimStart(' ');
        int end = EndOf(rest);
        if (end < 0 || (end + 1 < rest.Length && rest[end + 1] != ' '))
            return false;
        path = WithoutRoute(rest[1..end]);
        parameters = rest[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return true;
    }

    /// <summary>"KEY" or "KEY=value"; keys compare without case.</summary>
    public static (string Key, string? Value) Parameter(string text)
    {
        int equals = text.IndexOf('=');
        return equals < 0 ? (text.ToUpperInvariant(), null) : (text[..equals].ToUpperInvariant(), text[(equals + 1)..]);
    }

    /// <summary>Index of the closing bracket: one inside a quoted local part closes nothing.</summary>
    private static int EndOf(string text)
    {
        if (text.Length == 0 || text[0] != '<')
            return -1;
        bool isQuoted = false;
        for (int i = 1; i < text.Length; i++)
        {
            if (isQuoted && text[i] == '\\')
                i++;
            else if (text[i] == '"')
                isQuoted = !isQuoted;
            else if (text[i] == '>' && !isQuoted)
                return i;
        }
        return -1;
    }

    private static string WithoutRoute(string path)
    {
        int colon = path.StartsWith('@') ? path.IndexOf(':') : -1;
        return colon < 0 ? path : path[(colon + 1)..];
    }
}
