using System.Globalization;
using System.Text;

namespace DirMail.Mail.Sieve;

/// <summary>Cuts a script into tokens (RFC 5228 8.1). The first fault stays: after it there is only the end. A bare LF ends a line as CRLF does.</summary>
internal sealed class Lexer(string text)
{
    private int _at;
    private int _line = 1;

    public SieveFault? Fault { get; private set; }

    public Token Next()
    {
        SkipBlanks();
        if (Fault is not null || _at >= text.Length)
            return new(TokenKind.End, "", 0, _line);
        char c = text[_at];
        if (IsLetter(c))
            return Word();
        if (c == ':')
            return Tag();
        if (char.IsAsciiDigit(c))
            return Number();
        if (c == '"')
            return Quoted();
        if (!"[](){},;".Contains(c, StringComparison.Ordinal))
            return Fail($"the character {SieveFault.Quote(c.ToString())} begins nothing");
        _at++;
        return new(TokenKind.Mark, c.ToString(), 0, _line);
    }

    public Token Fail(string reason)
    {
        Fault ??= new(_line, reason);
        return new(TokenKind.End, "", 0, _line);
    }

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            if (text[_at] == '#')
                SkipLine();
            else if (text.AsSpan(_at).StartsWith("/*"))
                SkipComment();
            else if (text[_at] is ' ' or '\t' or '\r' or '\n')
                Step();
            else
                return;
        }
    }

    private void SkipLine()
    {
        int end = text.IndexOf('\n', _at);
        _at = end < 0 ? text.Length : end;
    }

    private void SkipComment()
    {
        int end = text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
        if (end < 0)
            Fail("a comment without an end");
        int next = end < 0 ? text.Length : end + 2;
        _line += text.AsSpan(_at, next - _at).Count('\n');
        _at = next;
    }

    private Token Word()
    {
        string word = Letters();
        if (word == "text" && _at < text.Length && text[_at] == ':')
            return MultiLine();
        return new(TokenKind.Identifier, word, 0, _line);
    }

    private Token Tag()
    {
        _at++;
        return _at < text.Length && IsLetter(text[_at]) ? new(TokenKind.Tag, Letters(), 0, _line) : Fail("a colon without a name");
    }

    private string Letters()
    {
        int start = _at;
        while (_at < text.Length && (IsLetter(text[_at]) || char.IsAsciiDigit(text[_at])))
            _at++;
        return text[start.._at].ToLowerInvariant();
    }

    private Token Number()
    {
        int start = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            _at++;
        bool fits = long.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out long number);
        int shift = _at < text.Length ? (text[_at] | 0x20) switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 } : 0;
        _at += shift > 0 ? 1 : 0;
        if (_at < text.Length && (IsLetter(text[_at]) || char.IsAsciiDigit(text[_at])))
            return Fail("a number with letters behind it");
        return fits && number <= long.MaxValue >> shift ? new(TokenKind.Number, "", number << shift, _line) : Fail("a number that is too large");
    }

    private Token Quoted()
    {
        int line = _line;
        var value = new StringBuilder();
        for (Step(); _at < text.Length; Step())
        {
            if (text[_at] == '"')
            {
                Step();
                return new(TokenKind.String, value.ToString(), 0, line);
            }
            if (text[_at] == '\\' && _at + 1 < text.Length)
                Step();
            value.Append(text[_at]);
        }
        _line = line;
        return Fail("a string without an end");
    }

    /// <summary>From behind "text" to the line with a dot alone; dots that begin a line are doubled in it.</summary>
    private Token MultiLine()
    {
        int line = _line;
        _at++;
        while (_at < text.Length && text[_at] is ' ' or '\t')
            _at++;
        if (_at < text.Length && text[_at] == '#')
            SkipLine();
        if (!Line().IsEmpty)
            return Fail("something behind text: that is no comment");
        var value = new StringBuilder();
        while (_at < text.Length)
        {
            ReadOnlySpan<char> next = Line();
            if (next is ".")
                return new(TokenKind.String, value.ToString(), 0, line);
            value.Append(next.StartsWith('.') ? next[1..] : next).Append("\r\n");
        }
        _line = line;
        return Fail("text: without a line with a dot alone");
    }

    /// <summary>The rest of the line, without its end; goes to the next.</summary>
    private ReadOnlySpan<char> Line()
    {
        int start = _at, end = text.IndexOf('\n', _at);
        _at = end < 0 ? text.Length : end + 1;
        _line += end < 0 ? 0 : 1;
        return text.AsSpan(start, (end < 0 ? text.Length : end) - start).TrimEnd('\r');
    }

    private void Step()
    {
        if (text[_at] == '\n')
            _line++;
        _at++;
    }

    private static bool IsLetter(char c) => char.IsAsciiLetter(c) || c == '_';
}
