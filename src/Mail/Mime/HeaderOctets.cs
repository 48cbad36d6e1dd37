using System.Buffers;

namespace DirMail.Mail.Mime;

/// <summary>The octets of the header being read, up to the limits of one header and of all together. What is beyond is dropped silently.</summary>
internal sealed class HeaderOctets
{
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(4096);
    private int length, lineStart;
    private int left = MimeReader.MaxAllHeaderOctets;

    public ReadOnlySpan<byte> Octets => buffer.AsSpan(0, length);

    public void StartLine() => lineStart = length;

    /// <summary>Takes back the line begun last: it was a boundary.</summary>
    public void DropLine() => length = lineStart;

    public void Add(ReadOnlySpan<byte> octets)
    {
        int room = Math.Min(MimeReader.MaxHeaderOctets, left) - length;
        if (octets.Length > room)
            octets = octets[..room];
        if (octets.Length > buffer.Length - length)
            Grow(length + octets.Length);
        octets.CopyTo(buffer.AsSpan(length));
        length += octets.Length;
    }

    /// <summary>Empties it for the next header; false when the limit of all headers is reached.</summary>
    public bool StartNext()
    {
        left -= length;
        length = lineStart = 0;
        return left > 0;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private void Grow(int needed)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, buffer.Length * 2));
        Octets.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
