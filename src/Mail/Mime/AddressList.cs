using System.Collections.Immutable;
using System.Text;

namespace DirMail.Mail.Mime;

/// <summary>
/// Reads an address list as IMAP's ENVELOPE shows it (RFC 5322 3.4 with the old forms of 4.4): groups, comments, routes, quotes. Quoting is removed,
/// encoded words stay. Tolerant: a mailbox without a domain has the empty host, since a null one would mean a group.
/// </summary>
public sealed class AddressList
{
    /// <summary>What is beyond is left out.</summary>
    private const int MaxAddresses = 10_000;

    private readonly ImmutableArray<HeaderAddress>.Builder _addresses = ImmutableArray.CreateBuilder<HeaderAddress>();

    // the words read since the last separator: as a display name with single blanks, and as an addr-spec without any
    private readonly StringBuilder _phrase = new(), _spec = new();
    private int _atSign = -1, _words;
    private string? _comment;
    private bool _inGroup;

    private AddressList() { }

    public static ImmutableArray<HeaderAddress> Parse(string? field)
    {
        if (string.IsNullOrEmpty(field))
            return [];
        var list = new AddressList();
        list.Read(field);
        return list._addresses.DrainToImmutable();
    }

    private void Read(string field)
    {
        var cursor = new FieldCursor(field);
        while (_addresses.Count < MaxAddresses)
        {
            // only behind an address a comment is a name
            if (cursor.SkipBlanks() is { } comment && _spec.Length > 0)
                _comment = comment;
            if (cursor.AtEnd)
                break;
            switch (cursor.Current)
            {
                case ',':
                    cursor.Step();
                    FinishBare();
                    break;
                case ';':
                    cursor.Step();
                    FinishBare();
                    EndGroup();
                    break;
                case ':':
                    cursor.Step();
                    StartGroup();
                    break;
                case '<':
                    cursor.Step();
                    ReadAngle(ref cursor);
                    break;
                default:
                    ReadWord(ref cursor);
                    break;
            }
        }
        FinishBare();
        EndGroup();
    }

    private void ReadWord(ref FieldCursor cursor)
    {
        switch (cursor.Current)
        {
            case '"':
                Append(cursor.Quoted(), isWord: true);
                break;
            case '[':
                Append(Literal(ref cursor), isWord: false);
                break;
            case '@':
                cursor.Step();
                if (HasDomain)
                {
                    cursor.Until(",;<>");
                    break;
                }
                if (_atSign < 0)
                    _atSign = _spec.Length;
                Append("@", isWord: false);
                break;
            case ')' or '>' or ']' or '\\':
                cursor.Step();
                break;
            default:
                ReadOnlySpan<char> word = cursor.Until(" \t\r\n()<>[]:;@,\"\\");
                // a domain has no blanks in it: what follows is no part of the address
                if (HasDomain && word is not ['.', ..])
                    cursor.Until(",;<>");
                else
                    Append(word, isWord: true);
                break;
        }
    }

    /// <summary>A domain was read, and no dot at its end lets it go on.</summary>
    private bool HasDomain => _atSign > 0 && _spec.Length > _atSign + 1 && _spec[^1] != '.';

    /// <summary>After "&lt;": an optional route, which is dropped, and an addr-spec.</summary>
    private void ReadAngle(ref FieldCursor cursor)
    {
        string? name = _phrase.Length > 0 ? _phrase.ToString() : null;
        Clear();
        while (true)
        {
            cursor.SkipBlanks();
            if (cursor.AtEnd || cursor.Current == '>' || (cursor.Current is ',' or ';' && _atSign != 0))
                break;
            if (cursor.Current is ':' or ',' or ';' or '<')
            {
                // the end of a route "@a,@b:", or rubbish
                bool endsRoute = cursor.Current == ':' && _atSign == 0;
                cursor.Step();
                if (endsRoute)
                    Clear();
                continue;
            }
            ReadWord(ref cursor);
        }
        if (!cursor.AtEnd && cursor.Current == '>')
            cursor.Step();
        string? after = cursor.SkipBlanks();
        Finish(name ?? after);
        _ = cursor.Until(",;");
        if (!cursor.AtEnd && cursor.Current == ',')
            cursor.Step();
    }

    /// <summary>"user@host", perhaps with the person's name in a comment, the way before RFC 822.</summary>
    private void FinishBare()
    {
        if (_words > 1 && _atSign < 0)
            _addresses.Add(new(_phrase.ToString(), "", ""));
        else if (_spec.Length > 0)
            Finish(_comment);
        Clear();
    }

    private void Finish(string? name)
    {
        if (_spec.Length > 0 || name is not null)
        {
            string text = _atSign < 0 ? _phrase.ToString() : _spec.ToString();
            _addresses.Add(new(string.IsNullOrEmpty(name) ? null : name, _atSign < 0 ? text : text[.._atSign], _atSign < 0 ? "" : text[(_atSign + 1)..]));
        }
        Clear();
    }

    private void StartGroup()
    {
        EndGroup();
        _addresses.Add(new(null, _phrase.ToString(), null));
        _inGroup = true;
        Clear();
    }

    private void EndGroup()
    {
        if (_inGroup)
            _addresses.Add(new(null, null, null));
        _inGroup = false;
    }

    private void Append(ReadOnlySpan<char> word, bool isWord)
    {
        _words += isWord ? 1 : 0;
        if (isWord && _phrase.Length > 0 && word is not ['.', ..] && !(_phrase[^1] is '.' or '@' && _atSign >= 0))
            _phrase.Append(' ');
        _phrase.Append(word);
        _spec.Append(word);
    }

    private void Clear()
    {
        _phrase.Clear();
        _spec.Clear();
        _atSign = -1;
        _words = 0;
        _comment = null;
    }

    private static string Literal(ref FieldCursor cursor)
    {
        string content = cursor.Until("]>,;").ToString();
        if (!cursor.AtEnd && cursor.Current == ']')
        {
            cursor.Step();
            content += "]";
        }
        return content;
    }
}
