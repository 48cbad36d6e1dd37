using System.Collections.Immutable;

namespace DirMail.Mail.Sieve;

/// <summary>Lists of flags as scripts write them (RFC 5232 2): several may stand in one string.</summary>
internal static class MessageFlagNames
{
    private const int Most = 64;

    private static readonly string[] System = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft"];

    public static ImmutableArray<string> Words(IEnumerable<string> strings) =>
        [.. strings.SelectMany(static text => text.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>Each once, and only those that a message can have; what is beyond some dozens is left out.</summary>
    public static ImmutableArray<string> Each(IEnumerable<string> strings) =>
        [.. Words(strings).Where(static flag => flag[0] != '\\' || System.Contains(flag, StringComparer.OrdinalIgnoreCase)).Distinct(StringComparer.OrdinalIgnoreCase).Take(Most)];
}
