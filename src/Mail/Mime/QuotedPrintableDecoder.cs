using System.Buffers;

namespace DirMail.Mail.Mime;

/// <summary>Quoted-printable (RFC 2045 6.7). Blanks at a line's end go; an "=" that begins nothing known stays as text.</summary>
internal sealed class QuotedPrintableDecoder : TransferDecoder
{
    // more blanks in a row than a line may have octets are text: what is held back has a bound
    private const int MaxBlanks = 1000;
    private static readonly SearchValues<byte> Special = SearchValues.Create("= \t\r\n"u8);

    private readonly ArrayBufferWriter<byte> _blanks = new();
    private State _state;
    private byte _firstDigit;

    private enum State
    {
        Text,
        Equal,
        Digit,
        SoftBreak,
    }

    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> output)
    {
        while (!octets.IsEmpty)
        {
            if (_state == State.Text)
            {
                int plain = octets.IndexOfAny(Special);
                if (plain != 0)
                {
                    plain = plain < 0 ? octets.Length : plain;
                    ReleaseBlanks(output);
                    output.Write(octets[..plain]);
                    octets = octets[plain..];
                    continue;
                }
            }
            if (Take(octets[0], output))
                octets = octets[1..];
        }
    }

    public override void Complete(IBufferWriter<byte> output)
    {
        if (_state == State.Digit)
            KeepEscape(output);
        _blanks.ResetWrittenCount();
        _state = State.Text;
    }

    /// <summary>False: the octet is to be looked at again, as text.</summary>
    private bool Take(byte octet, IBufferWriter<byte> output)
    {
        switch (_state)
        {
            case State.Text:
                TakeSpecial(octet, output);
                return true;
            case State.Equal:
                return TakeAfterEqual(octet, output);
            case State.Digit when char.IsAsciiHexDigit((char)octet):
                output.Write([(byte)((HexValue(_firstDigit) << 4) | HexValue(octet))]);
                _state = State.Text;
                return true;
            case State.Digit:
                KeepEscape(output);
                return false;
            default:
                _state = State.Text;
                return octet == '\n';
        }
    }

    private void TakeSpecial(byte octet, IBufferWriter<byte> output)
    {
        if (octet is (byte)' ' or (byte)'\t')
        {
            if (_blanks.WrittenCount >= MaxBlanks)
                ReleaseBlanks(output);
            _blanks.Write([octet]);
        }
        else if (octet == '=')
        {
            ReleaseBlanks(output);
            _state = State.Equal;
        }
        else
        {
            _blanks.ResetWrittenCount();
            output.Write([octet]);
        }
    }

    private bool TakeAfterEqual(byte octet, IBufferWriter<byte> output)
    {
        if (octet is (byte)' ' or (byte)'\t' && _blanks.WrittenCount < MaxBlanks)
        {
            _blanks.Write([octet]);
            return true;
        }
        if (octet is (byte)'\r' or (byte)'\n')
        {
            _blanks.ResetWrittenCount();
            _state = octet == '\r' ? State.SoftBreak : State.Text;
            return true;
        }
        if (char.IsAsciiHexDigit((char)octet) && _blanks.WrittenCount == 0)
        {
            _firstDigit = octet;
            _state = State.Digit;
            return true;
        }
        IsDamaged = true;
        output.Write("="u8);
        _state = State.Text;
        return false;
    }

    private void KeepEscape(IBufferWriter<byte> output)
    {
        IsDamaged = true;
        output.Write([(byte)'=', _firstDigit]);
        _state = State.Text;
    }

    private void ReleaseBlanks(IBufferWriter<byte> output)
    {
        if (_blanks.WrittenCount == 0)
            return;
        output.Write(_blanks.WrittenSpan);
        _blanks.ResetWrittenCount();
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
