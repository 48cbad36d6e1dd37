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
using DirMail.Servers.Smtp.Checks;
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

    private static readonly string Example = Path.Combine(Checkout.Root, "ldif", "example.ldif");

    private readonly Srs _returnAddresses = new([new byte[Srs.KeyOctets]]);
    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-transcript-").FullName;
    private readonly TestSettings _settings;
    private readonly ShiftedClock _clock = new();
    private readonly DirectoryTree _tree = DirectoryTree.InMemory(TimeProvider.System);
    private readonly Stack<IAsyncDisposable> _running = new();
    private readonly List<Listener> _listeners = [];
    private readonly Dictionary<string, int> _ports = [];
    private LiveTable _live = null!;
    private LdapListener _directory = null!;
    private IAsyncDisposable? _stopped;
    private Task _draining = Task.CompletedTask;
    private MessageStore _store = null!;
    private Adoption _adoption = null!;

    public MessageStore Store => _store;

    private TestServer(TestSettings settings) => _settings = settings;

    public static async Task<TestServer> StartAsync(TestSettings settings)
    {
        var server = new TestServer(settings);
        await server.StartRoomsAsync();
        return server;
    }

    /// <summary>Its clock goes on so much at once; deadlines of connections keep theirs.</summary>
    public void Advance(TimeSpan time) => _clock.Advance(time);

    /// <summary>Begins to shut down: sessions end after the command under way.</summary>
    public void Drain() => _draining = Task.WhenAll(_listeners.Select(static listener => listener.DrainAsync(Soon)));

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
    public Task SetAsync(string dn, string attribute, string[] values) => ChangeAsync(async () =>
    {
        LdapResult result = await _tree.ModifyAsync(Requester.Program, Dn.Parse(dn), [new LdapChange(LdapChangeKind.Replace, new LdapAttribute(attribute, values))]);
        Assert.True(result.IsSuccess, $"{dn}: {result}");
    });

    /// <summary>Deletes an entry of the example, and adds it again as it was: another entry of the same name.</summary>
    public async Task ReplaceAsync(string dn)
    {
        string record = File.ReadAllText(Example).Split("\n\n").Select(static text => text[Math.Max(0, text.IndexOf("dn: ", StringComparison.Ordinal))..]).Single(text => text.StartsWith($"dn: {dn}\n", StringComparison.Ordinal));
        await ChangeAsync(async () => Assert.True((await _tree.DeleteAsync(Requester.Program, Dn.Parse(dn))).IsSuccess));
        await ChangeAsync(async () => Assert.IsType<LoadOutcome.Loaded>(await _tree.LoadAsync(new StringReader(record), dn, CancellationToken.None)));
    }

    /// <summary>What an operator does about an entry that took the place of another.</summary>
    public async Task AdoptAsync(string address) =>
        Assert.Equal(AdoptionResult.Done, await _adoption.AdoptAsync(_live.Current.NotAdopted.Keys.Single(user => _live.Current.NameOf(user) == address), fresh: false, CancellationToken.None));

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
        await _draining;
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

    private async Task ChangeAsync(Func<Task> changeAsync)
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnChanged(TableChanged change) => changed.TrySetResult();
        _live.Changed += OnChanged;
        await changeAsync();
        await changed.Task.WaitAsync(Soon);
        _live.Changed -= OnChanged;
    }

    private async Task StartRoomsAsync()
    {
        using (StreamReader file = File.OpenText(Example))
            Assert.IsType<LoadOutcome.Loaded>(await _tree.LoadAsync(file, Example, CancellationToken.None));
        _directory = Keep(new LdapListener(_tree, new(), null, NullLogger.Instance));
        IPEndPoint ldap = _settings.HasDirectory ? await _directory.AddAsync(new(IPAddress.Loopback, 0), CancellationToken.None) : new(IPAddress.Loopback, 1);
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
        if (_settings.LongestLoginDelay is { } longest)
            directory = directory with { LongestLoginDelay = longest, LoginFailureTime = TimeSpan.Zero };
        _live = new LiveTable(directory, TimeProvider.System);
        _store = Keep(await MessageStore.OpenAsync(new StoreSettings { Folder = Path.Combine(_folder, "store"), Readers = 2 }, _clock, NullLogger.Instance, CancellationToken.None));
        var trail = new MailTrail(NullLogger.Instance);
        var transfer = new TransferServices { Store = _store, Live = _live, Settings = new(), Trail = trail, Logger = NullLogger.Instance };
        _adoption = Keep(new Adoption(transfer));
        _adoption.Start();
        DirectoryFollower follower = Keep(DirectoryFollower.Start(directory, _live, TimeProvider.System, NullLogger.Instance));
        if (_settings.HasDirectory)
            await follower.Loaded.WaitAsync(Soon);
        var shared = new SessionServices
        {
            Settings = _settings.Servers,
            Live = _live,
            Logins = Keep(new Logins(_live, directory, TimeProvider.System, NullLogger.Instance)),
            Sessions = new SessionRegistry(_live),
            Store = _store,
            Trail = trail,
            Logger = NullLogger.Instance,
            Certificates = SelfMadeCertificate.LoadOrMake(_folder, "mail.abc.com", TimeProvider.System),
            Clock = _clock,
            Dns = _settings.Dns,
        };
        await ListenAsync(shared, new TransferUnit(transfer));
    }

    private async Task ListenAsync(SessionServices shared, TransferUnit transfer)
    {
        var smtp = new SmtpServices(shared, SmtpRole.Relay, transfer);
        InboundChecks? Checks(string listener) => _settings.Checks?.On(listener) is { } wanted ? new(wanted, _settings.Dns, _store, _clock, NullLogger.Instance) : null;
        var counts = new ConnectionCounts(_settings.Connections with { DomainAt = address => _live.Current.DomainAt(address)?.Name });
        ListenerSettings Plain(string busy) => new() { Counts = counts, Busy = busy, ProxyFrom = [new IPNetwork(Proxy, 32)] };
        await AddAsync("smtp", Plain(SmtpServer.Busy), new SmtpServer(smtp with { Checks = Checks(CheckSettings.Smtp) }).ServeAsync);
        await AddAsync("lmtp", Plain(SmtpServer.Busy), new SmtpServer(smtp with { Role = SmtpRole.Lmtp, Checks = Checks(CheckSettings.Lmtp) }).ServeAsync);
        foreach (ICertificates? implicitTls in (ICertificates?[])[null, shared.Certificates])
        {
            string s = implicitTls is null ? "" : "s";
            await AddAsync("submission" + s, Plain(SmtpServer.Busy) with { ImplicitTls = implicitTls }, new SmtpServer(smtp with { Role = SmtpRole.Submission }).ServeAsync);
            await AddAsync("imap" + s, Plain(ImapServer.Busy) with { ImplicitTls = implicitTls }, new ImapServer(shared).ServeAsync);
            await AddAsync("pop3" + s, Plain(Pop3Server.Busy) with { ImplicitTls = implicitTls }, new Pop3Server(shared).ServeAsync);
        }
    }

    private async Task AddAsync(string service, ListenerSettings settings, Func<Connection, CancellationToken, Task> serve)
    {
        Listener listener = Keep(new Listener(service, settings, serve, NullLogger.Instance));
        _listeners.Add(listener);
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
