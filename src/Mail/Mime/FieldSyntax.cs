using System.Collections.Immutable;

namespace DirMail.Mail.Mime;

/// <summary>The simple values of MIME fields: tokens and media types, lower-cased (RFC 2045 5.1).</summary>
internal static class FieldSyntax
{
    private const int MaxTokens = 100;

    /// <summary>Null when there is none.</summary>
    public static string? FirstToken(string value)
    {
        var cursor = new FieldCursor(value);
        cursor.SkipBlanks();
        string token = Lower(cursor.Until(" \t;(,"));
        return token.Length > 0 ? token : null;
    }

    /// <summary>Separated by commas (Content-Language, RFC 3282), case kept.</summary>
    public static ImmutableArray<string> Tokens(string value)
    {
        var tokens = ImmutableArray.CreateBuilder<string>();
        var cursor = new FieldCursor(value);
        while (!cursor.AtEnd && tokens.Count < MaxTokens)
        {
            cursor.SkipBlanks();
            ReadOnlySpan<char> token = cursor.Until(",( \t");
            if (!token.IsEmpty)
                tokens.Add(token.ToString());
            else if (!cursor.AtEnd && cursor.Current == ',')
                cursor.Step();
        }
        return tokens.DrainToImmutable();
    }

    public static bool TryMediaType(string value, out string type, out string subtype)
    {
        var cursor = new FieldCursor(value);
        cursor.SkipBlanks();
        type = Lower(cursor.Until("/;( \t"));
        cursor.SkipBlanks();
        bool hasSlash = !cursor.AtEnd && cursor.Current == '/';
        if (hasSlash)
            cursor.Step();
        cursor.SkipBlanks();
        subtype = Lower(cursor.Until(";( \t"));
        return hasSlash && IsToken(type) && IsToken(subtype);
    }

    private static string Lower(ReadOnlySpan<char> token) => token switch
    {
        "text" => "text",
        "7bit" => "7bit",
        "8bit" => "8bit",
        _ => token.ToString().ToLowerInvariant(),
    };

    private static bool IsToken(string text) =>
        text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('!', '~') && text.AsSpan().IndexOfAny("()<>@,;:\\\"/[]?=") < 0;
}
