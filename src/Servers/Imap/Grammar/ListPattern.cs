namespace DirMail.Servers.Imap.Grammar;

/// <summary>
/// Matches mailbox names against patterns of LIST (RFC 9051 6.3.9.6): "*" is any run, "%" any run within one level, INBOX is matched without case.
/// Costs at most the product of both lengths, whatever the pattern.
/// </summary>
internal static class ListPattern
{
    public static bool Matches(string pattern, string name)
    {
        bool isInbox = name.Equals("INBOX", StringComparison.OrdinalIgnoreCase);
        // reachable[i]: the pattern so far matches the first i characters of the name.
        bool[] reachable = new bool[name.Length + 1];
        reachable[0] = true;
        foreach (char c in pattern)
            Step(c, name, reachable, isInbox);
        return reachable[name.Length];
    }

    private static void Step(char c, string name, bool[] reachable, bool anyCase)
    {
        if (c is '*' or '%')
        {
            for (int i = 1; i <= name.Length; i++)
                reachable[i] |= reachable[i - 1] && (c == '*' || name[i - 1] != '/');
            return;
        }
        for (int i = name.Length; i > 0; i--)
            reachable[i] = reachable[i - 1] && (name[i - 1] == c || anyCase && char.ToUpperInvariant(name[i - 1]) == char.ToUpperInvariant(c));
        reachable[0] = false;
    }
}
