using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace DirMail.Unit.Servers.Pop3;

/// <summary>The other end of a dialogue written as lines: "&gt; sent", "&lt; expected", where a "*" at the end stands for any rest.</summary>
internal sealed class Pop3Client : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly TcpClient _client;
    private Stream _stream;
    private StreamReader _reader;

    private Pop3Client(TcpClient client)
    {
        _client = client;
        _stream = client.GetStream();
        _reader = new(_stream, Encoding.UTF8);
    }

    public string Greeting { get; private set; } = "";

    public static async Task<Pop3Client> OpenAsync(IPEndPoint server)
    {
        var tcp = new TcpClient(new IPEndPoint(IPAddress.Loopback, 0)) { NoDelay = true };
        await tcp.ConnectAsync(server);
        var client = new Pop3Client(tcp);
        client.Greeting = await client.LineAsync() ?? "";
        return client;
    }

    public async Task TalkAsync(params string[] lines)
    {
        foreach (string line in lines)
        {
            if (line.StartsWith("> ", StringComparison.Ordinal))
                await SendAsync(line[2..] + "\r\n");
            else if (line.EndsWith('*'))
                Assert.StartsWith(line[2..^1], await LineAsync(), StringComparison.Ordinal);
            else
                Assert.Equal(line.Length > 2 ? line[2..] : "", await LineAsync());
        }
    }

    public async Task SendAsync(string text) => await _stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Null at the end of the connection.</summary>
    public async Task<string?> LineAsync()
    {
        try
        {
            return await _reader.ReadLineAsync().WaitAsync(Soon);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The lines of a multi-line response after the first, up to the dot; with the dots that were put before them.</summary>
    public async Task<IReadOnlyList<string>> LinesAsync()
    {
        var lines = new List<string>();
        while (await LineAsync() is { } line && line != ".")
            lines.Add(line);
        return lines;
    }

    public async Task StartTlsAsync()
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false, static (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("mail.bcd.com");
        _stream = tls;
        _reader = new(tls, Encoding.UTF8);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _client.Dispose();
    }
}
