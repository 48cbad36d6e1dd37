using System.Collections.Immutable;

namespace DirMail.Routing;

/// <summary>Clients of a rule, less those behind EXCEPT, nested as in <see cref="ServiceList"/>.</summary>
internal sealed record ClientList(ImmutableArray<ClientPattern> Patterns, ClientList? Except)
{
    public static readonly ClientList Everybody = new([ClientPattern.Everybody], null);

    public bool IsEverybody => Except is null && Patterns.Contains(ClientPattern.Everybody);

    /// <param name="doubt">What counts where it cannot be told; behind EXCEPT the opposite does.</param>
    public bool Matches(ServiceUse use, Doubt doubt) => Patterns.Any(pattern => pattern.Matches(use) switch
    {
        ClientMatch.Yes => true,
        ClientMatch.Unreadable => doubt.Unreadable,
        ClientMatch.Untold => doubt.Untold,
        _ => false,
    }) && Except?.Matches(use, new(!doubt.Unreadable, !doubt.Untold)) != true;

    public static ClientList Parse(ReadOnlySpan<string> words, List<string> problems)
    {
        int except = RuleWords.IndexOfExcept(words);
        ImmutableArray<ClientPattern> patterns = [.. words[..(except < 0 ? words.Length : except)].ToArray().Select(word => ClientPattern.Parse(word, problems))];
        return new(patterns, except < 0 ? null : Parse(words[(except + 1)..], problems));
    }
}

/// <param name="Unreadable">Whether a client is meant by a word that cannot be read.</param>
/// <param name="Untold">Whether a client is meant by a word about its name, while that is not known.</param>
internal readonly record struct Doubt(bool Unreadable, bool Untold);
