using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>The tools of ldap-utils against the embedded directory, as if it were any LDAP server.</summary>
public sealed class EmbeddedDirectoryTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private const string Bcd = "o=bcd.com,o=hosting";

    private static readonly DemoUser Service = new("dirmail", "dirmail-secret", "uid=dirmail,ou=Services,o=hosting");

    private readonly LdapUtils _ldap = new(server.DirectoryUrl);

    [Fact]
    public async Task Its_access_rules_hold()
    {
        // of its own: the checks count entries
        var own = new RunningServer();
        await own.InitializeAsync();
        Printed rules = await Program.RunAsync("bash", [Program.File("tests/Interop/access-rules.sh"), own.DirectoryUrl.Split(':')[^1]]);
        await own.DisposeAsync();
        Assert.EndsWith("66 checks, 0 failed\n", rules.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ldapadd_makes_a_domain_that_receives_mail()
    {
        await _ldap.DoAsync("ldapadd", DemoUser.SiteAdministrator, [], """
            dn: o=added.test,o=hosting
            objectClass: organization
            objectClass: domainRelatedObject
            objectClass: inetDomain
            objectClass: mailDomain
            o: added.test
            associatedDomain: added.test
            inetDomainStatus: active
            mailDomainStatus: active

            dn: ou=People,o=added.test,o=hosting
            objectClass: organizationalUnit
            ou: People

            dn: uid=erin,ou=People,o=added.test,o=hosting
            objectClass: inetOrgPerson
            objectClass: inetUser
            objectClass: inetMailUser
            uid: erin
            cn: Erin East
            sn: East
            mail: erin@added.test
            userPassword: erin-secret

            """);
        await Eventually.StartsAsync("250 2.1.5", () => RemoteServer.RecipientAsync(server.Smtp, "erin@added.test"));
        Assert.StartsWith("250", await RemoteServer.DeliverAsync(server.Smtp, "erin@added.test", "Subject: welcome\n\nhello\n"), StringComparison.Ordinal);
        Printed read = await Program.RunAsync("curl", ["-sS", "-u", "erin@added.test:erin-secret", $"imap://127.0.0.1:{server.Imap}/INBOX;MAILINDEX=1"]);
        Assert.Contains("Subject: welcome", read.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(uid=alice)", 1)]
    [InlineData("(UID=ALICE)", 1)]
    [InlineData("(mailLocalAddress=A.Able@bcd.com)", 1)]
    [InlineData("(&(objectClass=inetMailUser)(|(uid=al*)(mail=*l@cde.com))(!(uid=bob)))", 2)]
    [InlineData("(&(objectClass=inetDomain)(mailDomainVirtualAddress=*)(|(o=bcd.com)(o=cde.com)))", 2)]
    [InlineData("(cn=*\\2a*)", 0)]
    [InlineData("(userPassword=*)", 0)]
    public async Task Ldapsearch_finds_by_filter(string filter, int entries) => Assert.Equal(entries, LdapUtils.Entries(await _ldap.SearchAsync(Service, filter)));

    [Fact]
    public async Task Ldapsearch_reads_page_by_page()
    {
        int all = LdapUtils.Entries(await _ldap.SearchAsync(Service, "(objectClass=inetMailUser)"));
        string paged = await _ldap.SearchAsync(Service, "(objectClass=inetMailUser)", ["-E", "pr=2/noprompt"]);
        Assert.Equal(all, LdapUtils.Entries(paged));
    }

    [Fact]
    public async Task Ldapsearch_is_pushed_what_changes()
    {
        await using var listening = Listening.Start("stdbuf", ["-oL", "ldapsearch", "-x", "-H", server.DirectoryUrl, "-D", Service.Dn, "-w", Service.Password,
            "-o", "ldif-wrap=no", "-b", "o=cde.com,o=hosting", "-E", "!sync=rp", "(objectClass=inetMailUser)", "mailQuota"]);
        await listening.UntilAsync("uid=carol,");
        await _ldap.DoAsync("ldapmodify", DemoUser.In("admin", "cde.com", "admin-cde-secret"), [], "dn: uid=carol,ou=People,o=cde.com,o=hosting\nchangetype: modify\nreplace: mailQuota\nmailQuota: 123M\n");
        await listening.UntilAsync("mailQuota: 123M");
    }

    [Fact]
    public async Task Every_other_tool_does_its_work()
    {
        DemoUser admin = DemoUser.BcdAdministrator, fay = DemoUser.In("fay", "bcd.com", "fay-secret");
        await _ldap.DoAsync("ldapadd", admin, [], $"dn: {fay.Dn}\nobjectClass: inetOrgPerson\nobjectClass: inetUser\nobjectClass: inetMailUser\nuid: fay\ncn: Fay\nsn: F\nmail: fay@bcd.com\nuserPassword: {fay.Password}\n");
        Assert.Equal($"dn:{fay.Dn}\n", await _ldap.DoAsync("ldapwhoami", fay, []));
        Assert.Equal(6, (await _ldap.RunAsync("ldapcompare", fay, [fay.Dn, "sn:F"])).ExitCode);
        Assert.Equal(5, (await _ldap.RunAsync("ldapcompare", fay, [fay.Dn, "sn:G"])).ExitCode);

        await _ldap.DoAsync("ldappasswd", fay, ["-s", "fay-new"]);
        Assert.Equal(49, (await _ldap.RunAsync("ldapwhoami", fay, [])).ExitCode);
        await _ldap.DoAsync("ldapwhoami", fay with { Password = "fay-new" }, []);

        await _ldap.DoAsync("ldapmodify", admin, [], $"dn: {fay.Dn}\nchangetype: modify\nreplace: sn\nsn: Field\n-\nadd: description\ndescription: new here\n");
        string found = await _ldap.SearchAsync(admin, "(uid=fay)", ["-b", Bcd], "sn", "description");
        Assert.Contains("sn: Field\n", found, StringComparison.Ordinal);
        await _ldap.DoAsync("ldapmodrdn", admin, ["-r", fay.Dn, "uid=fay2"]);
        Assert.Equal(32, (await _ldap.RunAsync("ldapsearch", admin, ["-LLL", "-s", "base", "-b", fay.Dn])).ExitCode);
        await _ldap.DoAsync("ldapdelete", admin, [$"uid=fay2,ou=People,{Bcd}"]);
        Assert.Equal(0, LdapUtils.Entries(await _ldap.SearchAsync(admin, "(uid=fay*)", ["-b", Bcd])));
        Assert.Equal(32, (await _ldap.RunAsync("ldapdelete", admin, [$"uid=fay2,ou=People,{Bcd}"])).ExitCode);
    }

    [Fact]
    public async Task What_was_acknowledged_survives_a_kill()
    {
        using var setup = new ServerSetup();
        await using ServerProcess process = await ServerProcess.StartAsync(setup);
        var ldap = new LdapUtils(setup.DirectoryUrl);
        await ldap.DoAsync("ldapmodify", DemoUser.BcdAdministrator, [], $"dn: {DemoUser.Bob.Dn}\nchangetype: modify\nreplace: sn\nsn: Survivor\n");
        await ldap.SetDomainStatusAsync(DemoUser.BcdAdministrator, "bcd.com", "inactive");
        await process.KillAsync();
        await process.StartAsync();
        Assert.Contains("sn: Survivor\n", await ldap.SearchAsync(DemoUser.BcdAdministrator, "(uid=bob)", ["-b", Bcd], "sn"), StringComparison.Ordinal);
        Assert.StartsWith("450 4.2.1", await RemoteServer.RecipientAsync(setup.Smtp, "alice@bcd.com"), StringComparison.Ordinal);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => server.CheckAsync();
}
