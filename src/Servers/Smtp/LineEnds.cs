namespace DirMail.Servers.Smtp;

/// <summary>Whether every CR is followed by LF and every LF follows CR, over pieces cut anywhere.</summary>
internal sealed class LineEnds
{
    private bool _afterCr;

    /// <summary>At the end of the message there is nothing to come after a CR.</summary>
    public bool EndsWithCr => _afterCr;

    /// <summary>False as soon as a bare CR or LF was seen; a CR at the very end is judged with the next piece.</summary>
    public bool AreProper(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            if (_afterCr && octets[0] != '\n')
                return false;
            if (_afterCr)
                octets = octets[1..];
            int at = octets.IndexOfAny((byte)'\r', (byte)'\n');
            _afterCr = at >= 0 && octets[at] == '\r';
            if (at < 0)
                return true;
            if (!_afterCr)
                return false;
            octets = octets[(at + 1)..];
        }
        return true;
    }
}
