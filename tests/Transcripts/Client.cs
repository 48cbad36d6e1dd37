using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace DirMail.Transcripts;

/// <summary>One client of a transcript: sends octets, at once or one by one, and reads lines.</summary>
internal sealed class Client(Socket socket, bool oneByOne) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly List<byte> _unread = [];
    private Stream _stream = new NetworkStream(socket, ownsSocket: true);
    private DeflateStream? _inflate, _deflate;

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
            foreach (ReadOnlyMemory<byte> piece in oneByOne ? octets.Chunk(1).Select(static one => (ReadOnlyMemory<byte>)one) : [octets])
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
        await tls.AuthenticateAsClientAsync("mail.abc.com");
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
                await tls.ShutdownAsync();
            socket.Shutdown(SocketShutdown.Send);
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
            return await (_inflate ?? _stream).ReadAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            WasReset = true;
            return 0;
        }
    }
}
