using System.Net;
using System.Net.Sockets;
using DirMail.Wire;

namespace DirMail.Unit.Wire;

public sealed class DialerTests
{
    private static readonly List<Socket> Waiting = [];

    [Theory]
    [InlineData("127.0.70.1")]
    [InlineData("127.0.70.2")]
    [InlineData(null)]
    [InlineData(null, "::1")]
    [InlineData("::1", "::1")]
    public async Task The_peer_sees_the_source_address(string? source, string peer = "127.0.0.1")
    {
        using var server = new TcpListener(IPAddress.Parse(peer), 0);
        server.Start();
        var result = Assert.IsType<DialResult.Connected>(await DialAsync(source, (IPEndPoint)server.LocalEndpoint));
        await using Connection connection = result.Connection;
        using Socket seen = await server.AcceptSocketAsync();
        Assert.Equal(IPAddress.Parse(source ?? peer), ((IPEndPoint)seen.RemoteEndPoint!).Address);
        Assert.Equal(seen.RemoteEndPoint, connection.Local);
        Assert.Equal(server.LocalEndpoint, connection.Remote);
    }

    [Fact]
    public async Task An_address_of_another_host_is_not_available()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var result = Assert.IsType<DialResult.SourceNotAvailable>(await DialAsync("192.0.2.77", (IPEndPoint)server.LocalEndpoint));
        Assert.Contains("192.0.2.77", result.Reason, StringComparison.Ordinal);
        Assert.False(server.Pending());
    }

    [Fact]
    public async Task A_refused_connection_is_a_value()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var free = (IPEndPoint)server.LocalEndpoint;
        server.Stop();
        var result = Assert.IsType<DialResult.Failed>(await DialAsync(null, free));
        Assert.Contains("refused", result.Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_a_value_and_a_wait_for_it_can_be_given_up()
    {
        using Socket server = Full();
        var silent = (IPEndPoint)server.LocalEndPoint!;
        var result = Assert.IsType<DialResult.Failed>(await Dialer.ConnectAsync(null, silent, TimeSpan.FromMilliseconds(50), CancellationToken.None).WaitAsync(Pair.Soon));
        Assert.Contains("did not answer", result.Reason, StringComparison.Ordinal);
        using var giveUp = new CancellationTokenSource();
        Task<DialResult> dialling = Dialer.ConnectAsync(null, silent, Pair.Soon, giveUp.Token);
        Assert.False(dialling.IsCompleted);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialling.WaitAsync(Pair.Soon));
    }

    [Fact]
    public async Task A_family_that_this_host_does_not_know_is_a_value() =>
        Assert.IsType<DialResult.Failed>(await Dialer.ConnectAsync(null, new Unknown(), Pair.Soon, CancellationToken.None));

    /// <summary>Listens, and takes no more clients: the kernel drops those who come.</summary>
    private static Socket Full()
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server.Listen(1);
        for (int i = 0; i < 16; i++)
        {
            // kept: closed, it would make room
            var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _ = client.ConnectAsync(server.LocalEndPoint!);
            Waiting.Add(client);
        }
        return server;
    }

    /// <summary>As IPv6 is where it was left out of the kernel.</summary>
    private sealed class Unknown() : IPEndPoint(IPAddress.Loopback, 25)
    {
        public override AddressFamily AddressFamily => AddressFamily.AppleTalk;
    }

    private static Task<DialResult> DialAsync(string? source, IPEndPoint destination) =>
        Dialer.ConnectAsync(source is null ? null : IPAddress.Parse(source), destination, Pair.Soon, CancellationToken.None);
}
