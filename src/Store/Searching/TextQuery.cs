namespace DirMail.Store;

/// <summary>What SEARCH may ask of a message's text (RFC 9051 6.4.4): whether a place holds it, as a part of whatever stands there, without case.</summary>
/// <param name="Field">Name of the header field for <see cref="TextPlace.Field"/>, in any case; else empty.</param>
/// <param name="Text">Empty: the field is there.</param>
public sealed record TextQuery(TextPlace Place, string Field, string Text)
{
    public static TextQuery InField(string name, string text) => new(TextPlace.Field, name, text);

    public static TextQuery InBody(string text) => new(TextPlace.Body, "", text);

    public static TextQuery Anywhere(string text) => new(TextPlace.Anywhere, "", text);

    /// <summary>The one rule of what counts as the same letter.</summary>
    public bool IsIn(ReadOnlySpan<char> text) => text.Contains(Text, StringComparison.OrdinalIgnoreCase);
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
