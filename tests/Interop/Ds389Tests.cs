using System.Globalization;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>The product follows a real 389 Directory Server that holds schema/dirmail-389.ldif, ldif/example.ldif and the plugins and rules of ldif/.</summary>
public sealed class Ds389Tests(Ds389Tests.Started started) : IClassFixture<Ds389Tests.Started>
{
    [Fact]
    public async Task It_holds_the_example_and_offers_synchronisation()
    {
        Printed root = await Program.RunAsync("ldapsearch", ["-x", "-H", started.Server.Url, "-s", "base", "-b", "", "-LLL", "supportedControl"]);
        Assert.Contains("1.3.6.1.4.1.4203.1.9.1.1", root.Output, StringComparison.Ordinal);
        Printed entries = await Program.RunAsync("ldapsearch", ["-x", "-H", started.Server.Url, "-D", started.Server.Manager, "-w", started.Server.ManagerPassword, "-LLL", "-b", "o=hosting", "1.1"]);
        Assert.Equal(34, LdapUtils.Entries(entries.Output));
    }

    [Fact]
    public async Task Its_access_rules_hold()
    {
        Printed rules = await Program.RunAsync("bash", [Program.File("tests/Interop/access-rules.sh"), started.Server.Port.ToString(CultureInfo.InvariantCulture), "389"]);
        Assert.EndsWith("66 checks, 0 failed\n", rules.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aci: (targetattr=\"*\")(version 3.0; acl \"mine\"; allow (all) userdn=\"ldap:///anyone\";)")]
    [InlineData("objectClass: extensibleObject")]
    [InlineData("objectClass: ldapSubEntry")]
    [InlineData("nsSizeLimit: -1")]
    [InlineData("inetUserStatus: active")]
    [InlineData("mailMessageStore: other")]
    public async Task A_domains_administrator_adds_nobody_with_what_steers_the_server_or_is_the_platforms(string line)
    {
        var ldap = new LdapUtils(started.Server.Url);
        string entry = $"dn: uid=eve,ou=People,o=bcd.com,o=hosting\nchangetype: add\nobjectClass: inetOrgPerson\nobjectClass: inetUser\nobjectClass: inetMailUser\n{line}\nuid: eve\ncn: e\nsn: e\n";
        Assert.Equal(50, (await ldap.RunAsync("ldapmodify", DemoUser.BcdAdministrator, [], entry)).ExitCode);
    }

    [Fact]
    public async Task What_changed_while_DirMail_was_down_is_in_force_after_its_start()
    {
        using var setup = new ServerSetup(started.Server.Url);
        await using ServerProcess server = await ServerProcess.StartAsync(setup);
        await BecomesAsync("250 2.1.5");
        await server.KillAsync();
        await SetAsync("inactive");
        await server.StartAsync();
        await BecomesAsync("450 4.2.1");
        await SetAsync("active");
        await BecomesAsync("250 2.1.5");

        Task SetAsync(string status) => new LdapUtils(started.Server.Url).SetDomainStatusAsync(DemoUser.BcdAdministrator, "bcd.com", status);
        Task BecomesAsync(string expected) => Eventually.StartsAsync(expected, () => RemoteServer.RecipientAsync(setup.Smtp, "bob@bcd.com"));
    }

    public sealed class Started : IAsyncLifetime
    {
        public Ds389 Server { get; private set; } = null!;

        public async Task InitializeAsync() => Server = await Ds389.StartAsync();

        public async Task DisposeAsync() => await Server.DisposeAsync();
    }
}
