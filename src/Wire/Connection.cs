using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace DirMail.Wire;

/// <summary>
/// One accepted (or opened) connection, plain or under TLS. One task owns it: one loop reads, parses and writes. Garbage, ends and deadlines are values
/// (<see cref="LineStatus"/>), never exceptions; writing to a connection that is gone is silently dropped, and the next read says <see cref="LineStatus.Closed"/>.
/// </summary>
public sealed class Connection : IAsyncDisposable
{
    /// <summary>A peer that takes nothing of what we send for so long is gone.</summary>
    private static readonly TimeSpan WriteLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(10);

    private readonly ConnectionContext _context;
    private readonly LineReader _lines = new();
    private readonly Deadline _deadline;
    private volatile PipeReader _input;
    private PipeWriter _output;
    private TlsLayer? _tls;
    private int _interrupted;
    private volatile bool _isOver;

    internal Connection(ConnectionContext context, TimeProvider clock)
    {
        _context = context;
        _input = context.Transport.Input;
        _output = context.Transport.Output;
        _deadline = new Deadline(clock, Wake);
        Local = AddressOf(context.LocalEndPoint);
        Remote = AddressOf(context.RemoteEndPoint);
    }

    /// <summary>On a connected socket, which belongs to the connection from now on.</summary>
    public static Connection Over(Socket socket) => new(SocketPipes.Wrap(socket), TimeProvider.System);

    public IPEndPoint Local { get; }

    public IPEndPoint Remote { get; }

    /// <summary>Under TLS now.</summary>
    public bool IsProtected => _tls is not null;

    /// <summary>"TLSv1.3" and the like for Received (RFC 8314 4.3); null without TLS.</summary>
    public string? TlsVersion => _tls?.Version;

    /// <summary>The host name that the client asked for in its TLS hello (SNI), lower-case; null: none.</summary>
    public string? ServerName => _tls?.ServerName;

    /// <summary>Why the last handshake failed, for logs; null when none did.</summary>
    public string? TlsFailure { get; private set; }

    /// <summary>
    /// Octets from the peer, after decryption. Only the owner's loop reads. Read content with <see cref="ReadAsync"/> or <see cref="ReadExactlyAsync"/>, which know
    /// deadlines; a read of this pipe itself may be woken (IsCanceled) without a cause.
    /// </summary>
    public PipeReader Input => _input;

    /// <summary>Octets to the peer; <see cref="FlushAsync"/> sends them.</summary>
    public PipeWriter Output => _output;

    /// <summary>
    /// Reads one line ended by CR LF, without its end. Too long lines are read over to their end and told as such; a bare LF ends no line and is told as
    /// <see cref="LineStatus.Malformed"/> together with NULs and bare CRs. The line's octets are valid until the next line is read.
    /// </summary>
    /// <param name="maxOctets">Without the line's end.</param>
    /// <param name="deadline">Time for the whole line, after which <see cref="LineStatus.TimedOut"/> is returned: a peer that drips octets gains nothing.</param>
    public ValueTask<Line> ReadLineAsync(int maxOctets, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<Line>(cancellationToken);
        if (TakeInterruption())
            return new(new Line(LineStatus.Interrupted, default));
        PipeReader input = _input;
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
        catch (Exception gone) when (IsGone(gone))
        {
            return new(new Line(LineStatus.Closed, default));
        }
    }

