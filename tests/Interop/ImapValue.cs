using System.Globalization;
using System.Text;

namespace DirMail.Interop;

/// <summary>Values of IMAP responses: a string or atom as text, a list as a list, NIL as null.</summary>
internal sealed class ImapValue
{
    private readonly string _text;
    private int _at;

    private ImapValue(string text) => _text = text;

    /// <summary>"(NAME value NAME value)".</summary>
    public static IReadOnlyDictionary<string, object?> Pairs(string text)
    {
        var list = (List<object?>)new ImapValue(text).Read()!;
        return Enumerable.Range(0, list.Count / 2).ToDictionary(i => ((string)list[2 * i]!).ToUpperInvariant(), i => list[2 * i + 1]);
    }

    public static string Print(object? value) => value switch
    {
        null => "NIL",
        List<object?> list => "(" + string.Join(' ', list.Select(Print)) + ")",
        _ => "\"" + value + "\"",
    };

    private object? Read()
    {
        while (_text[_at] == ' ')
            _at++;
        return _text[_at] switch
        {
            '(' => ReadList(),
            '"' => ReadQuoted(),
            '{' => ReadLiteral(),
            _ => ReadAtom(),
        };
    }

    private List<object?> ReadList()
    {
        var list = new List<object?>();
        for (_at++; _text[_at] != ')';)
        {
            if (_text[_at] == ' ')
                _at++;
            else
                list.Add(Read());
        }
        _at++;
        return list;
    }

    private string ReadQuoted()
    {
        var text = new StringBuilder();
        for (_at++; _text[_at] != '"'; _at++)
            text.Append(_text[_at] == '\\' ? _text[++_at] : _text[_at]);
        _at++;
        return text.ToString();
    }

    private string ReadLiteral()
    {
        int end = _text.IndexOf('}', _at), octets = int.Parse(_text.AsSpan(_at + 1, end - _at - 1), CultureInfo.InvariantCulture);
        _at = end + 3 + octets;
        return _text.Substring(end + 3, octets);
    }

    private string? ReadAtom()
    {
        int start = _at;
        while (_at < _text.Length && _text[_at] is not (' ' or '(' or ')'))
            _at++;
        string atom = _text[start.._at];
        return atom == "NIL" ? null : atom;
    }
}
