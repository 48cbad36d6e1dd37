using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DirMail.Interop;

/// <summary>A receiving mail server that takes the whole message and does not answer the final dot before the test says so.</summary>
internal sealed class HoldingSink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _received = new();
    private readonly Task _accepting;
    private int _connections;

    public HoldingSink()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Subjects of the messages that came up to their dots, answered or not.</summary>
    public IReadOnlyCollection<string> Received => _received;

    /// <summary>How many have come in all.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public Task<int> ReceivesAsync(int count) => Eventually.SeesAsync(() => Task.FromResult(_received.Count), seen => seen >= count);

    /// <summary>Whoever waits is told that his message is taken, and so are all that come.</summary>
    public void Answer() => _answers.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            Interlocked.Increment(ref _connections);
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
            while (await reader.ReadLineAsync(_stop.Token) is { } line && line != "QUIT")
            {
                if (line == "DATA")
                    await TakeAsync(reader, writer);
                await writer.WriteLineAsync("250 ok");
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // the peer left, or the test is over
        }
    }

    private async Task TakeAsync(StreamReader reader, StreamWriter writer)
    {
        await writer.WriteLineAsync("354 go on");
        string subject = "";
        for (string? text; (text = await reader.ReadLineAsync(_stop.Token)) != ".";)
            if ((text ?? throw new IOException("the peer left before the dot: no message")).StartsWith("Subject: ", StringComparison.Ordinal))
                subject = text["Subject: ".Length..];
        _received.Enqueue(subject);
        await _answers.Task.WaitAsync(_stop.Token);
    }
}
