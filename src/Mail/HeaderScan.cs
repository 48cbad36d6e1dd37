namespace DirMail.Mail;

/// <summary>Walks over the fields of a header block without copying them. Ends at the blank line; lines that are no field are passed over with their folds.</summary>
internal ref struct HeaderScan(ReadOnlySpan<byte> octets)
{
    private readonly ReadOnlySpan<byte> _octets = octets;
    private int _position;

    /// <summary>Of the field found last, within the block.</summary>
    public int Offset { get; private set; }

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>As it lies there: with folds and line end.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Next()
    {
        while (_position < _octets.Length && !AtBlankLine())
        {
            Offset = _position;
            _position = EndOfField();
            Length = _position - Offset;
            ReadOnlySpan<byte> field = _octets.Slice(Offset, Length);
            int colon = field.IndexOf((byte)':');
            if (colon <= 0)
                continue;
            ReadOnlySpan<byte> name = field[..colon].TrimEnd(" \t"u8);
            if (name.IsEmpty || name.ContainsAnyExceptInRange((byte)33, (byte)126))
                continue;
            Name = name;
            Value = field[(colon + 1)..];
            return true;
        }
        return false;
    }

    private readonly bool AtBlankLine() =>
        _octets[_position] == '\n' || (_octets[_position] == '\r' && _position + 1 < _octets.Length && _octets[_position + 1] == '\n');

    private readonly int EndOfField()
    {
        int end = _position;
        do
        {
            int lineEnd = _octets[end..].IndexOf((byte)'\n');
            if (lineEnd < 0)
                return _octets.Length;
            end += lineEnd + 1;
        }
        while (end < _octets.Length && _octets[end] is (byte)' ' or (byte)'\t');
        return end;
    }
}
