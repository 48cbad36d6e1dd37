using System.Net;
using DirMail.Admin;
using DirMail.Channels.Autoreply;
using DirMail.Channels.Expanded;
using DirMail.Channels.Hold;
using DirMail.Channels.Local;
using DirMail.Channels.Reprocess;
using DirMail.Channels.Return;
using DirMail.Channels.Smtp;
using DirMail.Routing;
using DirMail.Servers;
using DirMail.Servers.Imap;
using DirMail.Servers.Pop3;
using DirMail.Servers.Smtp;
using DirMail.Servers.Smtp.Checks;
using DirMail.Settings;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Wire;
using Microsoft.Extensions.Logging;

namespace DirMail.Serve;

/// <summary>
/// The one place where the rooms are put together: what a running DirMail consists of, in the order in which it starts. Stops in the reverse order.
/// The caller holds the data folder (<see cref="DataFolder"/>).
/// </summary>
internal sealed class Wiring : IAsyncDisposable
{
    private static readonly TimeSpan FirstTable = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Newer = TimeSpan.FromSeconds(1);

    private readonly Stack<IAsyncDisposable> _running = new();
    private readonly ServerFile _settings;
    private readonly ILoggerFactory _loggers;
    private readonly List<Service> _services = [];
    private ConnectionCounts _counts = null!;
    private Scheduler? _scheduler;

    private Wiring(ServerFile settings, ILoggerFactory loggers) => (_settings, _loggers) = (settings, loggers);

    public FirstPasswords? FirstPasswords { get; private set; }
    public LiveTable Live { get; private set; } = null!;
    public MessageStore Store { get; private set; } = null!;
    public IReadOnlyList<Service> Services => _services;

