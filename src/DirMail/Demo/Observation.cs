namespace DirMail.Demo;

/// <summary>One thing the demo looked at: what it was, what had to be seen, what was seen.</summary>
internal sealed record Observation(string What, string Expected, string Seen, bool AsExpected)
{
    public static Observation Of(string what, string expected, string seen) => new(what, expected, seen, expected == seen);

    /// <summary>For replies: only the beginning is asked for.</summary>
    public static Observation Begins(string what, string expected, string seen) => new(what, expected, seen, seen.StartsWith(expected, StringComparison.Ordinal));
}
