using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DirMail.Demo;

/// <summary>A receiving mail server that notes who came: for each message the peer's address, the EHLO name, the envelope sender and the content.</summary>
internal sealed class Sink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Arrival> _arrivals = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Task _accepting;

    public Sink()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public IReadOnlyCollection<Arrival> Arrivals => _arrivals;

    /// <summary>Waits until <paramref name="count"/> messages have come in all, or the time is up.</summary>
    public async Task WaitAsync(int count, TimeSpan atMost, CancellationToken cancellationToken)
    {
        long end = Environment.TickCount64 + (long)atMost.TotalMilliseconds;
        while (_arrivals.Count < count && Environment.TickCount64 < end)
            await _arrived.WaitAsync(TimeSpan.FromMilliseconds(Math.Max(1, end - Environment.TickCount64)), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _arrived.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = TalkAsync(client);
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        try
        {
            using TcpClient owned = client;
            using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
            await using var writer = new StreamWriter(client.GetStream(), Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
            await writer.WriteLineAsync("220 sink.xyz.test ESMTP");
            var arrival = new Arrival(((IPEndPoint)client.Client.RemoteEndPoint!).Address.ToString(), "", "", "");
            while (await reader.ReadLineAsync(_stop.Token) is { } line)
                arrival = await AnswerAsync(line, arrival, reader, writer);
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // the peer left, or the demo is over
        }
    }

    private async Task<Arrival> AnswerAsync(string line, Arrival arrival, StreamReader reader, StreamWriter writer)
    {
        switch (line.Split(' ', ':')[0].ToUpperInvariant())
        {
            case "EHLO":
            case "HELO":
                arrival = arrival with { HelloName = line[5..] };
                break;
            case "MAIL":
                arrival = arrival with { Sender = line[(line.IndexOf('<') + 1)..line.IndexOf('>')] };
                break;
            case "RCPT":
                arrival = arrival with { Recipient = line[(line.IndexOf('<') + 1)..line.IndexOf('>')] };
                break;
            case "DATA":
                await writer.WriteLineAsync("354 go on");
                var content = new StringBuilder();
                for (string? text; (text = await reader.ReadLineAsync(_stop.Token)) != ".";)
                    content.Append(text ?? throw new IOException("the peer left before the dot: no message")).Append('\n');
                _arrivals.Enqueue(arrival with { Content = content.ToString() });
                _arrived.Release();
                break;
            case "QUIT":
                await writer.WriteLineAsync("221 bye");
                throw new IOException("done");
        }
        await writer.WriteLineAsync("250 ok");
        return arrival;
    }
}

/// <summary>What the sink saw of one message.</summary>
internal sealed record Arrival(string Peer, string HelloName, string Sender, string Content)
{
    /// <summary>The last.</summary>
    public string Recipient { get; init; } = "";
}
