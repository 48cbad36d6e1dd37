namespace DirMail.Mail.Sieve;

/// <summary>Why a script is none.</summary>
/// <param name="Line">From 1, within its value.</param>
/// <param name="Reason">One line; what it quotes of the script is shortened and printable.</param>
public sealed record SieveFault(int Line, string Reason)
{
    private const int LongestQuote = 40;

    /// <summary>A word of the script as a line of text may hold it.</summary>
    internal static string Quote(string word) => $"'{Short(word)}'";

    internal static string Short(string word) =>
        string.Concat(word.Take(LongestQuote).Select(static c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)) + (word.Length > LongestQuote ? "..." : "");

    public override string ToString() => $"line {Line}: {Reason}";
}
