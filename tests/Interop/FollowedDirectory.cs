using System.Collections.Concurrent;
using DirMail.Mail;
using DirMail.Routing;
using Microsoft.Extensions.Logging;
using Xunit;

namespace DirMail.Interop;

/// <summary>A real directory and the follower that keeps a table from it.</summary>
internal sealed class FollowedDirectory : IAsyncDisposable
{
    private readonly DirectorySettings _settings;
    private readonly string _cache = Directory.CreateTempSubdirectory("dirmail-followed-").FullName;

    private FollowedDirectory(IPrivateDirectory server, TimeSpan silenceLimit, CuttingRelay? relay = null, Func<DirectorySettings, DirectorySettings>? with = null)
    {
        Server = server;
        Relay = relay;
        _settings = new()
        {
            Urls = [relay?.Url ?? server.Url],
            BindPassword = "dirmail-secret",
            HostDomain = "abc.com",
            PollInterval = TimeSpan.FromMilliseconds(100),
            SweepInterval = TimeSpan.FromMilliseconds(500),
            SilenceLimit = silenceLimit,
            CacheFolder = _cache,
        };
        _settings = with?.Invoke(_settings) ?? _settings;
        Follow();
    }

    public IPrivateDirectory Server { get; }

    /// <summary>Between the two, when there is one.</summary>
    public CuttingRelay? Relay { get; }

    public LiveTable Live { get; private set; } = null!;
    public DirectoryFollower Follower { get; private set; } = null!;
    public RoutingTable Table => Live.Current;

    /// <summary>What the follower has logged.</summary>
    public ConcurrentQueue<string> Said { get; } = new();

    /// <summary>Each time that a user's password may have been changed.</summary>
    public ConcurrentQueue<EntryId> PasswordsChanged { get; } = new();

    /// <summary>The tables that were full reloads.</summary>
    public int Reloads { get; private set; }

    public static Task<FollowedDirectory> StartAsync(string kind) => StartAsync(kind, TimeSpan.FromSeconds(20));

    public static async Task<FollowedDirectory> StartAsync(string kind, TimeSpan silenceLimit)
    {
        var followed = new FollowedDirectory(await ServerAsync(kind), silenceLimit);
        await followed.Follower.Loaded.WaitAsync(TimeSpan.FromSeconds(30));
        return followed;
    }

    /// <summary>Below "o=bcd.com" and, as the manager, a Schema 1 tree beside it; with what else is to be there.</summary>
    public static async Task<FollowedDirectory> StartWithTreeAsync(string kind, string ldif)
    {
        IPrivateDirectory server = await ServerAsync(kind);
        Printed done = await Program.RunAsync("ldapadd", ["-x", "-H", server.Url, "-D", server.Manager, "-w", server.ManagerPassword], ldif);
        Assert.True(done.ExitCode == 0, done.All);
        var followed = new FollowedDirectory(server, TimeSpan.FromSeconds(20), null,
            s => s with { BaseDn = "o=bcd.com,o=hosting", Schema1Suffix = "ou=dns,o=hosting", BindDn = server.Manager, BindPassword = server.ManagerPassword });
        await followed.Follower.Loaded.WaitAsync(TimeSpan.FromSeconds(30));
        return followed;
    }

    /// <summary>Each connection ends after so many octets of answers.</summary>
    public static async Task<FollowedDirectory> StartCutAsync(string kind, long octets)
    {
        IPrivateDirectory server = await ServerAsync(kind);
        var relay = new CuttingRelay(((Slapd)server).Port);
        relay.CutAfter(octets);
        return new(server, TimeSpan.FromSeconds(20), relay);
    }

    private static async Task<IPrivateDirectory> ServerAsync(string kind) =>
        kind switch
        {
            "OpenLDAP" => await Slapd.StartAsync(),
            "OpenLDAP without session log" => await Slapd.StartWithoutSessionLogAsync(),
            "OpenLDAP with a short session log" => await Slapd.StartWithShortSessionLogAsync(),
            "OpenLDAP that asks for reloads" => await Slapd.StartWithReloadHintAsync(),
            "OpenLDAP without syncprov" => await Slapd.StartWithoutSyncAsync(),
            "389 DS" => await Ds389.StartAsync(),
            "389 DS without synchronisation" => await Ds389.StartWithoutSyncAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };

    public MailUser User(string uid, string domain) => Table.FindUser(Table.FindDomain(domain)!, uid)!;

    public Task<bool> UntilAsync(Func<RoutingTable, bool> isSo) => Eventually.SeesAsync(() => Task.FromResult(isSo(Table)), seen => seen);

    /// <summary>The follower ends, and begins again with what it had kept on disk.</summary>
    public async Task AwayAsync(Func<Task> meanwhileAsync)
    {
        await Follower.DisposeAsync();
        await meanwhileAsync();
        Follow();
    }

    /// <summary>Until the table says what the directory holds.</summary>
    public async Task InStepAsync()
    {
        string directory = await TableDump.OfDirectoryAsync(Server);
        await Eventually.SeesAsync(() => Task.FromResult(TableDump.OfTable(Table)), table => table == directory);
    }

    /// <summary>As the directory's manager, by ldapmodify.</summary>
    public async Task ModifyAsync(string ldif)
    {
        Printed done = await Program.RunAsync("ldapmodify", ["-x", "-H", Server.Url, "-D", Server.Manager, "-w", Server.ManagerPassword], ldif);
        Assert.True(done.ExitCode == 0, done.All);
    }

    public async ValueTask DisposeAsync()
    {
        await Follower.DisposeAsync();
        if (Relay is not null)
            await Relay.DisposeAsync();
        await Server.DisposeAsync();
        Directory.Delete(_cache, recursive: true);
    }

    private void Follow()
    {
        Live = new LiveTable(_settings, TimeProvider.System);
        Live.Changed += change =>
        {
            foreach (EntryId id in change.PasswordsMaybeChanged)
                PasswordsChanged.Enqueue(id);
            Reloads += change.Everything ? 1 : 0;
        };
        Follower = DirectoryFollower.Start(_settings, Live, TimeProvider.System, new Logger(Said));
    }

    private sealed class Logger(ConcurrentQueue<string> said) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => said.Enqueue(formatter(state, exception));
    }
}
