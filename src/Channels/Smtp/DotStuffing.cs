using System.Buffers;

namespace DirMail.Channels.Smtp;

/// <summary>
/// Message octets as DATA carries them (RFC 5321 4.5.2): dots doubled at line starts, every line ended by CR LF. A bare CR or LF, which a stored message should not
/// have, becomes a line end too: what leaves here can smuggle nothing (RFC 5321 2.3.8).
/// </summary>
internal sealed class DotStuffing(IBufferWriter<byte> output)
{
    private bool _atLineStart = true;
    private bool _afterCr;

    public void Write(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            int run = octets.IndexOfAny((byte)'\r', (byte)'\n');
            if (run != 0)
            {
                WriteText(run < 0 ? octets : octets[..run]);
                if (run < 0)
                    return;
                octets = octets[run..];
            }
            EndLine(octets[0]);
            octets = octets[1..];
        }
    }

    /// <summary>The end of the last line, if it has none, and the dot.</summary>
    public void End()
    {
        output.Write(_atLineStart ? ".\r\n"u8 : "\r\n.\r\n"u8);
    }

    private void WriteText(ReadOnlySpan<byte> text)
    {
        if (_atLineStart && text[0] == '.')
            output.Write("."u8);
        output.Write(text);
        _atLineStart = _afterCr = false;
    }

    private void EndLine(byte octet)
    {
        // the LF of a CR LF has been written with its CR
        if (octet == '\r' || !_afterCr)
            output.Write("\r\n"u8);
        _afterCr = octet == '\r';
        _atLineStart = true;
    }
}
