using System.Net;
using DirMail.Ldap;
using DirMail.Ldap.Tree;
using DirMail.Ldap.Tree.Access;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Servers;
using DirMail.Servers.Imap;
using DirMail.Servers.Ldap;
using DirMail.Servers.Pop3;
using DirMail.Servers.Smtp;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Transcripts;

/// <summary>
/// All protocols in this process, on free ports of 127.0.0.1 and the example's virtual addresses, over the embedded directory with ldif/example.ldif,
/// which is followed over LDAP as in the product. The store's checks run when it closes.
/// </summary>
internal sealed class TestServer : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly string[] Addresses = ["127.0.0.1", "127.0.70.1", "127.0.70.2", "127.0.70.11"];

    /// <summary>May say for whom it speaks.</summary>
    public static readonly IPAddress Proxy = IPAddress.Parse("127.0.0.9");

    private readonly Srs _returnAddresses = new([new byte[Srs.KeyOctets]]);
    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-transcript-").FullName;
    private readonly DirectoryTree _tree = DirectoryTree.InMemory(TimeProvider.System);
    private readonly Stack<IAsyncDisposable> _running = new();
    private readonly Dictionary<string, int> _ports = [];
    private LiveTable _live = null!;
    private LdapListener _directory = null!;
    private IAsyncDisposable? _stopped;
    private MessageStore _store = null!;
    private TimeSpan? _longestLoginDelay;
    private bool _hasDirectory;

    public MessageStore Store => _store;

    private TestServer()
    {
    }

    /// <param name="longestLoginDelay">Zero: whoever gives wrong passwords waits for nothing.</param>
    /// <param name="hasDirectory">False: nobody listens where the directory should be.</param>
    public static async Task<TestServer> StartAsync(ServerSettings settings, TimeSpan? longestLoginDelay = null, bool hasDirectory = true)
    {
        var server = new TestServer { _longestLoginDelay = longestLoginDelay, _hasDirectory = hasDirectory };
        await server.StartRoomsAsync(settings);
        return server;
    }

    /// <summary>From now on the directory answers nobody.</summary>
    public async Task StopDirectoryAsync()
    {
        await _directory.DisposeAsync();
        _stopped = _directory;
    }

    public IPEndPoint Endpoint(string service, IPAddress address) => new(address, _ports[service]);

    /// <summary>The address with which the domain forwarded that sender's mail so many days ago.</summary>
    public string ReturnAddress(string sender, string domain, int days) =>
        _returnAddresses.Rewrite(MailAddress.Parse(sender), domain, _live.Current.FindDomain(domain)!.Id, TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(days)).ToString()!;

    /// <summary>Replaces an attribute (no values: removes it) and returns once a table that holds it is in force.</summary>
    public async Task SetAsync(string dn, string attribute, string[] values)
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnChanged(TableChanged change) => changed.TrySetResult();
        _live.Changed += OnChanged;
        LdapResult result = await _tree.ModifyAsync(Requester.Program, Dn.Parse(dn), [new LdapChange(LdapChangeKind.Replace, new LdapAttribute(attribute, values))]);
        Assert.True(result.IsSuccess, $"{dn}: {result}");
        await changed.Task.WaitAsync(Soon);
        _live.Changed -= OnChanged;
    }

    /// <summary>Large messages can be written no more, or can again: a file stands where their folder was.</summary>
    public void SetDisk(bool isFailing)
    {
        string contents = Path.Combine(_folder, "store", "content"), aside = contents + ".aside";
        if (isFailing)
        {
            Directory.Move(contents, aside);
            File.WriteAllText(contents, "");
        }
        else
        {
            File.Delete(contents);
            Directory.Move(aside, contents);
        }
    }

    /// <summary>As if nobody had answered at the first attempt.</summary>
    public async Task DeferQueueAsync()
    {
        foreach (QueueRow row in await _store.Queue.ListAsync(new QueueFilter(), null, 100, CancellationToken.None))
            await _store.CompleteAsync(new(row.Id, [.. row.Recipients.Select(static recipient => new RecipientResult(recipient.Id, new Outcome.Deferred(new(4, 4, 1), "no answer"), TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1)))]), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        IReadOnlyList<string> problems = [];
        while (_running.TryPop(out IAsyncDisposable? part))
        {
            if (part == _store)
                problems = await _store.CheckAsync(CancellationToken.None);
            if (part != _stopped)
                await part.DisposeAsync();
        }
        Directory.Delete(_folder, recursive: true);
        Assert.Empty(problems);
    }

    private async Task StartRoomsAsync(ServerSettings settings)
    {
        string example = Path.Combine(Checkout.Root, "ldif", "example.ldif");
        using (StreamReader file = File.OpenText(example))
            Assert.IsType<LoadOutcome.Loaded>(await _tree.LoadAsync(file, example, CancellationToken.None));
        _directory = Keep(new LdapListener(_tree, new(), null, NullLogger.Instance));
        IPEndPoint ldap = _hasDirectory ? await _directory.AddAsync(new(IPAddress.Loopback, 0), CancellationToken.None) : new(IPAddress.Loopback, 1);
        var directory = new DirectorySettings
        {
            Urls = [$"ldap://{ldap}"],
            BindPassword = "dirmail-secret",
            HostDomain = "abc.com",
            HostName = "mail.abc.com",
            MailHosts = ["mail.abc.com"],
            SitePostmaster = "postmaster@abc.com",
            ReturnAddresses = _returnAddresses,
        };
        if (_longestLoginDelay is { } longest)
            directory = directory with { LongestLoginDelay = longest, LoginFailureTime = TimeSpan.Zero };
        _live = new LiveTable(directory, TimeProvider.System);
        DirectoryFollower follower = Keep(DirectoryFollower.Start(directory, _live, TimeProvider.System, NullLogger.Instance));
        if (_hasDirectory)
            await follower.Loaded.WaitAsync(Soon);
        Logins logins = Keep(new Logins(_live, directory, TimeProvider.System, NullLogger.Instance));
        _store = Keep(await MessageStore.OpenAsync(new StoreSettings { Folder = Path.Combine(_folder, "store"), Readers = 2 }, TimeProvider.System, NullLogger.Instance, CancellationToken.None));
        SelfMadeCertificate certificates = SelfMadeCertificate.LoadOrMake(_folder, "mail.abc.com", TimeProvider.System);
        await ListenAsync(settings, logins, certificates);
    }

    private async Task ListenAsync(ServerSettings settings, Logins logins, ICertificates certificates)
    {
        var trail = new MailTrail(NullLogger.Instance);
        var transfer = new TransferServices { Store = _store, Live = _live, Settings = new(), Trail = trail, Logger = NullLogger.Instance };
        var shared = new SessionServices
        {
            Settings = settings,
            Live = _live,
            Logins = logins,
            Sessions = new SessionRegistry(_live),
            Store = _store,
            Trail = trail,
            Logger = NullLogger.Instance,
            Certificates = certificates,
        };
        var smtp = new SmtpServices(shared, SmtpRole.Relay, new TransferUnit(transfer)) { Dns = new FixedDns() };
        await AddAsync("smtp", new SmtpServer(smtp).ServeAsync);
        await AddAsync("lmtp", new SmtpServer(smtp with { Role = SmtpRole.Lmtp }).ServeAsync);
        foreach (ICertificates? implicitTls in (ICertificates?[])[null, certificates])
        {
            string s = implicitTls is null ? "" : "s";
            await AddAsync("submission" + s, new SmtpServer(smtp with { Role = SmtpRole.Submission }).ServeAsync, implicitTls);
            await AddAsync("imap" + s, new ImapServer(shared).ServeAsync, implicitTls);
            await AddAsync("pop3" + s, new Pop3Server(shared).ServeAsync, implicitTls);
        }
    }

    private async Task AddAsync(string service, Func<Connection, CancellationToken, Task> serve, ICertificates? implicitTls = null)
    {
        Listener listener = Keep(new Listener(service, new() { ImplicitTls = implicitTls, ProxyFrom = [new IPNetwork(Proxy, 32)] }, serve, NullLogger.Instance));
        // each address has ports of its own: one that is free on the first may be taken on another
        foreach (string address in Addresses)
        {
            IPEndPoint endpoint = await listener.AddAsync(new(IPAddress.Parse(address), _ports.GetValueOrDefault(service)), CancellationToken.None);
            _ports[service] = endpoint.Port;
        }
    }

    private T Keep<T>(T part) where T : IAsyncDisposable
    {
        _running.Push(part);
        return part;
    }
}
