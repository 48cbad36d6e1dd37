using System.Net;
using System.Net.Sockets;
using System.Text;
using DirMail.Wire;

namespace DirMail.Unit.Wire;

/// <summary>The two ends of one TCP connection on loopback: ours as <see cref="Connection"/>, the peer's as a plain stream.</summary>
internal sealed class Pair : IAsyncDisposable
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private Pair(Connection ours, Socket peer)
    {
        Ours = ours;
        PeerSocket = peer;
        Peer = new NetworkStream(peer, ownsSocket: true);
    }

    public Connection Ours { get; }
    public Socket PeerSocket { get; }
    public NetworkStream Peer { get; }

    public static async Task<Pair> OpenAsync()
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await peer.ConnectAsync(listening.LocalEndPoint!);
        return new(Connection.Over(await listening.AcceptAsync()), peer);
    }

    public async Task SendAsync(string text) => await Peer.WriteAsync(Encoding.UTF8.GetBytes(text));

    public async Task<(LineStatus Status, string Text)> LineAsync(int max = 1000, TimeSpan? deadline = null)
    {
        Line line = await Ours.ReadLineAsync(max, deadline ?? Soon, CancellationToken.None);
        return (line.Status, Encoding.UTF8.GetString(line.Octets.Span));
    }

    /// <summary>What the peer receives, until that many octets came or the end.</summary>
    public async Task<string> PeerReadsAsync(int octets)
    {
        var buffer = new byte[octets];
        int read = await Peer.ReadAtLeastAsync(buffer, octets, throwOnEndOfStream: false).AsTask().WaitAsync(Soon);
        return Encoding.UTF8.GetString(buffer, 0, read);
    }

    public async ValueTask DisposeAsync()
    {
        await Peer.DisposeAsync();
        await Ours.DisposeAsync();
    }
}
