using System.Globalization;
using DirMail.Demo;
using DirMail.Routing;
using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>The product follows a real OpenLDAP that holds schema/, ldif/example.ldif and ldif/acl.ldif.</summary>
public sealed class OpenLdapTests(OpenLdapTests.Followed openLdap) : IClassFixture<OpenLdapTests.Followed>, IAsyncLifetime
{
    private readonly RunningServer _server = openLdap.Server;
    private readonly LdapUtils _ldap = new(openLdap.Slapd.Url);

    [Fact]
    public async Task Its_access_rules_hold()
    {
        Printed rules = await Program.RunAsync("bash", [Program.File("tests/Interop/access-rules.sh"), openLdap.Slapd.Port.ToString(CultureInfo.InvariantCulture)]);
        Assert.EndsWith("66 checks, 0 failed\n", rules.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_domains_users_and_addresses_are_in_the_table()
    {
        RoutingTable table = _server.Wiring.Live.Current;
        Assert.Equal(["abc.com", "bcd.com", "cde.com"], table.Domains.Select(d => d.Name));
        Assert.Equal(["127.0.70.1", "127.0.70.11", "127.0.70.2"], table.VirtualAddresses.Select(a => a.ToString()).Order(StringComparer.Ordinal));
        Assert.NotNull(table.FindUser(table.FindDomain("bcd.net")!, "alice"));
    }

    [Fact]
    public async Task Its_changes_rule_recipients_and_open_sessions()
    {
        await using Dialogue imap = await Dialogue.OpenAsync(RunningServer.Local(_server.Imap), CancellationToken.None);
        await imap.ReadAsync(CancellationToken.None);
        Assert.StartsWith("a OK", (await imap.ImapAsync("a", $"LOGIN {DemoUser.Alice.Address} {DemoUser.Alice.Password}", CancellationToken.None))[^1], StringComparison.Ordinal);

        await _ldap.SetDomainStatusAsync(DemoUser.BcdAdministrator, "bcd.com", "inactive");
        await RecipientBecomesAsync("450 4.2.1");
        // nothing was asked: the session is told
        Assert.StartsWith("* BYE", await imap.ReadAsync(CancellationToken.None), StringComparison.Ordinal);
        await _ldap.SetDomainStatusAsync(DemoUser.BcdAdministrator, "bcd.com", "active");
        await RecipientBecomesAsync("250 2.1.5");
        await _ldap.SetDomainStatusAsync(DemoUser.SiteAdministrator, "bcd.com", "deleted");
        await RecipientBecomesAsync("550 5.1.2");
        await _ldap.SetDomainStatusAsync(DemoUser.SiteAdministrator, "bcd.com", "active");
        await RecipientBecomesAsync("250 2.1.5");
    }

    [Fact]
    public async Task The_table_serves_while_it_is_away_and_follows_when_it_is_back()
    {
        await openLdap.Slapd.KillAsync();
        Assert.StartsWith("250", await RemoteServer.DeliverAsync(_server.Smtp, "alice@bcd.com", "Subject: no directory\n\nstill served\n"), StringComparison.Ordinal);
        openLdap.Slapd.Run();
        await openLdap.Slapd.AnswersAsync();
        await _ldap.SetDomainStatusAsync(DemoUser.BcdAdministrator, "bcd.com", "inactive");
        await RecipientBecomesAsync("450 4.2.1");
        await _ldap.SetDomainStatusAsync(DemoUser.BcdAdministrator, "bcd.com", "active");
        await RecipientBecomesAsync("250 2.1.5");
    }

    [Fact]
    public async Task The_demo_passes_against_it()
    {
        await using Slapd own = await Slapd.StartAsync();
        Printed demo = await Program.RunAsync(ServerProcess.File, ["demo", "--ldap", own.Url]);
        Assert.True(demo.ExitCode == 0, demo.All);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _server.CheckAsync();

    private Task RecipientBecomesAsync(string expected) => Eventually.StartsAsync(expected, () => RemoteServer.RecipientAsync(_server.Smtp, "alice@bcd.com"));

    public sealed class Followed : IAsyncLifetime
    {
        public Slapd Slapd { get; private set; } = null!;
        public RunningServer Server { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Slapd = await Slapd.StartAsync();
            Server = new(new ServerSetup(Slapd.Url));
            await Server.InitializeAsync();
        }

        public async Task DisposeAsync()
        {
            await Server.DisposeAsync();
            await Slapd.DisposeAsync();
        }
    }
}
