using System.Security.Cryptography;

namespace DirMail.Mail.Dkim;

/// <summary>SHA-256 over the canonical body as it streams by, in any pieces (RFC 6376 3.4.3, 3.4.4, 3.4.5, 3.7). Memory does not grow with the message.</summary>
public sealed class BodyHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Canonicalization _way;
    private readonly long _limit;
    private readonly byte[] _buffer = new byte[4096];
    private int _buffered;
    private long _emptyLines;
    private bool _blank, _afterCr, _hasText;

    /// <param name="way">Of the body.</param>
    /// <param name="octets">How many of the canonical octets count (l=); null: all.</param>
    public BodyHash(Canonicalization way, long? octets) => (_way, _limit) = (way, octets ?? long.MaxValue);

    /// <summary>Of the canonical body, signed or not.</summary>
    public long Octets { get; private set; }

    public void Write(ReadOnlySpan<byte> octets)
    {
        if (_afterCr && !octets.IsEmpty)
        {
            _afterCr = false;
            if (octets[0] == '\n')
                octets = EndLine(octets[1..]);
            else
                Text("\r"u8);
        }
        while (!octets.IsEmpty)
        {
            int cr = octets.IndexOf((byte)'\r');
            Line(cr < 0 ? octets : octets[..cr]);
            if (cr < 0)
                return;
            octets = octets[(cr + 1)..];
            if (octets.IsEmpty)
                _afterCr = true;
            else if (octets[0] == '\n')
                octets = EndLine(octets[1..]);
            else
                Text("\r"u8);
        }
    }

    /// <summary>After the last octet. Empty lines at the end do not count; a last line has an end.</summary>
    public byte[] Complete()
    {
        if (_afterCr)
            Text("\r"u8);
        if (_hasText || _way == Canonicalization.Simple)
            Put("\r\n"u8);
        Flush();
        return _hash.GetHashAndReset();
    }

    public void Dispose() => _hash.Dispose();

    private ReadOnlySpan<byte> EndLine(ReadOnlySpan<byte> rest)
    {
        _emptyLines++;
        _blank = false;
        return rest;
    }

    /// <summary>A piece of a line without its end.</summary>
    private void Line(ReadOnlySpan<byte> piece)
    {
        if (_way == Canonicalization.Simple)
        {
            Text(piece);
            return;
        }
        while (!piece.IsEmpty)
        {
            int end = piece.IndexOfAny((byte)' ', (byte)'\t');
            Text(end < 0 ? piece : piece[..end]);
            if (end < 0)
                return;
            _blank = true;
            piece = piece[end..].TrimStart(" \t"u8);
        }
    }

    private void Text(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return;
        for (; _emptyLines > 0; _emptyLines--)
            Put("\r\n"u8);
        if (_blank)
            Put(" "u8);
        _blank = false;
        _hasText = true;
        Put(text);
    }

    private void Put(ReadOnlySpan<byte> octets)
    {
        int counting = (int)Math.Clamp(_limit - Octets, 0, octets.Length);
        Octets += octets.Length;
        octets = octets[..counting];
        if (octets.Length > _buffer.Length - _buffered)
            Flush();
        if (octets.Length > _buffer.Length)
        {
            _hash.AppendData(octets);
            return;
        }
        octets.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += octets.Length;
    }

    private void Flush()
    {
        _hash.AppendData(_buffer.AsSpan(0, _buffered));
        _buffered = 0;
    }
}
