using System.IO.Pipelines;

namespace DirMail.Wire;

/// <summary>
/// Writes into the memory of the pipe below and tells it of a whole piece at once: a pipe takes a lock for each of its calls, and a response is written in many small steps. What was written
/// reaches the pipe when the piece is full, and with the flush.
/// </summary>
internal sealed class ConnectionOutput(PipeWriter below) : PipeWriter
{
    private Memory<byte> _piece;
    private int _written;

    public override bool CanGetUnflushedBytes => below.CanGetUnflushedBytes;

    public override long UnflushedBytes => below.UnflushedBytes + _written;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_piece.Length - _written < Math.Max(sizeHint, 1))
        {
            HandDown();
            _piece = below.GetMemory(sizeHint);
        }
        return _piece[_written..];
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_piece.Length - _written), nameof(bytes));
        _written += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        HandDown();
        return below.FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush() => below.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        HandDown();
        below.Complete(exception);
    }

    public override ValueTask CompleteAsync(Exception? exception = null)
    {
        HandDown();
        return below.CompleteAsync(exception);
    }

    /// <summary>Tells the pipe of what was written. The piece is not used any more: after the next flush it may be another's.</summary>
    public void HandDown()
    {
        if (_written > 0)
            below.Advance(_written);
        (_piece, _written) = (default, 0);
    }
}
