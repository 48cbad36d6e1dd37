using System.Buffers;
using System.Text;
using DirMail.Store.Searching;

namespace DirMail.Store;

/// <summary>What SEARCH may ask of a message's text (RFC 9051 6.4.4): whether a place holds it, as a part of whatever stands there, without case.</summary>
/// <param name="Field">Name of the header field for <see cref="TextPlace.Field"/>, in any case; else empty.</param>
/// <param name="Text">Empty: the field is there.</param>
public sealed record TextQuery(TextPlace Place, string Field, string Text)
{
    /// <summary>Null for ASCII: comparing without case needs no folding then, and no other letter is one of those.</summary>
    private readonly string? _folded = Ascii.IsValid(Text) ? null : Letters.Fold(Text);

    /// <summary>It can be looked for in UTF-8 as in the text that this is.</summary>
    internal bool IsAscii => _folded is null;

    public static TextQuery InField(string name, string text) => new(TextPlace.Field, name, text);

    public static TextQuery InBody(string text) => new(TextPlace.Body, "", text);

    public static TextQuery Anywhere(string text) => new(TextPlace.Anywhere, "", text);

    /// <summary>Letters that <see cref="Letters.Fold(string)"/> makes one are one.</summary>
    public bool IsIn(ReadOnlySpan<char> text)
    {
        if (_folded is null)
            return text.Contains(Text, StringComparison.OrdinalIgnoreCase);
        char[] letters = ArrayPool<char>.Shared.Rent(text.Length);
        Letters.Fold(text, letters);
        bool isIn = letters.AsSpan(0, text.Length).IndexOf(_folded) >= 0;
        ArrayPool<char>.Shared.Return(letters);
        return isIn;
    }
}

public enum TextPlace
{
    /// <summary>A field of that name.</summary>
    Field,

    /// <summary>A text part, or the header of an enclosed message.</summary>
    Body,

    /// <summary>Any field with its name, or the body.</summary>
    Anywhere,
}
