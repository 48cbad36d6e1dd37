namespace DirMail.Servers.Smtp;

/// <summary>
/// Finds the end of DATA and takes the doubled dots out (RFC 5321 4.5.2). Only CR LF "." CR LF ends: a bare CR or LF anywhere is noted, and the reading goes on
/// to the real end, so that no second message can be smuggled in. Works over pieces cut anywhere.
/// </summary>
internal sealed class DotReader
{
    private Where _where = Where.LineStart;

    private enum Where
    {
        LineStart,
        AfterDot,
        AfterDotCr,
        Text,
        AfterCr,
    }

    public bool IsEnded { get; private set; }

    public bool HasBareLineEnd { get; private set; }

    /// <summary>
    /// The next octets of the message in <paramref name="octets"/> from <paramref name="position"/> on, which moves behind what was used.
    /// False when there are none left, or the end was found.
    /// </summary>
    public bool Next(ReadOnlySpan<byte> octets, ref int position, out Range message)
    {
        message = default;
        while (position < octets.Length && !IsEnded)
        {
            int start = position;
            switch (_where)
            {
                case Where.LineStart when octets[position] == '.':
                    _where = Where.AfterDot;
                    position++;
                    break;
                case Where.AfterDot when octets[position] == '\r':
                    _where = Where.AfterDotCr;
                    position++;
                    break;
                case Where.AfterDotCr when octets[position] == '\n':
                    IsEnded = true;
                    position++;
                    break;
                case Where.AfterDotCr:
                    HasBareLineEnd = true;
                    _where = Where.Text;
                    break;
                default:
                    position = ReadText(octets, position);
                    message = start..position;
                    return true;
            }
        }
        return false;
    }

    /// <summary>Up to the next line that begins with a dot, or the end of the octets.</summary>
    private int ReadText(ReadOnlySpan<byte> octets, int at)
    {
        if (_where == Where.AfterCr)
        {
            HasBareLineEnd |= octets[at] != '\n';
            _where = octets[at] == '\n' ? Where.LineStart : Where.Text;
            at += octets[at] == '\n' ? 1 : 0;
        }
        while (at < octets.Length && !(_where == Where.LineStart && octets[at] == '.'))
        {
            int end = octets[at..].IndexOfAny((byte)'\r', (byte)'\n');
            _where = Where.Text;
            if (end < 0)
                return octets.Length;
            at += end;
            if (octets[at] == '\n')
                HasBareLineEnd = true;
            else if (at + 1 == octets.Length)
                _where = Where.AfterCr;
            else if (octets[at + 1] != '\n')
                HasBareLineEnd = true;
            else
            {
                _where = Where.LineStart;
                at++;
            }
            at++;
        }
        return at;
    }
}
