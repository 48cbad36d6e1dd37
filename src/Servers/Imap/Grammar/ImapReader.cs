using System.Globalization;
using System.Text;
using DirMail.Mail;

namespace DirMail.Servers.Imap.Grammar;

/// <summary>
/// Reads one command: its line and, after each "{n}" CR LF, the literal's octets (RFC 9051 9). Sticky: the first failure is kept in <see cref="Error"/>, later reads
/// return empty values and change nothing, so a caller reads everything and asks once. Nothing here throws on what a client sent.
/// </summary>
internal sealed class ImapReader(ReadOnlyMemory<byte> text)
{
    /// <summary>Parentheses (search keys, lists) nested deeper than this are refused: a parser's stack is not the client's.</summary>
    public const int MaxDepth = 50;

    private static readonly Encoding s_strictUtf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int _at;
    private int _depth;

    /// <summary>What was expected and not found, for the BAD reply; holds nothing of the input.</summary>
    public string? Error { get; private set; }

    public bool Ok => Error is null;

    /// <summary>Names of mailboxes are UTF-8, not modified UTF-7 (RFC 6855 3).</summary>
    public bool Utf8Names { get; init; }

    public bool AtEnd => _at >= text.Length;

    /// <summary>The next octet, 0 at the end or after a failure.</summary>
    public byte Next => Ok && _at < text.Length ? text.Span[_at] : (byte)0;

    public bool Fail(string expected)
    {
        Error ??= expected;
        return false;
    }

    /// <summary>Takes the octet if it is next; no failure when it is not.</summary>
    public bool Take(char octet)
    {
        if (Next != octet || !Ok)
            return false;
        _at++;
        return true;
    }

    /// <summary>Takes the word, in any case, and the space after it, if they are next.</summary>
    public bool TakeWord(string word)
    {
        ReadOnlySpan<byte> rest = text.Span[_at..];
        if (!Ok || rest.Length <= word.Length || rest[word.Length] != ' ' || !Ascii.EqualsIgnoreCase(rest[..word.Length], word))
            return false;
        _at += word.Length + 1;
        return true;
    }

    /// <summary>Takes the text, in any case, if it is next.</summary>
    public bool TakeText(string expected)
    {
        ReadOnlySpan<byte> rest = text.Span[_at..];
        if (!Ok || rest.Length < expected.Length || !Ascii.EqualsIgnoreCase(rest[..expected.Length], expected))
            return false;
        _at += expected.Length;
        return true;
    }

    public bool Expect(char octet) => Take(octet) || Fail($"expected {(octet == ' ' ? "a space" : octet.ToString())}");

    public bool Space() => Expect(' ');

    /// <summary>An opening parenthesis; counts the depth.</summary>
    public bool Open() => Expect('(') && (++_depth <= MaxDepth || Fail("nested too deeply"));

    public bool Close()
    {
        _depth--;
        return Expect(')');
    }

    /// <summary>One level of nesting that has no parenthesis of its own (NOT NOT NOT ...).</summary>
    public bool Enter() => ++_depth <= MaxDepth || Fail("nested too deeply");

    public void Leave() => _depth--;

    /// <summary>Nothing may follow, but blanks that some clients leave.</summary>
    public bool End()
    {
        while (Take(' '))
        {
        }
        return Ok && (AtEnd || Fail("unexpected text after the arguments"));
    }

    /// <summary>1*ATOM-CHAR, upper-cased: command names, data items, search keys, flags' names.</summary>
    public string Word() => Run(Octets.IsAtom, "a word").ToUpperInvariant();

    public string Atom() => Run(Octets.IsAtom, "an atom");

    public string Tag() => Run(static octet => octet != '+' && Octets.IsAstring(octet), "a tag");

    public string Astring() => IsStringNext ? String() : Run(Octets.IsAstring, "a string");

    /// <summary>A mailbox pattern of LIST: an astring that may hold % and * (RFC 9051 list-mailbox).</summary>
    public string ListMailbox() => IsStringNext ? String() : Run(Octets.IsList, "a mailbox pattern");

    public bool IsStringNext => Next is (byte)'"' or (byte)'{';

