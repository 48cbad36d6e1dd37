namespace DirMail.Mail.Mime;

/// <summary>The line that the last piece ended in the middle of: how long it is so far and, when it may be a boundary, its first octets.</summary>
internal sealed class PartialLine
{
    // longer than any boundary that is accepted, its dashes and some blanks
    private const int MaxKept = Boundary.MaxOctets + 32;

    private byte[] _kept = [];
    private int _keptLength;

    /// <summary>Octets of the line so far; 0 at a line's start.</summary>
    public long Length { get; private set; }

    public bool IsKept => Length > 0 && _keptLength > 0;

    public ReadOnlySpan<byte> Octets => _kept.AsSpan(0, _keptLength);

    public void Clear()
    {
        Length = 0;
        _keptLength = 0;
    }

    /// <summary>The line is no boundary: only its length counts.</summary>
    public void Skip(int octets)
    {
        Length += octets;
        _keptLength = 0;
    }

    public void Keep(ReadOnlySpan<byte> piece)
    {
        if (_kept.Length == 0)
            _kept = new byte[MaxKept];
        ReadOnlySpan<byte> fits = piece[..Math.Min(piece.Length, MaxKept - _keptLength)];
        fits.CopyTo(_kept.AsSpan(_keptLength));
        _keptLength += fits.Length;
        Length += piece.Length;
    }

    /// <summary>The whole line; cut when it is longer than any boundary.</summary>
    public ReadOnlySpan<byte> Join(ReadOnlySpan<byte> piece)
    {
        if (Length == 0)
            return piece;
        long length = Length;
        Keep(piece);
        Length = length;
        return Octets;
    }

    /// <summary>Whether the line that <paramref name="next"/> begins or continues has begun with "--", or still can.</summary>
    public bool MayBecomeBoundary(ReadOnlySpan<byte> next) =>
        Length == 0 ? next[0] == '-' && (next.Length == 1 || next[1] == '-')
        : _keptLength > 0 && (Length > 1 || next[0] == '-');
}
