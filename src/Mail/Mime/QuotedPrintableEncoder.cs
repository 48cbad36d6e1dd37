using System.Buffers;

namespace DirMail.Mail.Mime;

/// <summary>Quoted-printable of text (RFC 2045 6.7): lines of at most 76, CR LF stays a line end, a bare CR or LF and blanks before a line end are written as numbers.</summary>
internal sealed class QuotedPrintableEncoder : TransferEncoder
{
    private const int MaxLine = 75;

    private int _line;

    /// <summary>A blank that may turn out to be the last of its line; 0: none.</summary>
    private byte _blank;
    private bool _afterCr;

    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> output)
    {
        foreach (byte octet in octets)
        {
            if (octet == '\n' && _afterCr)
            {
                EndLine(output);
                continue;
            }
            // a blank before it may still be the last of its line
            if (octet != '\r' || _afterCr)
                Settle(output);
            if (octet == '\r')
                _afterCr = true;
            else if (octet is (byte)' ' or (byte)'\t')
                _blank = octet;
            else
                Put(octet, isPlain: octet is > 32 and < 127 and not (byte)'=', output);
        }
    }

    public override void Complete(IBufferWriter<byte> output)
    {
        if (_afterCr || _blank == 0)
            Settle(output);
        else
            Put(_blank, isPlain: false, output);
    }

    /// <summary>What was kept is before no line end.</summary>
    private void Settle(IBufferWriter<byte> output)
    {
        if (_blank != 0)
            Put(_blank, isPlain: true, output);
        if (_afterCr)
            Put((byte)'\r', isPlain: false, output);
        (_blank, _afterCr) = (0, false);
    }

    private void EndLine(IBufferWriter<byte> output)
    {
        if (_blank != 0)
            Put(_blank, isPlain: false, output);
        output.Write("\r\n"u8);
        (_blank, _afterCr, _line) = (0, false, 0);
    }

    private void Put(byte octet, bool isPlain, IBufferWriter<byte> output)
    {
        const string Digits = "0123456789ABCDEF";
        if (_line + (isPlain ? 1 : 3) > MaxLine)
        {
            output.Write("=\r\n"u8);
            _line = 0;
        }
        // no line begins as a boundary does, wherever lines are broken
        isPlain &= _line > 0 || octet != '-';
        _line += isPlain ? 1 : 3;
        if (isPlain)
            output.Write([octet]);
        else
            output.Write([(byte)'=', (byte)Digits[octet >> 4], (byte)Digits[octet & 15]]);
    }
}
