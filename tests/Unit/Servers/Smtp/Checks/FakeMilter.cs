using System.Net;
using System.Net.Sockets;
using DirMail.Transcripts;

namespace DirMail.Unit.Servers.Smtp.Checks;

/// <summary>Takes one connection after the other, and notes what it hears.</summary>
internal sealed class FakeMilter : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<string> _heard = [], _macros = [];
    private readonly Task _serving;
    private TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TcpClient? _client;

    public FakeMilter()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public EndPoint Endpoint => _listener.LocalEndpoint;
    public uint Actions { get; set; } = 0x1;
    public uint Steps { get; set; }

    /// <summary>By what was heard; "c" when nothing is set.</summary>
    public Func<string, string[]> Answers { get; set; } = static _ => ["c"];

    public int Connections { get; private set; }

    /// <summary>Once a connection has ended.</summary>
    public async Task<string[]> HeardAsync()
    {
        await _ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
        lock (_heard)
            return [.. _heard];
    }

    /// <summary>What it was told beside the commands, once a connection has ended: "D|", the letter of the stage, names and values.</summary>
    public async Task<string[]> MacrosAsync()
    {
        await HeardAsync();
        lock (_heard)
            return [.. _macros];
    }

    public async Task<string> StagesAsync() => string.Concat((await HeardAsync()).Select(static line => line[0]));

    public async Task LeaveAsync()
    {
        _client!.Client.Shutdown(SocketShutdown.Both);
        await _ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            using (_client = await _listener.AcceptTcpClientAsync())
            {
                Connections++;
                _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
                try
                {
                    await TalkAsync(_client.GetStream());
                }
                catch (IOException)
                {
                    // it left first
                }
            }
            _ended.TrySetResult();
        }
    }

    private async Task TalkAsync(NetworkStream stream)
    {
        while (await MilterPackets.ReadAsync(stream) is { Length: > 0 } packet)
        {
            char kind = packet[0];
            string line = $"{kind}|{packet[1..].Replace('\0', '|')}";
            if (kind != 'O')
                lock (_heard)
                    (kind == 'D' ? _macros : _heard).Add(line);
            if (kind == 'Q')
                return;
            string[] answers = kind switch { 'O' => [MilterPackets.Agreed(Actions, Steps)], 'A' or 'D' => [], _ => Answers(line) };
            foreach (string text in answers)
                await MilterPackets.WriteAsync(stream, text);
        }
    }
}
