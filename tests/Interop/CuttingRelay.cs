using System.Net;
using System.Net.Sockets;

namespace DirMail.Interop;

/// <summary>Hands connections on to a directory, and cuts each after so many octets of its answers, as a server that dies in the middle of them does.</summary>
internal sealed class CuttingRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _port;
    private readonly Task _accepting;
    private CancellationTokenSource _open = new();
    private long _cutAfter = long.MaxValue;
    private int _cuts;

    public CuttingRelay(int port)
    {
        _port = port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url => $"ldap://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>How many connections were cut in the middle.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Ends the connections that are open; later ones are cut after so many octets. Null: they are not.</summary>
    public void CutAfter(long? octets)
    {
        Volatile.Write(ref _cutAfter, octets ?? long.MaxValue);
        Interlocked.Exchange(ref _open, new()).Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        _open.Cancel();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
            _ = RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token), _open.Token);
    }

    private async Task RelayAsync(TcpClient client, CancellationToken end)
    {
        using TcpClient from = client;
        using var to = new TcpClient();
        try
        {
            await to.ConnectAsync(IPAddress.Loopback, _port, end);
            Task asking = from.GetStream().CopyToAsync(to.GetStream(), end);
            await AnswerAsync(to.GetStream(), from.GetStream(), end);
            from.Client.Close(0);
            to.Client.Close(0);
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // one of the two left, or the test cut it
        }
    }

    private async Task AnswerAsync(NetworkStream from, NetworkStream to, CancellationToken end)
    {
        var buffer = new byte[512];
        for (long left = Volatile.Read(ref _cutAfter); left > 0;)
        {
            int octets = await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), end);
            if (octets == 0)
                return;
            await to.WriteAsync(buffer.AsMemory(0, octets), end);
            left -= octets;
        }
        Interlocked.Increment(ref _cuts);
    }
}
