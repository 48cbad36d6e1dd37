using System.Net.Sockets;
using System.Text;
using DirMail.Admin;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Unit.Routing;
using DirMail.Unit.Store;
using DirMail.Unit.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Admin;

/// <summary>The control server on a socket in a folder of its own, over the example directory and an empty store.</summary>
internal sealed class ControlledServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private TestStore _store = null!;
    private ControlServer _server = null!;
    private Adoption _adoption = null!;
    private GoneAccounts _gone = null!;
    private TransferServices _transfer = null!;

    public ExampleDirectory Directory { get; } = ExampleDirectory.Load();
    public ControlClient Client { get; private set; } = null!;
    public string Folder => _folder.Path;
    public TestClock Clock => _store.Clock;

    /// <summary>Whose held removals were accepted, in order; null: all.</summary>
    public List<EntryId?> Accepted { get; } = [];

    public static async Task<ControlledServer> StartAsync(Action<string>? prepare = null)
    {
        var server = new ControlledServer();
        prepare?.Invoke(server.Folder);
        server._store = await TestStore.OpenAsync();
        server._transfer = new TransferServices { Store = server._store.Store, Live = server.Directory.Live, Settings = new(), Trail = new(NullLogger.Instance), Logger = NullLogger.Instance, Clock = server._store.Clock };
        server._adoption = new(server._transfer);
        server._gone = new(server._transfer);
        server._server = await ControlServer.StartAsync(server.Facts(), NullLoggerFactory.Instance, CancellationToken.None);
        server.Client = new ControlClient(server.Folder);
        return server;
    }

    /// <summary>A message in that domain's queue, due in an hour.</summary>
    public Task QueueAsync(string domain, string destination, params string[] recipients) => QueueInAsync(ChannelNames.Smtp, domain, destination, recipients);

    /// <inheritdoc cref="QueueAsync"/>
    public async Task QueueInAsync(string channel, string domain, string destination, params string[] recipients)
    {
        VirtualDomain sender = Directory.Domain(domain);
        QueuedMessage message = Samples.Queued(Clock, recipients) with
        {
            Domain = sender.Id,
            Channel = channel,
            Destination = destination,
            Identity = new(sender.Id, sender.VirtualHostName ?? sender.Name, sender.VirtualAddresses[0], null),
            NextAttempt = Clock.GetUtcNow() + TimeSpan.FromHours(1),
        };
        Assert.IsType<CommitResult.Stored>(await _store.CommitAsync(Samples.Message(), new() { Queued = [message] }));
    }

    /// <summary>The state of the domain keeps its outgoing mail here from now on.</summary>
    public Task HoldAsync(string domain) => _store.Store.Queue.HoldAsync(Directory.Domain(domain).Id, ChannelNames.Smtp, Clock.GetUtcNow(), CancellationToken.None);

    /// <summary>What the server answers to a request line, octet by octet.</summary>
    public async Task<string> AskAsync(string requestLine)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(Folder, ControlServer.SocketName)));
        await socket.SendAsync(Encoding.Latin1.GetBytes($"{requestLine} HTTP/1.1\r\nHost: dirmail\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(new NetworkStream(socket), Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        await _gone.DisposeAsync();
        await _adoption.DisposeAsync();
        await _store.DisposeAsync();
        await _folder.DisposeAsync();
    }

    public ControlFacts Facts() => new()
    {
        Live = Directory.Live,
        Store = _store.Store,
        Adoption = _adoption,
        Gone = _gone,
        Grace = TimeSpan.FromDays(30),
        Injection = new(_transfer),
        Transfer = new(),
        UnderWay = (_, channel) => channel == ChannelNames.Smtp ? 3 : 0,
        MaxMessageOctets = 1024 * 1024,
        MailExchangers = (domain, _) => Task.FromResult($"10 mx.{domain}"),
        ClientName = client => Task.FromResult<ClientName>(client.ToString() == "192.0.2.9" ? new ClientName.Checked(["office.example.org"]) : ClientName.Untold),
        Routes = new([new("relayed.test", "smtp", "relay.example", 587) { Sender = "bcd.com", RequiresTls = true, Login = new("bcd", "/none") }, new("xyz.test", "smtp", "127.0.0.1", 2526)]),
        Directory = () => new("ldap://127.0.0.1:1", true, Clock.GetUtcNow(), null, null),
        AcceptRemovals = (domain, _) =>
        {
            Accepted.Add(domain);
            return Task.FromResult(domain is null ? 60 : 12);
        },
        Listeners = () => [new("smtp", "127.0.0.1:2525", 3, null)],
        AddressProblem = _ => null,
        Sessions = () => 7,
        DataFolder = Folder,
        Clock = Clock,
    };
}
