using System.Buffers;

namespace DirMail.Mail.Mime;

/// <summary>The octets of the header being read, up to the limits of one header and of all together. What is beyond is dropped silently.</summary>
internal sealed class HeaderOctets
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);
    private int _length, _lineStart;
    private int _left = MimeReader.MaxAllHeaderOctets;

    public ReadOnlySpan<byte> Octets => _buffer.AsSpan(0, _length);

    public void StartLine() => _lineStart = _length;

    /// <summary>Takes back the line begun last: it was a boundary.</summary>
    public void DropLine() => _length = _lineStart;

    public void Add(ReadOnlySpan<byte> octets)
    {
        int room = Math.Min(MimeReader.MaxHeaderOctets, _left) - _length;
        if (octets.Length > room)
            octets = octets[..room];
        if (octets.Length > _buffer.Length - _length)
            Grow(_length + octets.Length);
        octets.CopyTo(_buffer.AsSpan(_length));
        _length += octets.Length;
    }

    /// <summary>Empties it for the next header; false when the limit of all headers is reached.</summary>
    public bool StartNext()
    {
        _left -= _length;
        _length = _lineStart = 0;
        return _left > 0;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Grow(int needed)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _buffer.Length * 2));
        Octets.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
