using System.Buffers;
using System.Text;

namespace DirMail.Servers.Smtp;

/// <summary>
/// Takes out header fields that shall not be kept, as the message passes: Return-Path, which is ours to add (RFC 5321 4.4); Authentication-Results under a name of ours,
/// which only we may write (RFC 8601 5); and of own users' mail Bcc (RFC 5322 3.6.3). Everything else passes octet for octet. Works over pieces cut anywhere, and holds at
/// most the beginning of one field.
/// </summary>
/// <param name="isOurName">Whether a name is one of this server's.</param>
/// <param name="removesBcc">For mail that is submitted here.</param>
internal sealed class HeaderFilter(Func<string, bool> isOurName, bool removesBcc)
{
    /// <summary>Enough for the name that results stand under, folded and commented; where it does not come by then, nobody shall find ours there.</summary>
    private const int MaxHeldOctets = 1024;

    /// <summary>Of a field that may be taken out, with blanks before its colon.</summary>
    private const int LongestName = 30;

    private readonly ArrayBufferWriter<byte> _kept = new(1024);
    private readonly List<byte> _held = [];
    private Where _where = Where.LineStart;
    private string? _name;
    private int _comments;
    private bool _isDropping;

    private enum Where
    {
        /// <summary>It shows whether the field goes on, another begins, or the header ends.</summary>
        LineStart,

        /// <summary>The beginning of a field, held until it is known whether it is kept.</summary>
        Held,

        /// <summary>In a field that was decided upon.</summary>
        Decided,

        Body,
    }

    /// <summary>The header is over: nothing more will be taken out.</summary>
    public bool IsOver => _where == Where.Body;

    /// <summary>What is kept of a piece, valid until the next call; <paramref name="used"/> octets of it were looked at, the rest is body.</summary>
    public ReadOnlyMemory<byte> Pass(ReadOnlySpan<byte> piece, out int used)
    {
        _kept.ResetWrittenCount();
        used = 0;
        while (used < piece.Length && !IsOver)
        {
            if (_where == Where.Decided)
            {
                int end = piece[used..].IndexOf((byte)'\n');
                ReadOnlySpan<byte> line = end < 0 ? piece[used..] : piece.Slice(used, end + 1);
                used += line.Length;
                _where = end < 0 ? Where.Decided : Where.LineStart;
                Keep(line);
            }
            else
                Take(piece[used++]);
        }
        return _kept.WrittenMemory;
    }

    /// <summary>What was still held when the message ended within its header.</summary>
    public ReadOnlyMemory<byte> End()
    {
        _kept.ResetWrittenCount();
        if (!IsOver && _held.Count > 0)
            Decide();
        return _kept.WrittenMemory;
    }

    private void Take(byte octet)
    {
        bool isContinued = _where == Where.LineStart && octet is (byte)' ' or (byte)'\t';
        if (_where == Where.LineStart && _held is [.., (byte)'\n'])
        {
            // a held field that ends with its line, or goes on
            if (!isContinued)
                Decide();
            _where = Where.Held;
        }
        else if (isContinued)
        {
            _where = Where.Decided;
            Keep([octet]);
            return;
        }
        _where = Where.Held;
        _held.Add(octet);
        if (octet == '\n')
            EndHeldLine();
        else if (MayDecide(octet))
            Decide();
    }

    private void EndHeldLine()
    {
        if (_held is [(byte)'\n'] or [(byte)'\r', (byte)'\n'])
        {
            _isDropping = false;
            Release();
            _where = Where.Body;
            return;
        }
        _where = Where.LineStart;
    }

    /// <summary>A name that is none of those, the end of a name that says all, or a value read as far as its first semicolon.</summary>
    private bool MayDecide(byte octet)
    {
        if (_name is null && octet == ':')
            _name = Encoding.Latin1.GetString([.. _held]);
        if (_name is null)
            return _held.Count > LongestName;
        _comments += octet == '(' ? 1 : octet == ')' && _comments > 0 ? -1 : 0;
        return (octet == ':' && !IsResults(Trimmed(_name))) || (octet == ';' && _comments == 0) || _held.Count >= MaxHeldOctets;
    }

    private void Decide()
    {
        string name = Trimmed(_name ?? "");
        _isDropping = name.Equals("Return-Path", StringComparison.OrdinalIgnoreCase)
            || (removesBcc && (name.Equals("Bcc", StringComparison.OrdinalIgnoreCase) || name.Equals("Resent-Bcc", StringComparison.OrdinalIgnoreCase)))
            || (IsResults(name) && (_held.Count >= MaxHeldOctets || isOurName(ServerIn(Encoding.Latin1.GetString([.. _held.Skip(_name!.Length)])))));
        bool endsLine = _held is [.., (byte)'\n'];
        Release();
        _where = endsLine ? Where.LineStart : Where.Decided;
    }

    private void Release()
    {
        Keep([.. _held]);
        _held.Clear();
        (_name, _comments) = (null, 0);
    }

    private void Keep(ReadOnlySpan<byte> octets)
    {
        if (!_isDropping)
            _kept.Write(octets);
    }

    private static string Trimmed(string name) => name.TrimEnd(':').TrimEnd(' ', '\t');

    private static bool IsResults(string name) => name.Equals("Authentication-Results", StringComparison.OrdinalIgnoreCase);

    /// <summary>The first word of the value, comments passed over (RFC 8601 2.2); quotes around it do not hide it.</summary>
    private static string ServerIn(string value)
    {
        var word = new StringBuilder();
        int depth = 0;
        foreach (char c in value)
        {
            depth += c == '(' ? 1 : c == ')' && depth > 0 ? -1 : 0;
            bool isBlank = c is ' ' or '\t' or '\r' or '\n';
            if (c == ';' && depth == 0 || (isBlank && depth == 0 && word.Length > 0))
                break;
            if (depth == 0 && !isBlank && c is not (')' or '"' or '\\'))
                word.Append(c);
        }
        return word.ToString().TrimEnd('.');
    }
}
