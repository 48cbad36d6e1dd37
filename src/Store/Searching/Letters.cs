using System.Text;

namespace DirMail.Store.Searching;

/// <summary>
/// The one rule of which letters are the same to a search, for those who read the mail and for the index. What the index's tokenizer would stumble over, and the mark between
/// two stretches, stand there as U+FFFD; a needle with such a character is not asked for with it.
/// </summary>
internal static class Letters
{
    /// <summary>Between two stretches of text in the index: no trigram that a needle asks for contains it.</summary>
    public const char Mark = '\u001F';

    private const char LongS = '\u017F', Unusable = '\uFFFD';

    /// <summary>Capitals for all letters. Each character becomes one.</summary>
    public static void Fold(ReadOnlySpan<char> text, Span<char> folded)
    {
        text.ToUpperInvariant(folded);
        // its capital is an ASCII letter, but it is not that letter
        for (int at = 0, next; (next = text[at..].IndexOf(LongS)) >= 0; at += next + 1)
            folded[at + next] = LongS;
    }

    public static string Fold(string text)
    {
        char[] folded = new char[text.Length];
        Fold(text, folded);
        return new(folded);
    }

    /// <summary>The same, as the index wants it.</summary>
    public static void FoldForIndex(ReadOnlySpan<char> text, Span<char> folded)
    {
        Fold(text, folded);
        folded[..text.Length].Replace('\0', Unusable);
        folded[..text.Length].Replace(Mark, Unusable);
    }

    /// <summary>Whether the index has that character as it is.</summary>
    public static bool IsUsable(Rune letter) => letter.Value is not (0 or Mark or >= Unusable and <= 0xFFFF);
}
