using System.Buffers;
using System.Globalization;
using System.Text;

namespace DirMail.Ldap;

/// <summary>Reads one filter from RFC 4515 text. The first fault is kept, with its position counted from 1.</summary>
internal ref struct LdapFilterReader(string text)
{
    private int _position;

    public string? Error { get; private set; }

    /// <summary>Null when there is a fault. Blanks are allowed between filters; a lone "attribute=value" without its parentheses is not.</summary>
    public LdapFilter? Read()
    {
        LdapFilter? filter = ReadFilter(LdapFilter.MaxDepth);
        SkipBlanks();
        if (filter is not null && _position < text.Length)
            return Fail("more text after the filter");
        return filter;
    }

    private LdapFilter? ReadFilter(int depthLeft)
    {
        SkipBlanks();
        if (!Take('('))
            return Fail("'(' expected");
        SkipBlanks();
        LdapFilter? filter = Peek() switch
        {
            '&' or '|' or '!' when depthLeft == 0 => Fail($"nested deeper than {LdapFilter.MaxDepth}"),
            '&' => ReadParts(depthLeft - 1) is { } parts ? new LdapFilter.And(parts) : null,
            '|' => ReadParts(depthLeft - 1) is { } parts ? new LdapFilter.Or(parts) : null,
            '!' => ReadNot(depthLeft - 1),
            _ => ReadItem(),
        };
        if (filter is not null && !Take(')'))
            return Fail("')' expected");
        return filter;
    }

    /// <summary>Any number of filters, none too: RFC 4526 true and false.</summary>
    private List<LdapFilter>? ReadParts(int depthLeft)
    {
        _position++;
        var parts = new List<LdapFilter>();
        for (SkipBlanks(); Peek() == '('; SkipBlanks())
        {
            if (ReadFilter(depthLeft) is not { } part)
                return null;
            parts.Add(part);
        }
        return parts;
    }

    private LdapFilter.Not? ReadNot(int depthLeft)
    {
        _position++;
        LdapFilter? part = ReadFilter(depthLeft);
        SkipBlanks();
        return part is null ? null : new LdapFilter.Not(part);
    }

    private LdapFilter? ReadItem()
    {
        string attribute = ReadDescription();
        switch (Peek())
        {
            case ':':
                return ReadExtensible(attribute.Length == 0 ? null : attribute);
            case '\0' or ')' when attribute.Length > 0:
                return Fail("an operator expected");
        }
        if (attribute.Length == 0)
            return Fail("an attribute expected");
        char kind = Peek();
        if (kind is '>' or '<' or '~')
            _position++;
        if (!Take('='))
            return Fail("an operator expected");
        if (kind == '=')
            return ReadEqualOrSubstring(attribute);
        if (ReadValue() is not { } value)
            return null;
        return kind switch
        {
            '>' => new LdapFilter.GreaterOrEqual(attribute, value),
            '<' => new LdapFilter.LessOrEqual(attribute, value),
            _ => new LdapFilter.Approximate(attribute, value),
        };
    }

    private LdapFilter? ReadEqualOrSubstring(string attribute)
    {
        var pieces = new List<byte[]>(1);
        do
        {
            if (ReadValue() is not { } piece)
                return null;
            pieces.Add(piece);
        }
        while (Take('*'));
        if (pieces.Count == 1)
            return new LdapFilter.Equal(attribute, pieces[0]);
        if (pieces.TrueForAll(p => p.Length == 0))
            return pieces.Count == 2 ? new LdapFilter.Present(attribute) : Fail("an empty part between '*'");
        List<byte[]> any = pieces[1..^1];
        if (any.Exists(p => p.Length == 0))
            return Fail("an empty part between '*'");
        return new LdapFilter.Substring(attribute, NullWhenEmpty(pieces[0]), any, NullWhenEmpty(pieces[^1]));
    }

    /// <summary>[attribute][":dn"][":" rule]":=" value; the rule or the attribute must be there.</summary>
    private LdapFilter? ReadExtensible(string? attribute)
    {
        bool matchesDn = false;
        string? rule = null;
        while (Take(':') && Peek() != '=')
        {
            string word = ReadDescription();
            if (word.Equals("dn", StringComparison.OrdinalIgnoreCase) && !matchesDn && rule is null)
                matchesDn = true;
            else if (rule is null && word.Length > 0)
                rule = word;
            else
                return Fail("a matching rule expected");
        }
        if (!Take('='))
            return Fail("':=' expected");
        if (attribute is null && rule is null)
            return Fail("an attribute or a matching rule expected");
        return ReadValue() is { } value ? new LdapFilter.Extensible(rule, attribute, value, matchesDn) : null;
    }

    private string ReadDescription()
    {
        int start = _position;
        while (char.IsAsciiLetterOrDigit(Peek()) || Peek() is '-' or '.' or ';' or '_')
            _position++;
        return text[start.._position];
    }

    /// <summary>Up to ')' or '*' unescaped; null with an error when an escape or a character is wrong.</summary>
    private byte[]? ReadValue()
    {
        var octets = new ArrayBufferWriter<byte>(32);
        while (_position < text.Length && text[_position] is not (')' or '*'))
        {
            char c = text[_position];
            if (c is '(' or '\0')
                return FailValue("a character that must be escaped");
            if (c != '\\')
            {
                if (Rune.DecodeFromUtf16(text.AsSpan(_position), out Rune rune, out int used) != OperationStatus.Done)
                    return FailValue("half a character");
                octets.Advance(rune.EncodeToUtf8(octets.GetSpan(4)));
                _position += used;
                continue;
            }
            if (_position + 2 >= text.Length || !byte.TryParse(text.AsSpan(_position + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte octet))
                return FailValue("'\\' and two hexadecimal digits expected");
            octets.Write([octet]);
            _position += 3;
        }
        return octets.WrittenSpan.ToArray();
    }

    private static byte[]? NullWhenEmpty(byte[] piece) => piece.Length == 0 ? null : piece;

    private readonly char Peek() => _position < text.Length ? text[_position] : '\0';

    private bool Take(char expected)
    {
        if (Peek() != expected)
            return false;
        _position++;
        return true;
    }

    private void SkipBlanks()
    {
        while (Peek() is ' ' or '\t' or '\r' or '\n')
            _position++;
    }

    private LdapFilter? Fail(string reason)
    {
        Error ??= $"{reason} at position {_position + 1}";
        return null;
    }

    private byte[]? FailValue(string reason)
    {
        Fail(reason);
        return null;
    }
}
