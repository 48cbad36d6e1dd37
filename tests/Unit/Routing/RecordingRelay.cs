using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using DirMail.Ldap.Codec;

namespace DirMail.Unit.Routing;

/// <summary>Hands connections on to a directory and notes, of each, what the client asks.</summary>
internal sealed class RecordingRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _directory;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _relays = [];
    private readonly Task _accepting;

    public RecordingRelay(string url)
    {
        _directory = new(IPAddress.Loopback, new Uri(url).Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url => $"ldap://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Requests of each connection that there was, in order.</summary>
    public ConcurrentQueue<ConcurrentQueue<LdapOperation>> Connections { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_relays);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _relays.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException)
        {
            // disposed
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        var asked = new ConcurrentQueue<LdapOperation>();
        Connections.Enqueue(asked);
        using TcpClient from = client;
        using var to = new TcpClient();
        try
        {
            await to.ConnectAsync(_directory, _stop.Token);
            Task answers = to.GetStream().CopyToAsync(from.GetStream(), _stop.Token);
            await Task.WhenAny(answers, AskAsync(from.GetStream(), to.GetStream(), asked));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or IOException)
        {
            // one of the two has gone
        }
    }

    /// <summary>Noted before it is handed on: what was answered is in the notes.</summary>
    private async Task AskAsync(NetworkStream from, NetworkStream to, ConcurrentQueue<LdapOperation> asked)
    {
        byte[] octets = new byte[65536];
        for (int have = 0, read; (read = await from.ReadAsync(octets.AsMemory(have), _stop.Token)) > 0;)
        {
            byte[] came = octets[have..(have + read)];
            var buffer = new ReadOnlySequence<byte>(octets, 0, have + read);
            while (LdapCodec.Read(ref buffer, octets.Length, out LdapMessage? message, out _) == LdapReadStatus.Message)
                asked.Enqueue(message!.Operation);
            have = (int)buffer.Length;
            buffer.ToArray().CopyTo(octets, 0);
            await to.WriteAsync(came, _stop.Token);
        }
    }
}
