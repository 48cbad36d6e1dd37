using System.Buffers;
using System.Text;

namespace DirMail.Mail.Mime;

/// <summary>The three forms that <see cref="StructureCodec"/> writes.</summary>
internal sealed class CodecWriter
{
    private readonly ArrayBufferWriter<byte> _output = new(512);

    public byte[] ToArray() => _output.WrittenSpan.ToArray();

    public void Octet(byte value)
    {
        _output.GetSpan(1)[0] = value;
        _output.Advance(1);
    }

    public void Number(long value)
    {
        Span<byte> span = _output.GetSpan(10);
        int length = 0;
        ulong left = (ulong)value;
        for (; left >= 0x80; left >>= 7)
            span[length++] = (byte)(left | 0x80);
        span[length++] = (byte)left;
        _output.Advance(length);
    }

    public void Text(string? text)
    {
        if (text is null)
        {
            Number(0);
            return;
        }
        int length = Encoding.UTF8.GetByteCount(text);
        Number(length + 1L);
        _output.Advance(Encoding.UTF8.GetBytes(text, _output.GetSpan(length)));
    }
}
