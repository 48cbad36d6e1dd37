namespace DirMail.Wire;

/// <summary>A record taken apart. An error anywhere makes all of it void (RFC 7208 4.6).</summary>
internal sealed record SpfRecord(IReadOnlyList<SpfTerm> Mechanisms, string? Redirect, string? Explanation)
{
    private const string Version = "v=spf1";

    /// <summary>Whether the text is an SPF record at all (RFC 7208 4.5).</summary>
    public static bool Is(string text) =>
        text.StartsWith(Version, StringComparison.OrdinalIgnoreCase) && (text.Length == Version.Length || text[Version.Length] == ' ');

    /// <summary>Null, and in <paramref name="fault"/> the word that is no term.</summary>
    public static SpfRecord? Parse(string text, out string fault)
    {
        var mechanisms = new List<SpfTerm>();
        string? redirect = null, explanation = null;
        foreach (string word in text[Version.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            fault = word;
            (string name, string value) = Modifier(word);
            bool isRead = name switch
            {
                "" => Add(mechanisms, word),
                "redirect" => Set(ref redirect, value),
                "exp" => Set(ref explanation, value),
                _ => SpfMacro.IsValid(value),
            };
            if (!isRead)
                return null;
        }
        fault = "";
        return new(mechanisms, redirect, explanation);
    }

    private static bool Add(List<SpfTerm> mechanisms, string word)
    {
        if (SpfTerm.Parse(word) is not { } term)
            return false;
        mechanisms.Add(term);
        return true;
    }

    /// <summary>Each of the two may stand once (RFC 7208 6).</summary>
    private static bool Set(ref string? modifier, string value)
    {
        bool isFirst = modifier is null;
        modifier = value;
        return isFirst && SpfMacro.IsDomain(value);
    }

    /// <summary>The name is "" when the word is a mechanism, or nothing known.</summary>
    private static (string Name, string Value) Modifier(string word)
    {
        int equals = word.IndexOf('=');
        bool isName = equals > 0 && char.IsAsciiLetter(word[0]) && word.AsSpan(0, equals).IndexOfAnyExcept(NameCharacters) < 0;
        return isName ? (word[..equals].ToLowerInvariant(), word[(equals + 1)..]) : ("", word);
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
}
