using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;

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
    private static readonly TimeSpan ProxyHeaderLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(10);

    private readonly SocketTransport _transport;
    private readonly ConnectionInput _input;
    private PipeWriter _output;
    private TlsLayer? _tls;
    private DeflateLayer? _deflate;

    private Connection(SocketTransport transport, TimeProvider clock)
    {
        _transport = transport;
        _input = new ConnectionInput(transport.Input, clock);
        _output = transport.Output;
        Local = AddressOf(transport.Local);
        Remote = AddressOf(transport.Remote);
    }

    /// <summary>On a connected socket, which belongs to the connection from now on, also when this throws.</summary>
    /// <exception cref="SocketException">It is not connected any more.</exception>
    public static Connection Over(Socket socket) => new(new SocketTransport(socket), TimeProvider.System);

    /// <summary>Connects the socket, which belongs to the connection from now on, also when this throws.</summary>
    /// <exception cref="IOException">It cannot be connected; the message is the system's word for why.</exception>
    internal static async Task<Connection> OpenAsync(Socket socket, IPEndPoint destination, CancellationToken cancellationToken) =>
        new(await SocketTransport.ConnectAsync(socket, destination, cancellationToken), TimeProvider.System);

    /// <summary>The address of ours that the client came to: behind a proxy that speaks for it, the proxy's. Likewise <see cref="Remote"/>.</summary>
    public IPEndPoint Local { get; private set; }

    public IPEndPoint Remote { get; private set; }

    /// <summary>Under TLS now.</summary>
    public bool IsProtected => _tls is not null;

    /// <summary>"TLSv1.3" and the like for Received (RFC 8314 4.3); null without TLS.</summary>
    public string? TlsVersion => _tls?.Version;

    /// <summary>"TLS_AES_256_GCM_SHA384" and the like; null without TLS.</summary>
    public string? TlsCipher => _tls?.Cipher;

    /// <summary>The host name that the client asked for in its TLS hello (SNI), lower-case; null: none.</summary>
    public string? ServerName => _tls?.ServerName;

    /// <summary>Why the last handshake failed, for logs; null when none did.</summary>
    public string? TlsFailure { get; private set; }

    /// <summary>
    /// Octets from the peer, after decryption. Only the owner's loop reads. Read content with <see cref="ReadAsync(ContentPace, CancellationToken)"/> or <see cref="ReadExactlyAsync"/>, which know
    /// deadlines; a read of this pipe itself may be woken (IsCanceled) without a cause.
    /// </summary>
    public PipeReader Input => _input.Pipe;

    /// <summary>Octets to the peer; <see cref="FlushAsync"/> sends them.</summary>
    public PipeWriter Output => _output;

    /// <summary>
    /// Reads one line ended by CR LF, without its end. Too long lines are read over to their end and told as such; a bare LF ends no line and is told as
    /// <see cref="LineStatus.Malformed"/> together with NULs and bare CRs. The line's octets are valid until the next line is read.
    /// </summary>
    /// <param name="maxOctets">Without the line's end.</param>
    /// <param name="deadline">Time for the whole line, after which <see cref="LineStatus.TimedOut"/> is returned: a peer that drips octets gains nothing.</param>
    public ValueTask<Line> ReadLineAsync(int maxOctets, TimeSpan deadline, CancellationToken cancellationToken) => _input.ReadLineAsync(maxOctets, deadline, cancellationToken);

    /// <summary>
    /// Whatever has arrived, at least one octet. With <see cref="LineStatus.Ok"/> the caller advances <see cref="Input"/> before the next read.
    /// Interruptions are left for the next <see cref="ReadLineAsync"/>.
    /// </summary>
    public ValueTask<Chunk> ReadAsync(TimeSpan deadline, CancellationToken cancellationToken) => _input.ReadAsync(deadline, cancellationToken);

    /// <summary>The same for content of unknown length: a peer that is too slow for the pace is told as <see cref="LineStatus.TimedOut"/>.</summary>
    public ValueTask<Chunk> ReadAsync(ContentPace pace, CancellationToken cancellationToken) => _input.ReadAsync(pace, cancellationToken);

    /// <summary>Content of known length (a literal, BDAT), handed over in pieces as it arrives. Stops at the first status that is not Ok.</summary>
    /// <param name="take">Gets each piece; it is valid only during the call.</param>
    /// <param name="idle">For each piece, and the start of a <see cref="ContentPace"/> for all.</param>
    public async Task<LineStatus> ReadExactlyAsync(long octets, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> take, TimeSpan idle, CancellationToken cancellationToken)
    {
        var pace = new ContentPace(idle);
        while (octets > 0)
        {
            Chunk chunk = await ReadAsync(pace, cancellationToken);
            if (chunk.Status != LineStatus.Ok)
                return chunk.Status;
            ReadOnlySequence<byte> part = chunk.Octets.Slice(0, Math.Min(octets, chunk.Octets.Length));
            foreach (ReadOnlyMemory<byte> piece in part)
                await take(piece, cancellationToken);
            octets -= part.Length;
            Input.AdvanceTo(part.End);
        }
        return LineStatus.Ok;
    }

    /// <summary>The peer has sent more than was read. Under TLS: as far as it is decrypted.</summary>
    public bool HasUnread => _input.HasUnread;

    /// <summary>Makes the <see cref="ReadLineAsync"/> under way, or the next one, return <see cref="LineStatus.Interrupted"/>. Callable from any thread; once per interruption.</summary>
    public void Interrupt() => _input.Interrupt();

    /// <summary>
    /// The next read waits until so many octets have come, or the end, or its deadline: for replies that surely come one after the other, each of which would wake the reader by itself.
    /// </summary>
    /// <param name="octets">The least that can come (under TLS it is more).</param>
    public void ExpectAtLeast(int octets)
    {
        if (!_input.IsOver)
            _transport.Expect(octets);
    }

    /// <summary>Queues ASCII/UTF-8 text; no flush.</summary>
    public void Write(string text)
    {
        if (!_input.IsOver)
            Encoding.UTF8.GetBytes(text, _output);
    }

    public void Write(ReadOnlySpan<byte> octets)
    {
        if (!_input.IsOver)
            _output.Write(octets);
    }

    /// <summary>
    /// Sends what was written. Returns when the peer (or the buffers between) took it, or when the peer is gone. Cancelled while it waits, it aborts the
    /// connection: nobody knows how much of a half-sent flush has left.
    /// </summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_input.IsOver)
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
        if (!_input.DiscardPlainText())
            Abort();
        await FlushAsync(cancellationToken);
        return await ShakeHandsAsync("server", (tls, limit) => tls.AcceptAsync(certificates, Local.Address, limit), cancellationToken);
    }

    /// <summary>TLS handshake as the client. False: it failed (<see cref="TlsFailure"/>) and the connection is closed.</summary>
    /// <param name="serverName">Told to the server (SNI).</param>
    public Task<bool> StartClientTlsAsync(string serverName, ServerCheck check, CancellationToken cancellationToken)
    {
        if (!_input.DiscardPlainText())
            Abort();
        return ShakeHandsAsync("client", (tls, limit) => tls.ConnectAsync(serverName, check, limit), cancellationToken);
    }

    public bool IsCompressed => _deflate is not null;

    /// <summary>Everything from here on is compressed, both ways (RFC 4978); what was written before must have been flushed.</summary>
    public void StartDeflate()
    {
        _deflate = new DeflateLayer(Input, _output);
        _output = _deflate.Output;
        _input.Pipe = _deflate.Input;
    }

    /// <summary>Ends at once, from any thread; reads return <see cref="LineStatus.Closed"/>.</summary>
    public void Abort()
    {
        _input.IsOver = true;
        _transport.Abort();
        _input.Wake();
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
        _input.Dispose();
    }

    /// <summary>What pipes, sockets and TLS throw when the peer or the connection is gone.</summary>
    internal static bool IsGone(Exception error) =>
        error is IOException or ObjectDisposedException or SocketException or OperationCanceledException { CancellationToken.CanBeCanceled: false };

    /// <summary>Who comes by a Unix socket is on this host: 127.0.0.1, port 0.</summary>
    internal static IPEndPoint AddressOf(EndPoint? end) => end as IPEndPoint ?? new(IPAddress.Loopback, 0);

    /// <summary>Reads the header that a trusted proxy sends first; from then on its words stand for the addresses. False: there was none, or none in time.</summary>
    internal async Task<bool> ReadProxyHeaderAsync(CancellationToken cancellationToken)
    {
        if (await _input.ReadProxyHeaderAsync(ProxyHeaderLimit, cancellationToken) is not { } header)
            return false;
        (Remote, Local) = (header.Client ?? Remote, header.Server ?? Local);
        return true;
    }

    internal Task<bool> StartImplicitTlsAsync(ICertificates certificates, CancellationToken cancellationToken) =>
        ShakeHandsAsync("server", (tls, limit) => tls.AcceptAsync(certificates, Local.Address, limit), cancellationToken);

    private async Task<bool> ShakeHandsAsync(string side, Func<TlsLayer, CancellationToken, Task> shake, CancellationToken cancellationToken)
    {
        var tls = new TlsLayer(_transport);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(HandshakeLimit);
        try
        {
            await shake(tls, limit.Token);
            _tls = tls;
            _output = tls.Output;
            _input.Pipe = tls.Input;
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
        if (_deflate is not null && !_input.IsOver)
            await _deflate.DisposeAsync();
        if (_tls is not null && !_input.IsOver)
            await _tls.ShutdownAsync();
        if (!_input.IsOver)
            await _transport.Output.FlushAsync();
        _input.IsOver = true;
        if (_tls is not null)
            await _tls.DisposeAsync();
        _transport.Dispose();
    }
}
