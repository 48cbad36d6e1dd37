using System.Buffers;
using System.Text;

namespace DirMail.Mail.Mime;

/// <summary>The three forms that <see cref="StructureCodec"/> writes.</summary>
internal sealed class CodecWriter
{
    private readonly ArrayBufferWriter<byte> output = new(512);

    public byte[] ToArray() => output.WrittenSpan.ToArray();

    public void Octet(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    public void Number(long value)
    {
        Span<byte> span = output.GetSpan(10);
        int length = 0;
        ulong left = (ulong)value;
        for (; left >= 0x80; left >>= 7)
            span[length++] = (byte)(left | 0x80);
        span[length++] = (byte)left;
        output.Advance(length);
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
        output.Advance(Encoding.UTF8.GetBytes(text, output.GetSpan(length)));
    }
}
