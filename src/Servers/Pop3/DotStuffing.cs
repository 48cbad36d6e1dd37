using System.Buffers;

namespace DirMail.Servers.Pop3;

/// <summary>
/// Sends a message as a multi-line response (RFC 1939 3): a line that begins with a dot gets another one, the end is a line with a dot alone. A bare LF
/// is sent as CR LF: a client that takes it for a line end must not find an end of the response inside a message.
/// </summary>
/// <param name="bodyLines">Lines of the body after which it is enough (TOP); null for all.</param>
internal sealed class DotStuffing(IBufferWriter<byte> output, int? bodyLines)
{
    private long _lineOctets;
    private byte _last = (byte)'\n';
    private bool _inBody;
    private int _linesLeft = bodyLines ?? int.MaxValue;

    /// <summary>No more octets are needed.</summary>
    public bool IsEnough { get; private set; }

    public void Write(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty && !IsEnough)
        {
            if (_last == '\n' && octets[0] == '.')
                output.Write("."u8);
            int end = octets.IndexOf((byte)'\n');
            ReadOnlySpan<byte> piece = end < 0 ? octets : octets[..end];
            output.Write(piece);
            _lineOctets += piece.Length;
            _last = piece.IsEmpty ? _last : piece[^1];
            if (end < 0)
                return;
            EndLine();
            octets = octets[(end + 1)..];
        }
    }

    public void Complete()
    {
        if (_last != '\n')
            EndLine();
        output.Write(".\r\n"u8);
    }

    private void EndLine()
    {
        bool hasCr = _last == '\r' && _lineOctets > 0;
        output.Write(hasCr ? "\n"u8 : "\r\n"u8);
        if (_inBody)
            _linesLeft--;
        else
            _inBody = _lineOctets == (hasCr ? 1 : 0);
        IsEnough = _inBody && _linesLeft <= 0;
        _lineOctets = 0;
        _last = (byte)'\n';
    }
}
