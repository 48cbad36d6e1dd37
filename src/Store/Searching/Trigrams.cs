using System.Text;

namespace DirMail.Store.Searching;

/// <summary>What the index is asked for in place of a text: that all its groups of three letters are there. Written as FTS5's query language wants it.</summary>
internal sealed class Trigrams
{
    /// <summary>Each costs a list to be read; more would hardly leave fewer messages.</summary>
    private const int Most = 32;

    private readonly HashSet<string> _terms = new(StringComparer.Ordinal);

    /// <param name="texts">As the client gave them; all have to be there.</param>
    public Trigrams(params ReadOnlySpan<string> texts)
    {
        foreach (string text in texts)
        {
            Rune[] letters = [.. Letters.Fold(text).EnumerateRunes()];
            for (int i = 0; i + 3 <= letters.Length && _terms.Count < Most; i++)
            {
                if (letters.AsSpan(i, 3) is [var one, var two, var three] && Letters.IsUsable(one) && Letters.IsUsable(two) && Letters.IsUsable(three))
                    _terms.Add(Quote($"{one}{two}{three}"));
            }
            IsWholeText = texts.Length == 1 && letters.Length == 3 && _terms.Count == 1;
        }
    }

    /// <summary>False: too short to be asked for.</summary>
    public bool CanAsk => _terms.Count > 0;

    /// <summary>The text is one such group: where that is, it is.</summary>
    public bool IsWholeText { get; }

    public override string ToString() => string.Join(" AND ", _terms);

    private static string Quote(string term) => $"\"{term.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
