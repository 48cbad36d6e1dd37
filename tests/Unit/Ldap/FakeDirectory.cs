using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;

namespace DirMail.Unit.Ldap;

/// <summary>A listener on loopback for one client: what the client says can be awaited, and the test says what is answered.</summary>
internal sealed class FakeDirectory : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<LdapMessage> _heard = Channel.CreateUnbounded<LdapMessage>();
    private readonly TaskCompletionSource<Stream> _stream = new();
    private readonly Task _running;

    /// <summary>For a server that takes connections and nothing else: the system accepts, nobody reads.</summary>
    public static FakeDirectory Deaf() => new(isDeaf: true);

    public FakeDirectory(Func<Stream, Task<Stream>>? secure = null)
        : this(isDeaf: false, secure)
    {
    }

    private FakeDirectory(bool isDeaf, Func<Stream, Task<Stream>>? secure = null)
    {
        _listener.Start();
        Server = new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);
        _running = isDeaf ? Task.CompletedTask : RunAsync(secure ?? Task.FromResult);
    }

    public LdapServer Server { get; }

    /// <summary>Whether a second client has connected, who is never heard.</summary>
    public bool IsCalledAgain => _listener.Pending();

    /// <summary>The next message; fails when the client has gone.</summary>
    public Task<LdapMessage> HearAsync() => _heard.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public async Task<LdapMessage> HearAsync<T>() where T : LdapOperation
    {
        LdapMessage message = await HearAsync();
        Assert.IsType<T>(message.Operation);
        return message;
    }

    /// <summary>Answers the next request, which must be a bind.</summary>
    public async Task AnswerBindAsync(LdapResultCode code = LdapResultCode.Success) => await SayAsync((await HearAsync<LdapOperation.BindRequest>()).Id, new LdapOperation.BindResponse(new(code)));

    public async Task SayAsync(int id, LdapOperation operation, params LdapControl[] controls) => await SayAsync(LdapCodec.Write(new LdapMessage(id, operation, controls)));

    public async Task SayAsync(byte[] octets) => await (await _stream.Task).WriteAsync(octets);

    public async Task HangUpAsync() => await (await _stream.Task).DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        if (_stream.Task.IsCompletedSuccessfully)
            await HangUpAsync();
        await _running;
    }

    private async Task RunAsync(Func<Stream, Task<Stream>> secure)
    {
        try
        {
            Stream stream = await secure(new NetworkStream(await _listener.AcceptSocketAsync(), ownsSocket: true));
            _stream.SetResult(stream);
            await ListenAsync(stream);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            _stream.TrySetCanceled();
        }
        _heard.Writer.TryComplete();
    }

    private async Task ListenAsync(Stream stream)
    {
        byte[] octets = new byte[65536];
        for (int have = 0, read; (read = await stream.ReadAsync(octets.AsMemory(have))) > 0;)
        {
            var buffer = new ReadOnlySequence<byte>(octets, 0, have + read);
            while (LdapCodec.Read(ref buffer, octets.Length, out LdapMessage? message, out _) == LdapReadStatus.Message)
                await _heard.Writer.WriteAsync(message!);
            have = (int)buffer.Length;
            buffer.ToArray().CopyTo(octets, 0);
        }
    }
}