    /// <summary>Starts everything. What had started is stopped again when something fails.</summary>
    /// <param name="exampleFile">LDIF for an empty embedded directory; null: none.</param>
    /// <exception cref="IOException">A folder, file or port cannot be used; the message says which and what to do.</exception>
    /// <exception cref="ListenException">The same for ports.</exception>
    public static async Task<Wiring> StartAsync(ServerFile settings, string? exampleFile, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var wiring = new Wiring(settings, loggers);
        try
        {
            await wiring.StartAsync(exampleFile, cancellationToken);
            return wiring;
        }
        catch
        {
            await wiring.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sessions and deliveries end beside each other, so that all of it takes the drain time once.</summary>
    public async ValueTask DisposeAsync()
    {
        Task deliveries = _scheduler?.StopAsync() ?? Task.CompletedTask;
        await Task.WhenAll([deliveries, .. _services.Select(s => s.DrainAsync(_settings.DrainTime))]);
        while (_running.TryPop(out IAsyncDisposable? part))
            await part.DisposeAsync();
    }

    private async Task StartAsync(string? exampleFile, CancellationToken cancellationToken)
    {
        RefuseNonlocalBind();
        TimeProvider clock = TimeProvider.System;
        PemCertificates certificates = Keep(Certificates(clock));
        certificates.Watch();
        if (_settings.EmbeddedDirectory is not null)
        {
            EmbeddedServer embedded = Keep(await EmbeddedServer.StartAsync(_settings, exampleFile, certificates, Logger("DirMail.Ldap"), cancellationToken));
            FirstPasswords = embedded.Made;
        }
        var secrets = new Secrets(_settings.DataFolder);
        DirectorySettings directory = secrets.WithServicePassword(_settings.Directory) with
        {
            CacheFolder = Path.Combine(_settings.DataFolder, "directory-cache"),
            IsHere = VirtualAddresses.IsHere,
            ReturnAddresses = ReturnKeys.LoadOrMake(secrets, clock.GetUtcNow()),
        };
        Store = Keep(await MessageStore.OpenAsync(_settings.Store, clock, Logger("DirMail.Store"), cancellationToken));
        Live = new LiveTable(directory, clock);
        var trail = new MailTrail(Logger("DirMail.Trail"));
        var transfer = new TransferServices { Store = Store, Live = Live, Settings = _settings.Transfer, Trail = trail, Logger = Logger("DirMail.Transfer"), Clock = clock };
        Adoption adoption = Keep(new Adoption(transfer));
        adoption.Start();
        GoneAccounts gone = Keep(new GoneAccounts(transfer));
        gone.Start();
        DirectoryFollower follower = Keep(DirectoryFollower.Start(directory, Live, clock, Logger("DirMail.Routing")));
        Logins logins = Keep(new Logins(Live, directory, clock, Logger("DirMail.Routing")));
        var sessions = new SessionRegistry(Live);
        var dns = new DnsClient(_settings.Dns, clock);

        if (directory.ResolveVirtualHostName)
            Keep(new HostNameAddresses(Live, dns, clock, VirtualAddresses.IsHere));
        _scheduler = Keep(new Scheduler(transfer, Channels(dns)));
        await FirstTableAsync(follower, cancellationToken);
        _scheduler.Start();
        var shared = new SessionServices
        {
            Settings = _settings.Servers,
            Live = Live,
            Logins = logins,
            Sessions = sessions,
            Store = Store,
            Trail = trail,
            Logger = Logger("DirMail.Servers"),
            Certificates = certificates,
            Dns = _settings.Dns.Servers.IsEmpty ? null : dns,
            Clock = clock,
        };
        await ListenAsync(shared, new TransferUnit(transfer), cancellationToken);
        Keep(await ControlServer.StartAsync(Facts(follower, sessions, (adoption, gone), dns, new Injection(transfer), _scheduler) with { Certificates = () => Reported(certificates) }, _loggers, cancellationToken));
    }

    /// <summary>The embedded directory shows certificates before there is a table.</summary>
    private PemCertificates Certificates(TimeProvider clock) => new(
        new() { Folders = _settings.CertificateFolders, HostName = _settings.Directory.HostName },
        SelfMadeCertificate.LoadOrMake(_settings.DataFolder, _settings.Directory.HostName, clock),
        address => Live?.Current.DomainAt(address) is { } domain ? [domain.AnnouncedName, .. domain.Names] : [],
        clock,
        Logger("DirMail.Wire"));

    private static IReadOnlyList<CertificateReport> Reported(PemCertificates certificates) =>
        [.. certificates.Status.Select(c => new CertificateReport(c.File, c.Names, c.NotAfter, c.Problem))];

    private Dictionary<string, IChannel> Channels(IDnsClient dns)
    {
        SmtpChannel smtp = Keep(new SmtpChannel(_settings.Smtp with { SigningKeys = _settings.LoadSigningKeys() }, Live, dns, Store, Logger("DirMail.Channels")));
        Keep(new AddressWatch(smtp.Missing, Store, Logger("DirMail")));
        Keep(new ChangedFiles(_settings.SigningKeyFiles.Select(file => (file, (Action)(() => smtp.SignWith(_settings.LoadSigningKeys())))), TimeProvider.System, Logger("DirMail")));
        IChannel[] channels =
        [
            smtp,
            new LocalChannel(Live, Logger("DirMail.Channels")),
            new HoldChannel(Live, Logger("DirMail.Channels")),
            new ReprocessChannel(Live),
            new ReturnChannel(),
            new ExpandedChannel(),
            new AutoreplyChannel(Live, TimeProvider.System, Logger("DirMail.Channels")),
        ];
        return channels.ToDictionary(c => c.Name);
    }

    private async Task ListenAsync(SessionServices shared, TransferUnit transfer, CancellationToken cancellationToken)
    {
        _counts = new(new()
        {
            Max = _settings.Listen.MaxConnections,
            MaxPerClient = _settings.Listen.MaxConnectionsPerClient,
            MaxPerDomain = _settings.Listen.MaxConnectionsPerDomain,
            IsExempt = address => IPAddress.IsLoopback(address) || _settings.Servers.Trusted.Any(network => network.Contains(address)),
            DomainAt = address => Live.Current.DomainAt(address)?.Name,
        });
        var smtp = new SmtpServices(shared with { Logger = Logger("DirMail.Servers.Smtp") }, SmtpRole.Relay, transfer) { Routes = _settings.Routes };
        InboundChecks? checks = ChecksOn(CheckSettings.Smtp, shared.Dns);
        Keep(new ChangedFiles([(_settings.Checks.SuffixFile, () => checks?.Use(CheckFile.Suffixes(_settings.Checks.SuffixFile)))], TimeProvider.System, Logger("DirMail")));
        await AddAsync("smtp", _settings.Listen.Smtp, new SmtpServer(smtp with { Checks = checks }).ServeAsync, OnListener(SmtpServer.Busy, null), cancellationToken);
        var submission = new SmtpServer(smtp with { Role = SmtpRole.Submission });
        await AddAsync("submission", _settings.Listen.Submission, submission.ServeAsync, OnListener(SmtpServer.Busy, null), cancellationToken);
        await AddAsync("submissions", _settings.Listen.Submissions, submission.ServeAsync, OnListener(SmtpServer.Busy, shared.Certificates), cancellationToken);
        await AddLmtpAsync(new SmtpServer(smtp with { Role = SmtpRole.Lmtp, Checks = ChecksOn(CheckSettings.Lmtp, shared.Dns) }), cancellationToken);
        await AddSendmailAsync(new SmtpServer(smtp with { Role = SmtpRole.Local, Certificates = null }));
        var pop3 = new Pop3Server(shared with { Logger = Logger("DirMail.Servers.Pop3") });
        await AddAsync("pop3", _settings.Listen.Pop3, pop3.ServeAsync, OnListener(Pop3Server.Busy, null), cancellationToken);
        await AddAsync("pop3s", _settings.Listen.Pop3s, pop3.ServeAsync, OnListener(Pop3Server.Busy, shared.Certificates), cancellationToken);
        var imap = new ImapServer(shared with { Logger = Logger("DirMail.Servers.Imap") });
        await AddAsync("imap", _settings.Listen.Imap, imap.ServeAsync, OnListener(ImapServer.Busy, null), cancellationToken);
        await AddAsync("imaps", _settings.Listen.Imaps, imap.ServeAsync, OnListener(ImapServer.Busy, shared.Certificates), cancellationToken);
        Live.Changed += FollowAddresses;
        foreach (Service service in _services)
            await service.FollowAsync(Live, cancellationToken);
    }

    private InboundChecks? ChecksOn(string listener, IDnsClient? dns) =>
        (dns is null ? _settings.Checks.WithoutDns() : _settings.Checks).On(listener) is { } wanted
            ? new(wanted, dns ?? new DnsClient(_settings.Dns, TimeProvider.System), Store, TimeProvider.System, Logger("DirMail.Servers.Smtp"))
            : null;

    private void FollowAddresses(TableChanged change)
    {
        if (change.VirtualAddressesChanged)
            _ = Task.Run(() => Task.WhenAll(_services.Select(s => s.FollowAsync(Live, CancellationToken.None))));
    }

    /// <summary>For other servers of the site only: on no virtual address, and beyond this host only where the setting says so.</summary>
    private async Task AddLmtpAsync(SmtpServer server, CancellationToken cancellationToken)
    {
        LmtpListenSettings lmtp = _settings.Listen.Lmtp;
        if (lmtp is { Port: null, Socket: null })
            return;
        var listener = new Listener("lmtp", OnListener(SmtpServer.Busy, null), server.ServeAsync, Logger("DirMail.Wire"));
        Service service = Keep(new Service("lmtp", "listen.lmtp", lmtp.Port ?? 0, listener) { FollowsTable = false });
        ListenMode mode = lmtp.Addresses.Count == 0 ? ListenMode.Loopback : ListenMode.List;
        if (lmtp.Port is not null)
            await service.StartAsync(_settings.Listen with { Mode = mode, Addresses = lmtp.Addresses }, cancellationToken);
        if (lmtp.Socket is { } path)
            await service.StartAsync(path, lmtp.SocketMode);
        _services.Add(service);
    }

    /// <summary>The folder says who may come to it.</summary>
    private async Task AddSendmailAsync(SmtpServer server)
    {
        if (_settings.Listen.SendmailIn(_settings.DataFolder) is not { } path)
            return;
        const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        Service service = Keep(new Service("sendmail", "listen.sendmail", 0, new Listener("sendmail", OnListener(SmtpServer.Busy, null), server.ServeAsync, Logger("DirMail.Wire"))) { FollowsTable = false });
        await service.StartAsync(path, Everybody);
        _services.Add(service);
    }

    /// <param name="implicitTls">TLS from the first octet (RFC 8314); null: plain, with STARTTLS.</param>
    private ListenerSettings OnListener(string busy, ICertificates? implicitTls) => new() { Counts = _counts, Busy = busy, ImplicitTls = implicitTls, ProxyFrom = _settings.Listen.ProxyFrom };

    /// <param name="port">Null: not offered.</param>
    private async Task AddAsync(string name, int? port, Func<Connection, CancellationToken, Task> serve, ListenerSettings listening, CancellationToken cancellationToken)
    {
        if (port is not { } number)
            return;
        var listener = new Listener(name, listening, serve, Logger("DirMail.Wire"));
        Service service = Keep(new Service(name, $"listen.{name}", number, listener));
        await service.StartAsync(_settings.Listen, cancellationToken);
        _services.Add(service);
    }

    /// <exception cref="IOException">The kernel takes any address for one of this host, and the settings do not allow it.</exception>
    private void RefuseNonlocalBind()
    {
        if (NonlocalBind.On() is not { Count: > 0 } switches)
            return;
        string named = string.Join(" and ", switches);
        if (!_settings.AllowNonlocalBind)
            throw new IOException($"{named} is 1: mail could leave from an address that is not on this host. Set it to 0 (sysctl -w), or allow it with the setting allowNonlocalBind");
        Log.NonlocalBindOn(Logger("DirMail"), named);
    }

    /// <summary>
    /// A directory that does not answer at once is no reason not to start: recipients get 451 4.3.0 until it does. With a table from the cache it is asked for what is
    /// newer, but hardly waited for.
    /// </summary>
    private async Task FirstTableAsync(DirectoryFollower follower, CancellationToken cancellationToken)
    {
        if (Live.Current.IsLoaded)
            await Task.WhenAny(follower.Tried, Task.Delay(Newer, cancellationToken));
        else if (await Task.WhenAny(follower.Loaded, Task.Delay(FirstTable, cancellationToken)) != follower.Loaded)
            Log.StartsWithoutDirectory(Logger("DirMail"), _settings.Directory.Url);
    }

    private ControlFacts Facts(DirectoryFollower follower, SessionRegistry sessions, (Adoption Adoption, GoneAccounts Gone) accounts, DnsClient dns, Injection injection, Scheduler scheduler) => new()
    {
        Live = Live,
        Store = Store,
        Adoption = accounts.Adoption,
        Gone = accounts.Gone,
        Grace = _settings.Transfer.Grace,
        Injection = injection,
        Transfer = _settings.Transfer,
        UnderWay = scheduler.UnderWay,
        MaxMessageOctets = _settings.Servers.MaxMessageOctets,
        MailExchangers = async (domain, stop) => await dns.MxAsync(domain, stop) switch
        {
            { IsNullMx: true } => "accepts no mail (null MX)",
            { Status: DnsStatus.Ok, Hosts: { Count: > 0 } hosts } => string.Join(", ", hosts.OrderBy(h => h.Preference).Select(h => $"{h.Preference} {h.Name}")),
            { Status: var status } => $"no MX ({status})",
        },
        ClientName = client => new ReverseName(_settings.Dns.Servers.IsEmpty ? null : dns, client).GetAsync(),
        Routes = _settings.Routes,
        Directory = () => follower.Status,
        AcceptRemovals = follower.AcceptRemovalsAsync,
        Listeners = () => [.. _services.SelectMany(s => s.Status())],
        AddressProblem = VirtualAddresses.Problem,
        Sessions = () => sessions.Count,
        DataFolder = _settings.DataFolder,
        Clock = TimeProvider.System,
    };

    private ILogger Logger(string category) => _loggers.CreateLogger(category);

    private T Keep<T>(T part) where T : IAsyncDisposable
    {
        _running.Push(part);
        return part;
    }
}
