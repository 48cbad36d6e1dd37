using System.Net;
using System.Net.Sockets;
using System.Text;
using DirMail.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Wire;

/// <summary>Who is let in, and who speaks for whom.</summary>
public sealed class ConnectionLimitsTests
{
    private const string Busy = "421 busy\r\n";

    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);
    private static readonly IReadOnlyList<IPNetwork> Proxies = [IPNetwork.Parse("127.0.0.9/32")];

    [Fact]
    public async Task One_client_has_no_more_than_its_share_and_is_told()
    {
        await using Listener listener = Make(new() { MaxPerClient = 1, IsExempt = static address => address.Equals(IPAddress.Parse("127.0.0.3")) });
        IPEndPoint endpoint = await listener.AddAsync(AnyPort, CancellationToken.None);
        using Peer first = await Peer.ConnectAsync(endpoint, "127.0.0.2");
        Assert.Equal("127.0.0.2 127.0.0.1", await first.LineAsync());
        using Peer second = await Peer.ConnectAsync(endpoint, "127.0.0.2"), other = await Peer.ConnectAsync(endpoint, "127.0.0.4");
        Assert.Equal(Busy, await second.RestAsync());
        Assert.Equal("127.0.0.4 127.0.0.1", await other.LineAsync());
        using Peer exempt = await Peer.ConnectAsync(endpoint, "127.0.0.3"), exemptToo = await Peer.ConnectAsync(endpoint, "127.0.0.3");
        Assert.Equal("127.0.0.3 127.0.0.1", await exempt.LineAsync());
        Assert.Equal("127.0.0.3 127.0.0.1", await exemptToo.LineAsync());
        // the place is free again when the first has gone
        first.Dispose();
        string? greeted;
        do
        {
            using Peer again = await Peer.ConnectAsync(endpoint, "127.0.0.2");
            greeted = await again.LineAsync();
        }
        while (greeted == Busy.TrimEnd());
        Assert.Equal("127.0.0.2 127.0.0.1", greeted);
    }

    [Fact]
    public async Task All_listeners_together_take_no_more_than_the_limit()
    {
        var counts = new ConnectionCounts(new() { Max = 2 });
        await using Listener smtp = Sharing(counts), imap = Sharing(counts);
        IPEndPoint one = await smtp.AddAsync(AnyPort, CancellationToken.None), two = await imap.AddAsync(AnyPort, CancellationToken.None);
        using Peer first = await Peer.ConnectAsync(one), second = await Peer.ConnectAsync(two);
        Assert.NotNull(await first.LineAsync());
        Assert.NotNull(await second.LineAsync());
        using Peer third = await Peer.ConnectAsync(two);
        Assert.Equal(Busy, await third.RestAsync());
        Assert.Equal((2, 1, 1), (counts.Open, smtp.Open, imap.Open));
    }

    [Fact]
    public async Task One_domain_does_not_take_the_places_of_all()
    {
        await using Listener listener = Make(new() { MaxPerDomain = 1, DomainAt = static address => address.Equals(IPAddress.Parse("127.0.70.1")) ? "bcd.com" : null });
        IPEndPoint host = await listener.AddAsync(AnyPort, CancellationToken.None);
        IPEndPoint bcd = await listener.AddAsync(new(IPAddress.Parse("127.0.70.1"), 0), CancellationToken.None);
        using Peer first = await Peer.ConnectAsync(bcd);
        Assert.NotNull(await first.LineAsync());
        using Peer second = await Peer.ConnectAsync(bcd), elsewhere = await Peer.ConnectAsync(host);
        Assert.Equal(Busy, await second.RestAsync());
        Assert.Equal("127.0.0.1 127.0.0.1", await elsewhere.LineAsync());
    }

    /// <summary>RFC 4291 2.5.4: one customer has a whole /64.</summary>
    [Fact]
    public void A_client_of_IPv6_is_its_network()
    {
        var counts = new ConnectionCounts(new() { MaxPerClient = 1 });
        Assert.Null(counts.Enter(IPAddress.Parse("2001:db8::1"), IPAddress.IPv6Loopback, out ConnectionPlace place));
        Assert.Equal(ConnectionRefusal.Client, counts.Enter(IPAddress.Parse("2001:db8::ffff:2"), IPAddress.IPv6Loopback, out _));
        Assert.Null(counts.Enter(IPAddress.Parse("2001:db8:0:1::1"), IPAddress.IPv6Loopback, out _));
        counts.Leave(place);
        Assert.Null(counts.Enter(IPAddress.Parse("2001:db8::2"), IPAddress.IPv6Loopback, out _));
    }

    [Fact]
    public async Task A_proxy_s_word_stands_for_both_addresses_and_counts()
    {
        await using Listener listener = Make(new() { MaxPerClient = 1 });
        IPEndPoint endpoint = await listener.AddAsync(AnyPort, CancellationToken.None);
        using Peer first = await Peer.ConnectAsync(endpoint, "127.0.0.9");
        await first.SendAsync("PROXY TCP4 192.0.2.7 127.0.70.1 4711 25\r\n");
        Assert.Equal("192.0.2.7 127.0.70.1", await first.LineAsync());
        using Peer second = await Peer.ConnectAsync(endpoint, "127.0.0.9"), other = await Peer.ConnectAsync(endpoint, "127.0.0.9"), own = await Peer.ConnectAsync(endpoint, "127.0.0.9");
        await second.SendAsync("PROXY TCP4 192.0.2.7 127.0.70.1 4712 25\r\n");
        Assert.Equal(Busy, await second.RestAsync());
        await other.SendAsync("PROXY TCP4 192.0.2.8 127.0.70.1 4711 25\r\nhello\r\n");
        Assert.Equal("192.0.2.8 127.0.70.1", await other.LineAsync());
        Assert.Equal("hello", await other.LineAsync());
        await own.SendAsync("PROXY UNKNOWN\r\n");
        Assert.Equal("127.0.0.9 127.0.0.1", await own.LineAsync());
    }

    [Theory]
    [InlineData("EHLO x\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 127.0.70.1 4711\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x31\x11\0\0")]
    public async Task A_proxy_without_a_proper_header_is_closed(string said)
    {
        await using Listener listener = Make(new());
        IPEndPoint endpoint = await listener.AddAsync(AnyPort, CancellationToken.None);
        using Peer peer = await Peer.ConnectAsync(endpoint, "127.0.0.9");
        await peer.SendAsync(said);
        Assert.Equal("", await peer.RestAsync());
    }

    [Fact]
    public async Task From_anybody_else_a_header_is_a_line_like_any_other()
    {
        await using Listener listener = Make(new());
        IPEndPoint endpoint = await listener.AddAsync(AnyPort, CancellationToken.None);
        using Peer peer = await Peer.ConnectAsync(endpoint, "127.0.0.8");
        await peer.SendAsync("PROXY TCP4 192.0.2.7 127.0.70.1 4711 25\r\n");
        Assert.Equal("127.0.0.8 127.0.0.1", await peer.LineAsync());
        Assert.Equal("PROXY TCP4 192.0.2.7 127.0.70.1 4711 25", await peer.LineAsync());
    }

    [Fact]
    public async Task A_header_may_stand_before_TLS()
    {
        await using var folder = new TemporaryFolder();
        var settings = new ListenerSettings { ProxyFrom = Proxies, ImplicitTls = SelfMadeCertificate.LoadOrMake(folder.Path, "mail.abc.com", TimeProvider.System) };
        await using var listener = new Listener("test", settings, EchoAsync, NullLogger.Instance);
        IPEndPoint endpoint = await listener.AddAsync(AnyPort, CancellationToken.None);
        using Peer peer = await Peer.ConnectAsync(endpoint, "127.0.0.9");
        await peer.SendAsync("PROXY TCP6 2001:db8::7 2001:db8::9 4711 465\r\n");
        await peer.StartTlsAsync();
        Assert.Equal("2001:db8::7 2001:db8::9", await peer.LineAsync());
    }

    private static Listener Make(ConnectionLimits limits) => Sharing(new(limits));

    private static Listener Sharing(ConnectionCounts counts) => new("test", new() { Counts = counts, Busy = Busy, ProxyFrom = Proxies }, EchoAsync, NullLogger.Instance);

    private static async Task EchoAsync(Connection connection, CancellationToken token)
    {
        connection.Write($"{connection.Remote.Address} {connection.Local.Address}\r\n");
        await connection.FlushAsync(token);
        while (await connection.ReadLineAsync(100, Pair.Soon, token) is { Status: LineStatus.Ok } line)
        {
            connection.Write(line.Octets.Span);
            connection.Write("\r\n");
            await connection.FlushAsync(token);
        }
    }

    private sealed class Peer(TcpClient client) : IDisposable
    {
        private Stream _stream = client.GetStream();

        public static async Task<Peer> ConnectAsync(IPEndPoint endpoint, string from = "127.0.0.1")
        {
            var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
            await client.ConnectAsync(endpoint);
            return new(client);
        }

        public async Task SendAsync(string text) => await _stream.WriteAsync(Encoding.Latin1.GetBytes(text));

        public async Task StartTlsAsync()
        {
            var tls = new System.Net.Security.SslStream(_stream, false, static (_, _, _, _) => true);
            await tls.AuthenticateAsClientAsync("mail.abc.com").WaitAsync(Pair.Soon);
            _stream = tls;
        }

        /// <summary>Null at the end.</summary>
        public async Task<string?> LineAsync()
        {
            string text = await UntilAsync('\n');
            return text.Length == 0 ? null : text.TrimEnd();
        }

        public Task<string> RestAsync() => UntilAsync(null);

        public void Dispose() => client.Dispose();

        private async Task<string> UntilAsync(char? end)
        {
            var text = new StringBuilder();
            var octet = new byte[1];
            try
            {
                while ((end is null || !text.ToString().EndsWith(end.Value)) && await _stream.ReadAsync(octet).AsTask().WaitAsync(Pair.Soon) == 1)
                    text.Append((char)octet[0]);
            }
            catch (IOException)
            {
                // closed with octets of ours unread
            }
            return text.ToString();
        }
    }
}
