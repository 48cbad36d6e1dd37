using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace DirMail.Wire;

/// <summary>The reading half of a <see cref="Connection"/>: waits that know deadlines and interruptions. Its pipe is another one after a TLS handshake.</summary>
internal sealed class ConnectionInput : IDisposable
{
    private readonly LineReader _lines = new();
    private readonly TimeProvider _clock;
    private readonly Deadline _deadline;
    private volatile PipeReader _pipe;
    private int _interrupted;
    private volatile bool _isOver;

    public ConnectionInput(PipeReader pipe, TimeProvider clock)
    {
        _pipe = pipe;
        _clock = clock;
        _deadline = new Deadline(clock, Wake);
    }

    public PipeReader Pipe
    {
        get => _pipe;
        set => _pipe = value;
    }

    /// <summary>From now on reads say <see cref="LineStatus.Closed"/>.</summary>
    public bool IsOver
    {
        get => _isOver;
        set => _isOver = value;
    }

    /// <inheritdoc cref="Connection.HasUnread"/>
    public bool HasUnread
    {
        get
        {
            try
            {
                if (_isOver || !_pipe.TryRead(out ReadResult result))
                    return false;
                _pipe.AdvanceTo(result.Buffer.Start);
                return !result.Buffer.IsEmpty;
            }
            catch (Exception gone) when (Connection.IsGone(gone))
            {
                return false;
            }
        }
    }

    /// <inheritdoc cref="Connection.ReadLineAsync"/>
    public ValueTask<Line> ReadLineAsync(int maxOctets, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<Line>(cancellationToken);
        if (TakeInterruption())
            return new(new Line(LineStatus.Interrupted, default));
        PipeReader input = _pipe;
        try
        {
            long scanned = 0;
            if (!_isOver && input.TryRead(out ReadResult result))
            {
                if (_lines.Take(input, result, maxOctets, ref scanned) is { } line)
                    return new(line);
                if (result.IsCompleted)
                    return new(new Line(LineStatus.Closed, default));
            }
            return WaitForLineAsync(maxOctets, deadline, scanned, cancellationToken);
        }
        catch (Exception gone) when (Connection.IsGone(gone))
        {
            return new(new Line(LineStatus.Closed, default));
        }
    }

    /// <inheritdoc cref="Connection.ReadAsync(TimeSpan, CancellationToken)"/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Chunk> ReadAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (_isOver)
            return new(LineStatus.Closed, default);
        PipeReader input = _pipe;
        _deadline.Start(deadline);
        try
        {
            while (true)
            {
                ReadResult result = await input.ReadAsync(cancellationToken);
                if (!result.IsCanceled && !result.Buffer.IsEmpty)
                    return new(LineStatus.Ok, result.Buffer) { IsLast = result.IsCompleted };
                input.AdvanceTo(result.Buffer.Start);
                if (result.IsCompleted && result.Buffer.IsEmpty)
                    return new(LineStatus.Closed, default);
                if (DeadlineHasPassed(result))
                    return new(LineStatus.TimedOut, default);
            }
        }
        catch (Exception gone) when (Connection.IsGone(gone))
        {
            return new(LineStatus.Closed, default);
        }
        finally
        {
            _deadline.Stop();
        }
    }

    /// <inheritdoc cref="Connection.ReadAsync(ContentPace, CancellationToken)"/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Chunk> ReadAsync(ContentPace pace, CancellationToken cancellationToken)
    {
        long began = _clock.GetTimestamp();
        Chunk chunk = await ReadAsync(pace.Patience, cancellationToken);
        pace.Waited(_clock.GetElapsedTime(began), chunk.Octets.Length);
        return chunk;
    }

    /// <summary>What stands before everything else on a connection from a proxy; null: nothing that can be read in time.</summary>
    public async Task<ProxyHeader?> ReadProxyHeaderAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        PipeReader input = _pipe;
        _deadline.Start(deadline);
        try
        {
            while (!_isOver)
            {
                ReadResult result = await input.ReadAsync(cancellationToken);
                bool isWhole = ProxyHeader.TryRead(result.Buffer, out ProxyHeader? header, out SequencePosition consumed);
                input.AdvanceTo(consumed, isWhole ? consumed : result.Buffer.End);
                if (isWhole)
                    return header;
                if (result.IsCompleted || DeadlineHasPassed(result))
                    return null;
            }
        }
        catch (Exception gone) when (Connection.IsGone(gone))
        {
        }
        finally
        {
            _deadline.Stop();
        }
        return null;
    }

    /// <summary>
    /// Drops what stands before the first octet of a handshake record. A client that was quick after a go-ahead already sent keeps its hello;
    /// whatever else arrives in plain text goes to the handshake, which it breaks. False: the connection is gone.
    /// </summary>
    public bool DiscardPlainText()
    {
        const byte HandshakeRecord = 0x16;
        try
        {
            if (!_isOver && _pipe.TryRead(out ReadResult result))
                _pipe.AdvanceTo(result.Buffer.PositionOf(HandshakeRecord) ?? result.Buffer.End);
            return true;
        }
        catch (Exception gone) when (Connection.IsGone(gone))
        {
            return false;
        }
    }

    public void Interrupt()
    {
        Interlocked.Exchange(ref _interrupted, 1);
        Wake();
    }

    // Wake-ups are hints and may come late, early or for nothing; the facts are the flag of the interruption and the clock. The owner goes on where its read ends: not on the thread of whoever wakes it.
    public void Wake() => ThreadPool.UnsafeQueueUserWorkItem(static input => input._pipe.CancelPendingRead(), this, preferLocal: false);

    public void Dispose() => _deadline.Dispose();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Line> WaitForLineAsync(int maxOctets, TimeSpan deadline, long scanned, CancellationToken cancellationToken)
    {
        PipeReader input = _pipe;
        _deadline.Start(deadline);
        try
        {
            while (!_isOver)
            {
                ReadResult result = await input.ReadAsync(cancellationToken);
                if (_lines.Take(input, result, maxOctets, ref scanned) is { } line)
                    return line;
                if (result.IsCompleted)
                    break;
                if (result.IsCanceled && TakeInterruption())
                    return new(LineStatus.Interrupted, default);
                if (DeadlineHasPassed(result))
                    return new(LineStatus.TimedOut, default);
            }
        }
        catch (Exception gone) when (Connection.IsGone(gone))
        {
        }
        finally
        {
            _deadline.Stop();
        }
        return new(LineStatus.Closed, default);
    }

    private bool TakeInterruption() => Volatile.Read(ref _interrupted) != 0 && Interlocked.Exchange(ref _interrupted, 0) != 0;

    private bool DeadlineHasPassed(in ReadResult result)
    {
        if (_deadline.HasPassed)
            return true;
        if (result.IsCanceled)
            _deadline.StartAgain();
        return false;
    }
}
