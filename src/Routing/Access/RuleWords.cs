namespace DirMail.Routing;

/// <summary>The words of one side of a rule: between commas and blanks.</summary>
internal static class RuleWords
{
    private static readonly char[] Separators = [',', ' ', '\t'];

    public static string[] Of(string side) => side.Split(Separators, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>-1: no word is EXCEPT.</summary>
    public static int IndexOfExcept(ReadOnlySpan<string> words)
    {
        for (int i = 0; i < words.Length; i++)
            if (words[i].Equals("EXCEPT", StringComparison.OrdinalIgnoreCase))
                return i;
        return -1;
    }
}
