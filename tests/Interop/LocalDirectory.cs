using System.Globalization;
using System.Net;
using DirMail.Ldap.Client;
using DirMail.Ldap.Tree;
using DirMail.Servers.Ldap;
using DirMail.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DirMail.Interop;

/// <summary>The embedded directory alone, in this process and in memory, behind its listener on a free port.</summary>
internal sealed class LocalDirectory : IAsyncDisposable
{
    private readonly LdapListener _listener;

    private LocalDirectory(ICertificates? certificates)
    {
        Tree = DirectoryTree.InMemory(TimeProvider.System);
        _listener = new LdapListener(Tree, new(), certificates, NullLogger.Instance);
    }

    public DirectoryTree Tree { get; }

    public int Port { get; private set; }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"ldap://127.0.0.1:{Port}");

    /// <summary>With the entries of the example.</summary>
    public static async Task<LocalDirectory> StartAsync(ICertificates? certificates = null)
    {
        var directory = new LocalDirectory(certificates);
        using var example = new StreamReader(Program.File("ldif/example.ldif"));
        Assert.IsType<LoadOutcome.Loaded>(await directory.Tree.LoadAsync(example, "example", CancellationToken.None));
        directory.Port = (await directory._listener.AddAsync(new(IPAddress.Loopback, 0), CancellationToken.None)).Port;
        return directory;
    }

    public static async Task<LdapClient> ConnectAsync(int port)
    {
        LdapClient client = await LdapClient.ConnectAsync(new LdapServer("127.0.0.1", port), NullLogger.Instance, CancellationToken.None);
        Assert.True((await client.BindAsync("uid=siteadmin,ou=Services,o=hosting", "siteadmin-secret", CancellationToken.None)).IsSuccess);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await Tree.DisposeAsync();
    }
}