    /// <summary>Quoted or literal. Octets above 127 are read as UTF-8, where they are not that as Latin-1.</summary>
    public string String()
    {
        if (Take('"'))
            return Quoted();
        if (Take('{'))
            return Decode(Literal());
        Fail("expected a string");
        return "";
    }

    /// <summary>A string or NIL (null).</summary>
    public string? NString()
    {
        if (IsStringNext)
            return String();
        if (Word() != "NIL")
            Fail("expected a string or NIL");
        return null;
    }

    public uint Number()
    {
        long number = Digits(10);
        return number is >= 0 and <= uint.MaxValue ? (uint)number : Failed("a number");
    }

    public uint NonZero()
    {
        uint number = Number();
        return number > 0 ? number : Failed("a number above 0");
    }

    /// <summary>RFC 9051 number64.</summary>
    public long Number64()
    {
        long number = Digits(18);
        return number >= 0 ? number : Failed("a number");
    }

    /// <summary>A mod-sequence number, 0 too (RFC 7162 7).</summary>
    public ModSeq ModSeq() => new(Number64());

    /// <summary>A date-time in quotes (RFC 9051 date-time), to UTC.</summary>
    public DateTimeOffset DateTime()
    {
        string written = IsStringNext ? String() : "";
        if (DateTimeOffset.TryParseExact(written.TrimStart(), ["d-MMM-yyyy HH:mm:ss zzz", "dd-MMM-yyyy HH:mm:ss zzz"], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out DateTimeOffset time))
            return time;
        Fail("expected a date-time");
        return default;
    }

    /// <summary>A date of SEARCH, with or without quotes: 1-Feb-1994.</summary>
    public DateOnly Date()
    {
        string written = Next == '"' ? String() : Run(Octets.IsAtom, "a date");
        if (DateOnly.TryParseExact(written, ["d-MMM-yyyy", "dd-MMM-yyyy"], CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
            return date;
        Fail("expected a date like 1-Feb-1994");
        return default;
    }

    /// <summary>Octets of the named class, at least one.</summary>
    public string Run(Func<byte, bool> isOne, string what)
    {
        int start = _at;
        ReadOnlySpan<byte> span = text.Span;
        while (Ok && _at < span.Length && isOne(span[_at]))
            _at++;
        if (_at > start)
            return Decode(span[start.._at]);
        Fail($"expected {what}");
        return "";
    }

    private uint Failed(string what)
    {
        Fail($"expected {what}");
        return 0;
    }

    /// <summary>-1 when there is none, or too many digits.</summary>
    private long Digits(int most)
    {
        int start = _at;
        long number = 0;
        while (Next is >= (byte)'0' and <= (byte)'9' && _at - start <= most)
            number = number * 10 + (text.Span[_at++] - '0');
        return _at == start || _at - start > most ? -1 : number;
    }

    private string Quoted()
    {
        ReadOnlySpan<byte> span = text.Span;
        int start = _at;
        bool escaped = false;
        for (; _at < span.Length && span[_at] != '"'; _at++)
        {
            if (span[_at] is (byte)'\r' or (byte)'\n')
                break;
            if (span[_at] != '\\')
                continue;
            escaped = true;
            _at++;
        }
        if (_at >= span.Length || span[_at] != '"')
        {
            Fail("expected a closing quote");
            return "";
        }
        string inside = Decode(span[start.._at++]);
        return escaped ? Unescape(inside) : inside;
    }

    private static string Unescape(string inside)
    {
        StringBuilder plain = new(inside.Length);
        for (int i = 0; i < inside.Length; i++)
            plain.Append(inside[i] == '\\' && i + 1 < inside.Length ? inside[++i] : inside[i]);
        return plain.ToString();
    }

    private ReadOnlySpan<byte> Literal()
    {
        long octets = Digits(10);
        Take('+');
        if (octets < 0 || !Expect('}') || !Expect('\r') || !Expect('\n') || octets > text.Length - _at)
        {
            Fail("expected a literal");
            return default;
        }
        _at += (int)octets;
        return text.Span[(_at - (int)octets).._at];
    }

    private static string Decode(ReadOnlySpan<byte> octets)
    {
        try
        {
            return s_strictUtf8.GetString(octets);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(octets);
        }
    }
}
