using System.Collections.Immutable;

namespace DirMail.Store;

/// <summary>Keywords of an entry (RFC 9051 2.3.2): atoms that compare without case, stored with blanks between. What is no atom is left out.</summary>
internal static class Keywords
{
    /// <summary>On one entry; beyond it further ones are left out.</summary>
    public const int Most = 64;

    private const int MostOctets = 128;

    public static string? ToStored(ImmutableArray<string> keywords)
    {
        ImmutableArray<string> sound = Add([], keywords);
        return sound.IsEmpty ? null : string.Join(' ', sound);
    }

    public static ImmutableArray<string> FromStored(string? stored) => stored is null ? [] : [.. stored.Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    public static ImmutableArray<string> Add(ImmutableArray<string> keywords, ImmutableArray<string> more)
    {
        if (more.IsDefaultOrEmpty)
            return keywords;
        foreach (string keyword in more)
            if (keywords.Length < Most && IsAtom(keyword) && !keywords.Contains(keyword, StringComparer.OrdinalIgnoreCase))
                keywords = keywords.Add(keyword);
        return keywords;
    }

    public static ImmutableArray<string> Remove(ImmutableArray<string> keywords, ImmutableArray<string> fewer) =>
        fewer.IsDefaultOrEmpty ? keywords : keywords.RemoveAll(keyword => fewer.Contains(keyword, StringComparer.OrdinalIgnoreCase));

    public static bool AreSame(ImmutableArray<string> one, ImmutableArray<string> other) =>
        one.Length == other.Length && one.All(keyword => other.Contains(keyword, StringComparer.OrdinalIgnoreCase));

    private static bool IsAtom(string text) =>
        text.Length is > 0 and <= MostOctets && text.All(static c => c is > ' ' and < '\x7f' && !"(){%*\"\\]".Contains(c, StringComparison.Ordinal));
}
