using System.Net;
using DirMail.Ldap.Tree;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Servers;
using DirMail.Servers.Ldap;
using DirMail.Servers.Pop3;
using DirMail.Unit.Routing;
using DirMail.Unit.Store;
using DirMail.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Servers.Pop3;

/// <summary>A POP3 server on loopback with a store of its own, and the example directory: its table in memory, its passwords in an embedded directory.</summary>
internal sealed class Pop3Host : IAsyncDisposable
{
    private readonly DirectoryTree _tree;
    private readonly LdapListener _ldap;
    private readonly Logins _logins;
    private readonly Listener _listener;

    private Pop3Host(DirectoryTree tree, LdapListener ldap, IPEndPoint directory, TestStore store, Func<SessionServices, SessionServices>? change)
    {
        (_tree, _ldap, Store) = (tree, ldap, store);
        DirectorySettings settings = ExampleDirectory.Settings with { Urls = [$"ldap://{directory}"], LoginFailureTime = TimeSpan.Zero };
        Directory = ExampleDirectory.Load(settings);
        _logins = new(Directory.Live, settings, TimeProvider.System, NullLogger.Instance);
        var services = new SessionServices
        {
            Settings = new(),
            Live = Directory.Live,
            Logins = _logins,
            Sessions = new(Directory.Live),
            Store = store.Store,
            Trail = new(NullLogger.Instance),
            Logger = NullLogger.Instance,
        };
        services = change?.Invoke(services) ?? services;
        _listener = new("pop3", new(), new Pop3Server(services).ServeAsync, NullLogger.Instance);
    }

    public ExampleDirectory Directory { get; }

    public TestStore Store { get; }

    public static EntryId Alice { get; } = ExampleDirectory.IdOf(ExampleDirectory.UserDn("alice", "bcd.com"));

    public static async Task<Pop3Host> StartAsync(Func<SessionServices, SessionServices>? change = null)
    {
        DirectoryTree tree = DirectoryTree.InMemory(TimeProvider.System);
        using (StreamReader file = File.OpenText(Architecture.Checkout.PathOf("ldif/example.ldif")))
            Assert.IsType<LoadOutcome.Loaded>(await tree.LoadAsync(file, "example.ldif", CancellationToken.None));
        var ldap = new LdapListener(tree, new(), null, NullLogger.Instance);
        IPEndPoint directory = await ldap.AddAsync(new(IPAddress.Loopback, 0), CancellationToken.None);
        return new(tree, ldap, directory, await TestStore.OpenAsync(), change);
    }

    /// <summary>A connection to that address of ours, greeted already.</summary>
    public async Task<Pop3Client> ConnectAsync(string address = "127.0.0.1")
    {
        IPEndPoint at = await _listener.AddAsync(new(IPAddress.Parse(address), 0), CancellationToken.None);
        return await Pop3Client.OpenAsync(at);
    }

    public async Task<Pop3Client> LogInAsync(string name = "alice@bcd.com", string password = "alice-bcd-secret")
    {
        Pop3Client client = await ConnectAsync();
        await client.TalkAsync($"> USER {name}", "< +OK*", $"> PASS {password}", "< +OK*");
        return client;
    }

    public Task DeliverAsync(params string[] messages) => DeliverAsync(Alice, messages);

    public async Task DeliverAsync(EntryId account, params string[] messages)
    {
        foreach (string message in messages)
            await Store.CommitAsync(message, new() { Local = [Samples.Delivery(account, prefix: "")] });
    }

    /// <summary>What lies in alice's INBOX now, by size.</summary>
    public async Task<long[]> SizesAsync() => [.. (await Store.ViewAsync(Alice)).Entries.Select(static entry => entry.Octets)];

    public Task DrainAsync() => _listener.DrainAsync(TimeSpan.FromSeconds(5));

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _logins.DisposeAsync();
        await _ldap.DisposeAsync();
        await _tree.DisposeAsync();
        await Store.DisposeAsync();
    }
}
