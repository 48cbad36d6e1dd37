using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace DirMail.Wire;

/// <summary>
/// Gathers what is written, and sends it with the flush, which returns when the system took all of it. Memory is held only in between. What is written to a peer that is gone is dropped, and
/// the flush says that the pipe is completed.
/// </summary>
internal sealed class SocketOutput(SocketTransport transport) : PipeWriter
{
    private const int FewOctets = 4 * 1024, ManyOctets = 64 * 1024;

    private readonly Queue<(byte[] Octets, int Count)> _full = new(0);
    private byte[] _octets = [];
    private int _count;
    private int _sent;
    private volatile bool _isGone;
    private volatile bool _isWaiting;
    private int _cancelled;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _full.Sum(static piece => piece.Count) + _count - _sent;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        int wanted = Math.Max(sizeHint, 1);
        if (_octets.Length - _count < wanted)
            MakeRoom(wanted);
        return _octets.AsMemory(_count);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_octets.Length - _count), nameof(bytes));
        _count += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        if (_isWaiting)
            throw new InvalidOperationException("a flush is under way");
        return TrySendAll() ? new(new FlushResult(isCanceled: false, isCompleted: _isGone)) : WaitAsync(cancellationToken);
    }

    public override void CancelPendingFlush()
    {
        Volatile.Write(ref _cancelled, 1);
        transport.WakeWriter();
    }

    /// <summary>A flush may still be under way: memory that it leaves is not given back.</summary>
    public override void Complete(Exception? exception = null) => _isGone = true;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> WaitAsync(CancellationToken cancellationToken)
    {
        _isWaiting = true;
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static transport => ((SocketTransport)transport!).WakeWriter(), transport);
        try
        {
            do
            {
                await transport.WritableAsync();
                cancellationToken.ThrowIfCancellationRequested();
                if (Interlocked.Exchange(ref _cancelled, 0) != 0)
                    return new(isCanceled: true, isCompleted: _isGone);
            }
            while (!TrySendAll());
            return new(isCanceled: false, isCompleted: _isGone);
        }
        finally
        {
            _isWaiting = false;
            registration.Unregister();
        }
    }

    /// <summary>False: the system takes no more now.</summary>
    private bool TrySendAll()
    {
        if (_isGone)
        {
            Drop();
            return true;
        }
        try
        {
            while (_full.TryPeek(out (byte[] Octets, int Count) piece))
            {
                if (!TrySend(piece.Octets, piece.Count))
                    return false;
                _full.Dequeue();
                ArrayPool<byte>.Shared.Return(piece.Octets);
            }
            if (!TrySend(_octets, _count))
                return false;
        }
        catch (Exception gone) when (Connection.IsGone(gone))
        {
            _isGone = true;
        }
        Drop();
        return true;
    }

    private bool TrySend(byte[] octets, int count)
    {
        _sent += transport.Send(octets.AsSpan(_sent, count - _sent));
        if (_sent < count)
            return false;
        _sent = 0;
        return true;
    }

    /// <summary>One piece that grows is one system call, and at best one packet.</summary>
    private void MakeRoom(int wanted)
    {
        if (_octets.Length >= ManyOctets && _count > 0)
        {
            _full.Enqueue((_octets, _count));
            (_octets, _count) = (ArrayPool<byte>.Shared.Rent(Math.Max(wanted, ManyOctets)), 0);
            return;
        }
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_count + wanted, Math.Clamp(_octets.Length * 4, FewOctets, ManyOctets)));
        _octets.AsSpan(0, _count).CopyTo(larger);
        Return(_octets);
        _octets = larger;
    }

    private void Drop()
    {
        while (_full.TryDequeue(out (byte[] Octets, int Count) piece))
            ArrayPool<byte>.Shared.Return(piece.Octets);
        Return(_octets);
        (_octets, _count, _sent) = ([], 0, 0);
    }

    private static void Return(byte[] octets)
    {
        if (octets.Length > 0)
            ArrayPool<byte>.Shared.Return(octets);
    }
}
