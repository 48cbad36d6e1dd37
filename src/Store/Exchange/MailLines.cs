namespace DirMail.Store.Exchange;

/// <summary>Reads a stream in lines without their ends (LF, or CR LF); one that is very long comes in pieces.</summary>
internal sealed class MailLines(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start, _end;
    private bool _isAtEnd;

    /// <summary>Null at the end. Valid until the next call.</summary>
    public async ValueTask<MailLine?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (newline >= 0)
                return Take(newline, 1);
            if (_isAtEnd || (_start == 0 && _end == _buffer.Length))
                return _start == _end ? null : Take(_end - _start, 0);
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private MailLine Take(int length, int endOctets)
    {
        int from = _start;
        _start += length + endOctets;
        // a piece keeps its CR back: its LF may be the next octet
        if (length > 0 && _buffer[from + length - 1] == '\r' && (endOctets > 0 || !_isAtEnd))
        {
            length--;
            if (endOctets == 0)
                _start--;
        }
        return new(_buffer.AsMemory(from, length), endOctets > 0);
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _isAtEnd = read == 0;
        _end += read;
    }
}

/// <param name="IsWhole">Its end was seen; false: the line goes on in the next piece, or the stream ended without one.</param>
internal readonly record struct MailLine(ReadOnlyMemory<byte> Octets, bool IsWhole);
