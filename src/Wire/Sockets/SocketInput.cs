using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace DirMail.Wire;

/// <summary>Reads from a socket into memory that is held only while it keeps something unread.</summary>
internal sealed class SocketInput(SocketTransport transport) : PipeReader
{
    private const int FewOctets = 4 * 1024, ManyOctets = 64 * 1024, WorthWhile = 512;

    private Piece? _first, _last;
    private int _start;
    private int _pieceOctets = FewOctets;
    private bool _isExamined = true;
    private bool _isDrained = true;
    private bool _isEnded;
    private bool _isCompleted;
    private int _cancelled;

    public override bool TryRead(out ReadResult result)
    {
        if (Volatile.Read(ref _cancelled) != 0 && Interlocked.Exchange(ref _cancelled, 0) != 0)
        {
            result = new(Unread(), isCanceled: true, _isEnded);
            return true;
        }
        if (_isExamined && !_isEnded && !Receive())
        {
            result = default;
            return false;
        }
        result = new(Unread(), isCanceled: false, _isEnded);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        return TryRead(out ReadResult result) ? new(result) : WaitAsync(cancellationToken);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_first is null)
        {
            _isExamined = true;
            return;
        }
        _isExamined = examined.GetObject() == _last && examined.GetInteger() == _last!.Filled;
        var upTo = (Piece)consumed.GetObject()!;
        _start = consumed.GetInteger();
        while (_first != upTo)
            Drop();
        if (_first == _last && _start == _last!.Filled)
            Drop();
        else if (_start == _first!.Filled && _first.Next is not null)
        {
            Drop();
            _start = 0;
        }
    }

    public override void CancelPendingRead()
    {
        Volatile.Write(ref _cancelled, 1);
        transport.Readable.Signal();
    }

    public override void Complete(Exception? exception = null)
    {
        _isCompleted = _isEnded = true;
        while (_first is not null)
            Drop();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(CancellationToken cancellationToken)
    {
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static readable => ((Readiness)readable!).Signal(), transport.Readable);
        try
        {
            while (true)
            {
                await transport.Readable.WaitAsync();
                _isDrained = false;
                cancellationToken.ThrowIfCancellationRequested();
                if (TryRead(out ReadResult result))
                    return result;
            }
        }
        finally
        {
            registration.Unregister();
        }
    }

    /// <summary>Whatever has come. False: nothing.</summary>
    private bool Receive()
    {
        if (!transport.Readable.Take() && _isDrained)
            return false;
        ObjectDisposedException.ThrowIf(_isCompleted, this);
        Piece? last = _last is not null && _last.Octets.Length - _last.Filled >= WorthWhile ? _last : null;
        Piece into = last ?? new Piece(ArrayPool<byte>.Shared.Rent(_pieceOctets));
        Span<byte> room = into.Octets.AsSpan(into.Filled);
        int? octets;
        try
        {
            octets = transport.Receive(room);
        }
        catch
        {
            if (last is null)
                into.Release();
            throw;
        }
        if (octets is null or 0)
        {
            if (last is null)
                into.Release();
            _isDrained = true;
            _isEnded = octets == 0;
            return _isEnded;
        }
        _isDrained = octets < room.Length && !transport.HasEnd;
        _pieceOctets = octets < room.Length ? FewOctets : Math.Min(_pieceOctets * 4, ManyOctets);
        into.Fill(octets.Value);
        if (last is null)
            Append(into);
        _isExamined = false;
        return true;
    }

    private void Append(Piece piece)
    {
        if (_last is null)
            (_first, _start) = (piece, 0);
        else
            _last.Append(piece);
        _last = piece;
    }

    private void Drop()
    {
        Piece gone = _first!;
        _first = (Piece?)gone.Next;
        if (_first is null)
            (_last, _start) = (null, 0);
        gone.Release();
    }

    private ReadOnlySequence<byte> Unread() => _first is null ? default : new(_first, _start, _last!, _last!.Filled);

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] octets) => Octets = octets;

        public byte[] Octets { get; }

        public int Filled { get; private set; }

        public void Fill(int more)
        {
            Filled += more;
            Memory = Octets.AsMemory(0, Filled);
        }

        public void Append(Piece next)
        {
            next.RunningIndex = RunningIndex + Filled;
            Next = next;
        }

        public void Release() => ArrayPool<byte>.Shared.Return(Octets);
    }
}
