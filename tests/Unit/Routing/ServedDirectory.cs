using System.Net;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;
using DirMail.Ldap.Tree;
using DirMail.Routing;
using DirMail.Servers.Ldap;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Routing;

/// <summary>The embedded directory with ldif/example.ldif, served on a free port of loopback; it can be stopped and served again on the same port.</summary>
internal sealed class ServedDirectory : IAsyncDisposable
{
    public const string SiteAdministrator = "uid=siteadmin,ou=Services,o=hosting";

    private readonly string _folder;
    private readonly EmbeddedDirectory _directory;
    private LdapListener? _listener;
    private IPEndPoint _endpoint = new(IPAddress.Loopback, 0);

    private ServedDirectory(string folder, EmbeddedDirectory directory) => (_folder, _directory) = (folder, directory);

    public DirectorySettings Settings => ExampleDirectory.Settings with
    {
        Urls = [$"ldap://127.0.0.1:{_endpoint.Port}"],
        BindPassword = "dirmail-secret",
        LoginFailureTime = TimeSpan.Zero,
    };

    /// <summary>False: its root DSE offers no content synchronisation, from when it is served next.</summary>
    public bool OffersSync { get; set; } = true;

    public static Task<ServedDirectory> StartAsync() => StartAsync(TimeProvider.System, offersSync: true);

    /// <param name="clock">The directory's own.</param>
    /// <param name="offersSync">See <see cref="OffersSync"/>.</param>
    public static async Task<ServedDirectory> StartAsync(TimeProvider clock, bool offersSync)
    {
        string folder = Directory.CreateTempSubdirectory("dirmail-routing-").FullName;
        EmbeddedDirectory directory = await EmbeddedDirectory.OpenAsync(folder, clock, NullLogger.Instance, default);
        Assert.IsNotType<LoadOutcome.Refused>(await directory.InitialiseAsync(ExampleDirectory.ExampleFile(), default));
        var served = new ServedDirectory(folder, directory) { OffersSync = offersSync };
        await served.ServeAsync();
        return served;
    }

    /// <summary>Another server with the same entries, ids and all, as a replica has them.</summary>
    public async Task<ServedDirectory> ReplicateAsync()
    {
        string folder = Directory.CreateTempSubdirectory("dirmail-routing-").FullName;
        foreach (string file in Directory.EnumerateFiles(_folder))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var replica = new ServedDirectory(folder, await EmbeddedDirectory.OpenAsync(folder, TimeProvider.System, NullLogger.Instance, default));
        await replica.ServeAsync();
        return replica;
    }

    public async Task ServeAsync()
    {
        _listener = new LdapListener(_directory.Tree, new LdapListenerSettings(), null, NullLogger.Instance);
        Capabilities all = _directory.Tree.Capabilities;
        if (!OffersSync)
            _directory.Tree.Capabilities = all with { Controls = [.. all.Controls.Where(c => c != SyncControls.RequestOid)] };
        _endpoint = await _listener.AddAsync(_endpoint, default);
    }

    public async Task StopServingAsync()
    {
        if (_listener is not null)
            await _listener.DisposeAsync();
        _listener = null;
    }

    /// <summary>One change by the site administrator.</summary>
    public async Task ModifyAsync(string dn, string attribute, params string[] values)
    {
        await using LdapClient client = await ConnectAsync();
        LdapResult result = await client.ModifyAsync(Dn.Parse(dn), [new LdapChange(LdapChangeKind.Replace, new LdapAttribute(attribute, values))], default);
        Assert.True(result.IsSuccess, result.ToString());
    }

    /// <summary>More changes in one step than are kept for who follows.</summary>
    public async Task OverrunAsync()
    {
        string many = string.Concat(Enumerable.Range(0, DirectoryTree.ChangesKept + 1).Select(i => $"dn: cn=c{i},ou=Services,o=hosting\nobjectClass: device\ncn: c{i}\n\n"));
        Assert.IsType<LoadOutcome.Loaded>(await _directory.Tree.LoadAsync(new StringReader(many), "many", default));
    }

    public async Task<LdapClient> ConnectAsync()
    {
        LdapClient client = await LdapClient.ConnectAsync(new LdapServer("127.0.0.1", _endpoint.Port), NullLogger.Instance, default);
        Assert.True((await client.BindAsync(SiteAdministrator, "siteadmin-secret", default)).IsSuccess);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await StopServingAsync();
        await _directory.DisposeAsync();
        Directory.Delete(_folder, true);
    }
}
