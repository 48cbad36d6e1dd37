using System.Buffers;

namespace DirMail.Mail.Mime;

/// <summary>Base64 (RFC 2045 6.8). Octets outside the alphabet are passed over; after padding a new start is accepted, as in bodies put together from several.</summary>
internal sealed class Base64Decoder : TransferDecoder
{
    private const sbyte Blank = -1, Padding = -2, Foreign = -3;
    private static readonly sbyte[] Values = MakeValues();

    private uint _bits;
    private int _count;

    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> output)
    {
        Span<byte> span = output.GetSpan((octets.Length * 3 / 4) + 3);
        int length = 0;
        foreach (byte octet in octets)
        {
            sbyte value = Values[octet];
            if (value >= 0)
            {
                _bits = (_bits << 6) | (byte)value;
                if (++_count < 4)
                    continue;
                span[length++] = (byte)(_bits >> 16);
                span[length++] = (byte)(_bits >> 8);
                span[length++] = (byte)_bits;
                _count = 0;
            }
            else if (value == Padding)
            {
                length += Flush(span[length..]);
            }
            else
            {
                IsDamaged |= value == Foreign;
            }
        }
        output.Advance(length);
    }

    public override void Complete(IBufferWriter<byte> output)
    {
        IsDamaged |= _count > 0;
        output.Advance(Flush(output.GetSpan(3)));
    }

    private int Flush(Span<byte> span)
    {
        int octets = _count switch { 2 => 1, 3 => 2, _ => 0 };
        IsDamaged |= _count == 1;
        uint aligned = _bits << (6 * (4 - _count));
        for (int i = 0; i < octets; i++)
            span[i] = (byte)(aligned >> (16 - (8 * i)));
        _count = 0;
        return octets;
    }

    private static sbyte[] MakeValues()
    {
        var values = new sbyte[256];
        Array.Fill(values, Foreign);
        ReadOnlySpan<byte> alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;
        for (int i = 0; i < alphabet.Length; i++)
            values[alphabet[i]] = (sbyte)i;
        foreach (byte blank in " \t\r\n"u8)
            values[blank] = Blank;
        values['='] = Padding;
        return values;
    }
}