    /// <summary>
    /// Content: whatever has arrived, at least one octet. With <see cref="LineStatus.Ok"/> the caller advances <see cref="Input"/> before the next read.
    /// Interruptions are left for the next <see cref="ReadLineAsync"/>.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Chunk> ReadAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (_isOver)
            return new(LineStatus.Closed, default);
        PipeReader input = _input;
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
        catch (Exception gone) when (IsGone(gone))
        {
            return new(LineStatus.Closed, default);
        }
        finally
        {
            _deadline.Stop();
        }
    }

    /// <summary>Content of known length (a literal, BDAT), handed over in pieces as it arrives. Stops at the first status that is not Ok.</summary>
    /// <param name="take">Gets each piece; it is valid only during the call.</param>
    /// <param name="deadline">For each piece.</param>
    public async Task<LineStatus> ReadExactlyAsync(long octets, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> take, TimeSpan deadline, CancellationToken cancellationToken)
    {
        while (octets > 0)
        {
            Chunk chunk = await ReadAsync(deadline, cancellationToken);
            if (chunk.Status != LineStatus.Ok)
                return chunk.Status;
            ReadOnlySequence<byte> part = chunk.Octets.Slice(0, Math.Min(octets, chunk.Octets.Length));
            foreach (ReadOnlyMemory<byte> piece in part)
                await take(piece, cancellationToken);
            octets -= part.Length;
            _input.AdvanceTo(part.End);
        }
        return LineStatus.Ok;
    }

    /// <summary>Makes the <see cref="ReadLineAsync"/> under way, or the next one, return <see cref="LineStatus.Interrupted"/>. Callable from any thread; once per interruption.</summary>
    public void Interrupt()
    {
        Interlocked.Exchange(ref _interrupted, 1);
        Wake();
    }

    /// <summary>Queues ASCII/UTF-8 text; no flush.</summary>
    public void Write(string text)
    {
        if (!_isOver)
            Encoding.UTF8.GetBytes(text, _output);
    }

    public void Write(ReadOnlySpan<byte> octets)
    {
        if (!_isOver)
            _output.Write(octets);
    }

    /// <summary>
    /// Sends what was written. Returns when the peer (or the buffers between) took it, or when the peer is gone. Cancelled while it waits, it aborts the
    /// connection: nobody knows how much of a half-sent flush has left.
    /// </summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_isOver)
            return;
        try
        {
            ValueTask<FlushResult> flush = _output.FlushAsync(CancellationToken.None);
            if (flush.IsCompleted)
                await flush;
            else
                await flush.AsTask().WaitAsync(WriteLimit, cancellationToken);
        }
        catch (Exception gone) when (gone is TimeoutException or OperationCanceledException || IsGone(gone))
        {
            Abort();
            if (gone is OperationCanceledException)
                cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>
    /// TLS handshake as the server. Sends what was written and not yet flushed (the go-ahead) first. Octets that the client sent ahead in plain text are discarded
    /// (CVE-2011-0411). False: the handshake failed and the connection is closed.
    /// </summary>
    public async Task<bool> StartTlsAsync(ICertificates certificates, CancellationToken cancellationToken)
    {
        DiscardPlainText();
        await FlushAsync(cancellationToken);
        return await ShakeHandsAsync("server", (tls, limit) => tls.AcceptAsync(certificates, Local.Address, limit), cancellationToken);
    }

    /// <summary>TLS handshake as the client. False: it failed (<see cref="TlsFailure"/>) and the connection is closed.</summary>
    /// <param name="serverName">Told to the server (SNI).</param>
    public Task<bool> StartClientTlsAsync(string serverName, ServerCheck check, CancellationToken cancellationToken)
    {
        DiscardPlainText();
        return ShakeHandsAsync("client", (tls, limit) => tls.ConnectAsync(serverName, check, limit), cancellationToken);
    }

    /// <summary>Ends at once, from any thread; reads return <see cref="LineStatus.Closed"/>.</summary>
    public void Abort()
    {
        _isOver = true;
        _context.Abort(new ConnectionAbortedException());
        Wake();
    }

    /// <summary>Sends what was written, says goodbye under TLS, and closes; a peer that takes too long is cut off.</summary>
    public async ValueTask DisposeAsync()
    {
        Task closing = CloseAsync();
        try
        {
            await closing.WaitAsync(CloseLimit);
        }
        catch (TimeoutException)
        {
            Abort();
            await closing;
        }
        _deadline.Dispose();
    }

    /// <summary>What pipes, sockets and TLS throw when the peer or the connection is gone.</summary>
    internal static bool IsGone(Exception error) =>
        error is IOException or ObjectDisposedException or SocketException or OperationCanceledException { CancellationToken.CanBeCanceled: false };

    /// <summary>Who comes by a Unix socket is on this host: 127.0.0.1, port 0.</summary>
    internal static IPEndPoint AddressOf(EndPoint? end) => end as IPEndPoint ?? new(IPAddress.Loopback, 0);

    internal Task<bool> StartImplicitTlsAsync(ICertificates certificates, CancellationToken cancellationToken) =>
        ShakeHandsAsync("server", (tls, limit) => tls.AcceptAsync(certificates, Local.Address, limit), cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Line> WaitForLineAsync(int maxOctets, TimeSpan deadline, long scanned, CancellationToken cancellationToken)
    {
        PipeReader input = _input;
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
        catch (Exception gone) when (IsGone(gone))
        {
        }
        finally
        {
            _deadline.Stop();
        }
        return new(LineStatus.Closed, default);
    }

    // Wake-ups are hints and may come late, early or for nothing; the facts are the flag of the interruption and the clock.
    private void Wake() => _input.CancelPendingRead();

    private bool TakeInterruption() => Volatile.Read(ref _interrupted) != 0 && Interlocked.Exchange(ref _interrupted, 0) != 0;

    private bool DeadlineHasPassed(in ReadResult result)
    {
        if (_deadline.HasPassed)
            return true;
        if (result.IsCanceled)
            _deadline.StartAgain();
        return false;
    }

    /// <summary>
    /// Drops what stands before the first octet of a handshake record. A client that was quick after a go-ahead already sent keeps its hello;
    /// whatever else arrives in plain text goes to the handshake, which it breaks.
    /// </summary>
    private void DiscardPlainText()
    {
        const byte HandshakeRecord = 0x16;
        try
        {
            if (_isOver || !_input.TryRead(out ReadResult result))
                return;
            SequencePosition hello = result.Buffer.PositionOf(HandshakeRecord) ?? result.Buffer.End;
            _input.AdvanceTo(hello);
        }
        catch (Exception gone) when (IsGone(gone))
        {
            Abort();
        }
    }

    private async Task<bool> ShakeHandsAsync(string side, Func<TlsLayer, CancellationToken, Task> shake, CancellationToken cancellationToken)
    {
        var tls = new TlsLayer(_context.Transport);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(HandshakeLimit);
        try
        {
            await shake(tls, limit.Token);
            _tls = tls;
            _output = tls.Output;
            _input = tls.Input;
        }
        catch (Exception failure)
        {
            // the stream throws of many kinds for what a peer may send; all of them end this connection only
            TlsFailure = failure is OperationCanceledException ? "no answer in time" : (failure.InnerException ?? failure).Message;
            Abort();
            await tls.DisposeAsync();
        }
        Metrics.Handshake(side, IsProtected);
        return IsProtected;
    }

    private async Task CloseAsync()
    {
        if (_tls is not null && !_isOver)
            await _tls.ShutdownAsync();
        _isOver = true;
        await _context.Transport.Output.CompleteAsync();
        if (_tls is not null)
        {
            await _tls.Input.CompleteAsync();
            _context.Transport.Input.CancelPendingRead();
            await _tls.DisposeAsync();
        }
        await _context.DisposeAsync();
    }
}

/// <summary>One line read. <see cref="Octets"/> is empty unless the status is <see cref="LineStatus.Ok"/>.</summary>
public readonly record struct Line(LineStatus Status, ReadOnlyMemory<byte> Octets);

/// <summary>A piece of content read.</summary>
public readonly record struct Chunk(LineStatus Status, ReadOnlySequence<byte> Octets)
{
    /// <summary>The peer sends no more: a caller that leaves octets for later would be given the same ones again, at once and for ever.</summary>
    public bool IsLast { get; init; }
}

public enum LineStatus
{
    Ok,
    TooLong,

    /// <summary>Bare CR, bare LF or NUL in the line.</summary>
    Malformed,
    TimedOut,

    /// <summary><see cref="Connection.Interrupt"/> was called; nothing of the input is lost.</summary>
    Interrupted,

    /// <summary>The peer closed, or the connection was aborted.</summary>
    Closed,
}
