using System.Net;
using System.Net.Sockets;
using System.Text;
using DirMail.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Wire;

public sealed class ListenerTests
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [Fact]
    public async Task Endpoints_come_and_go_while_open_connections_go_on()
    {
        await using Listener listener = Make(EchoAsync);
        IPEndPoint first = await listener.AddAsync(AnyPort, CancellationToken.None);
        IPEndPoint second = await listener.AddAsync(new(IPAddress.Parse("127.0.70.1"), 0), CancellationToken.None);
        Assert.Equal(2, listener.Endpoints.Count);
        using TcpClient client = await ConnectAsync(second);
        await listener.RemoveAsync(second);
        Assert.Equal([first], listener.Endpoints);
        Assert.Equal("hello 127.0.70.1\r\n", await TalkAsync(client, "hello"));
        await Assert.ThrowsAnyAsync<SocketException>(() => ConnectAsync(second));
    }

    [Fact]
    public async Task A_taken_port_names_endpoint_and_reason()
    {
        await using Listener holder = Make(EchoAsync), other = Make(EchoAsync);
        IPEndPoint taken = await holder.AddAsync(AnyPort, CancellationToken.None);
        ListenException error = await Assert.ThrowsAsync<ListenException>(() => other.AddAsync(taken, CancellationToken.None));
        Assert.Equal($"{taken} is in use by another program", error.Message);
    }

    [Fact]
    public async Task An_address_of_another_host_is_told_as_such()
    {
        await using Listener listener = Make(EchoAsync);
        ListenException error = await Assert.ThrowsAsync<ListenException>(() => listener.AddAsync(new(IPAddress.Parse("192.0.2.77"), 2525), CancellationToken.None));
        Assert.Equal("192.0.2.77:2525 is not an address of this host", error.Message);
    }

    [Fact]
    public async Task An_exception_in_a_session_ends_that_connection_only()
    {
        await using Listener listener = Make((connection, token) => connection.Remote.Address.Equals(IPAddress.Loopback) ? EchoAsync(connection, token) : throw new InvalidOperationException("bug"));
        IPEndPoint endpoint = await listener.AddAsync(AnyPort, CancellationToken.None);
        using TcpClient good = await ConnectAsync(endpoint), bad = await ConnectAsync(endpoint, IPAddress.Parse("127.0.70.9"));
        Assert.Equal(0, await bad.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Pair.Soon));
        Assert.Equal("still 127.0.0.1\r\n", await TalkAsync(good, "still"));
    }

    [Fact]
    public async Task A_drain_lets_sessions_say_goodbye_and_aborts_the_deaf()
    {
        var deaf = new TaskCompletionSource();
        await using Listener listener = Make(async (connection, token) =>
        {
            try
            {
                await connection.ReadLineAsync(100, Pair.Soon, token);
            }
            catch (OperationCanceledException)
            {
                connection.Write("bye\r\n");
                await connection.FlushAsync(CancellationToken.None);
            }
            if (connection.Remote.Address.Equals(IPAddress.Parse("127.0.70.9")))
                await deaf.Task;
        });
        IPEndPoint endpoint = await listener.AddAsync(AnyPort, CancellationToken.None);
        using TcpClient polite = await ConnectAsync(endpoint), silent = await ConnectAsync(endpoint, IPAddress.Parse("127.0.70.9"));
        while (listener.Open < 2)
            await Task.Yield();
        Task draining = listener.DrainAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal("bye\r\n", await ReadLineAsync(polite));
        Assert.Equal("bye\r\n", await ReadLineAsync(silent));
        await Assert.ThrowsAsync<IOException>(() => silent.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Pair.Soon));
        deaf.SetResult();
        await draining;
        Assert.Equal(0, listener.Open);
    }

    [Fact]
    public async Task Implicit_tls_comes_before_the_session()
    {
        await using var folder = new TemporaryFolder();
        SelfMadeCertificate certificate = SelfMadeCertificate.LoadOrMake(folder.Path, "mail.abc.com", TimeProvider.System);
        await using Listener listener = Make(EchoAsync, new() { ImplicitTls = certificate });
        IPEndPoint endpoint = await listener.AddAsync(AnyPort, CancellationToken.None);
        var dialled = Assert.IsType<DialResult.Connected>(await Dialer.ConnectAsync(null, endpoint, Pair.Soon, CancellationToken.None));
        await using Connection client = dialled.Connection;
        Assert.True(await client.StartClientTlsAsync("mail.abc.com", ServerCheck.None, CancellationToken.None));
        client.Write("x\r\n");
        await client.FlushAsync(CancellationToken.None);
        Assert.Equal("x 127.0.0.1", Encoding.UTF8.GetString((await client.ReadLineAsync(100, Pair.Soon, CancellationToken.None)).Octets.Span));
    }

    private static Listener Make(Func<Connection, CancellationToken, Task> serve, ListenerSettings? settings = null) => new("test", settings ?? new(), serve, NullLogger.Instance);

    private static async Task EchoAsync(Connection connection, CancellationToken token)
    {
        while (await connection.ReadLineAsync(100, Pair.Soon, token) is { Status: LineStatus.Ok } line)
        {
            connection.Write(line.Octets.Span);
            connection.Write($" {connection.Local.Address}\r\n");
            await connection.FlushAsync(token);
        }
    }

    private static async Task<TcpClient> ConnectAsync(IPEndPoint endpoint, IPAddress? from = null)
    {
        var client = new TcpClient(new IPEndPoint(from ?? IPAddress.Loopback, 0));
        try
        {
            await client.ConnectAsync(endpoint);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static async Task<string> TalkAsync(TcpClient client, string line)
    {
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"));
        return await ReadLineAsync(client);
    }

    private static async Task<string> ReadLineAsync(TcpClient client)
    {
        var text = new StringBuilder();
        var octet = new byte[1];
        while (!text.ToString().EndsWith('\n') && await client.GetStream().ReadAsync(octet).AsTask().WaitAsync(Pair.Soon) == 1)
            text.Append((char)octet[0]);
        return text.ToString();
    }
}
