using System.Buffers;
using System.Buffers.Text;

namespace DirMail.Mail.Mime;

/// <summary>Base64 in lines of 76 (RFC 2045 6.8).</summary>
internal sealed class Base64Encoder : TransferEncoder
{
    private const int LineOctets = 57;

    private readonly byte[] _line = new byte[LineOctets];
    private int _length;
    private bool _hasLines;

    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> output)
    {
        while (!octets.IsEmpty)
        {
            int taken = Math.Min(octets.Length, LineOctets - _length);
            octets[..taken].CopyTo(_line.AsSpan(_length));
            _length += taken;
            octets = octets[taken..];
            if (_length == LineOctets)
                EndLine(output);
        }
    }

    public override void Complete(IBufferWriter<byte> output)
    {
        if (_length > 0)
            EndLine(output);
    }

    private void EndLine(IBufferWriter<byte> output)
    {
        if (_hasLines)
            output.Write("\r\n"u8);
        Base64.EncodeToUtf8(_line.AsSpan(0, _length), output.GetSpan(Base64.GetMaxEncodedToUtf8Length(_length)), out _, out int written);
        output.Advance(written);
        _length = 0;
        _hasLines = true;
    }
}
