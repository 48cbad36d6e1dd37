namespace DirMail.Mail.Sieve;

internal enum TokenKind
{
    End,
    Identifier,
    Tag,
    Number,
    String,

    /// <summary>One of [ ] ( ) { } , ;</summary>
    Mark,
}

/// <summary>One word of a script (RFC 5228 8.1).</summary>
/// <param name="Text">Of a string, without quotes and escapes; of a tag, without the colon; identifiers and tags in lower case.</param>
internal readonly record struct Token(TokenKind Kind, string Text, long Number, int Line)
{
    public bool Is(char mark) => Kind == TokenKind.Mark && Text[0] == mark;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end",
        TokenKind.String => "a string",
        TokenKind.Number => "a number",
        TokenKind.Tag => SieveFault.Quote(":" + Text),
        _ => SieveFault.Quote(Text),
    };
}
