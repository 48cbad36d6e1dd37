using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace DirMail.Transcripts;

/// <summary>One client of a transcript: sends octets, at once or one by one, and reads lines.</summary>
internal sealed class Client : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly List<byte> _unread = [];
    private readonly Socket _socket;
    private readonly bool _oneByOne;
    private readonly Received _received;
    private Stream _stream;
    private DeflateStream? _inflate, _deflate;

    private Client(Socket socket, bool oneByOne)
    {
        (_socket, _oneByOne) = (socket, oneByOne);
        _stream = _received = new Received(socket);
    }

    /// <param name="proxied">Whom a proxy speaks for; null: nobody is in between.</param>
    public static async Task<Client> ConnectAsync(IPEndPoint server, bool oneByOne, string? proxied)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (proxied is not null)
            socket.Bind(new IPEndPoint(TestServer.Proxy, 0));
        await socket.ConnectAsync(server);
        var client = new Client(socket, oneByOne);
        if (proxied is not null)
            await client.SendAsync($"PROXY TCP4 {proxied} {server.Address} 4711 {server.Port}\r\n");
        return client;
    }

    /// <summary>The server closed with some of ours unread: what it had said last may be lost.</summary>
    public bool WasReset { get; private set; }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(byte[] octets)
    {
        try
        {
            foreach (ReadOnlyMemory<byte> piece in _oneByOne ? octets.Chunk(1).Select(static one => (ReadOnlyMemory<byte>)one) : [octets])
                await WriteAsync(piece);
        }
        catch (IOException)
        {
            // the server closed first: what it said before is read next
        }
    }

    /// <summary>The next line without its end; null at the end of the connection.</summary>
    public async Task<string?> ReadLineAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        var buffer = new byte[4096];
        while (true)
        {
            int end = _unread.IndexOf((byte)'\n');
            if (end >= 0)
            {
                string line = Encoding.UTF8.GetString([.. _unread[..end]]).TrimEnd('\r');
                _unread.RemoveRange(0, end + 1);
                return line;
            }
            int read = await ReadAsync(buffer, limit.Token);
            if (read == 0)
                return null;
            _unread.AddRange(buffer.AsSpan(0, read));
        }
    }

    public async Task StartTlsAsync()
    {
        // our own test server's self-made certificate: the handshake is what is tested, not the trust
        var tls = new SslStream(_stream, false, static (_, _, _, _) => true);
        await _received.TakeAsync(() => tls.AuthenticateAsClientAsync("mail.abc.com"));
        _stream = tls;
    }

    /// <param name="isHeardOnly">What is sent goes as it is: garbage to who inflates it.</param>
    public void StartDeflate(bool isHeardOnly = false)
    {
        _inflate = new DeflateStream(_stream, CompressionMode.Decompress);
        _deflate = isHeardOnly ? null : new DeflateStream(_stream, CompressionMode.Compress);
    }

    /// <summary>The server sees that no more will come; it may still answer.</summary>
    public async Task EndSendingAsync()
    {
        try
        {
            if (_stream is SslStream tls)
                await _received.TakeAsync(tls.ShutdownAsync);
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception ended) when (ended is SocketException or IOException)
        {
            // the server closed first
        }
    }

    /// <summary>Everything until the end of the connection.</summary>
    public async Task<byte[]> ReadToEndAsync(CancellationToken cancellationToken)
    {
        var heard = new MemoryStream();
        heard.Write([.. _unread]);
        _unread.Clear();
        var buffer = new byte[8192];
        while (await ReadAsync(buffer, cancellationToken) is var read and > 0)
            heard.Write(buffer, 0, read);
        return heard.ToArray();
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task WriteAsync(ReadOnlyMemory<byte> piece)
    {
        await (_deflate ?? _stream).WriteAsync(piece);
        await (_deflate ?? _stream).FlushAsync();
    }

    private async Task<int> ReadAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            int read = 0;
            await _received.TakeAsync(async () => read = await (_inflate ?? _stream).ReadAsync(buffer, cancellationToken));
            return read;
        }
        catch (IOException)
        {
            WasReset = true;
            return 0;
        }
    }

    /// <summary>
    /// What the server sends. <see cref="SslStream"/> does not keep its goodbye from a read of another task, and OpenSSL's state of a connection bears one thread at a time: so there are turns,
    /// and a read leaves the turn to others while it waits for the server.
    /// </summary>
    private sealed class Received(Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        private readonly SemaphoreSlim _turn = new(1);

        public async Task TakeAsync(Func<Task> useAsync)
        {
            await _turn.WaitAsync();
            try
            {
                await useAsync();
            }
            finally
            {
                _turn.Release();
            }
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _turn.Release();
            try
            {
                return await base.ReadAsync(buffer, cancellationToken);
            }
            finally
            {
                await _turn.WaitAsync(CancellationToken.None);
            }
        }
    }
}
