using DirMail.Demo;
using DirMail.Wire;
using Xunit;

namespace DirMail.Interop;

/// <summary>What people do with ldap-utils beyond the everyday, on the embedded directory: controls, copies of trees, edits of what was read, moves, password hashes of other tools.</summary>
public sealed class LdapToolsTests : IAsyncLifetime
{
    private const string Bcd = "o=bcd.com,o=hosting", Alice = "uid=alice,ou=People,o=bcd.com,o=hosting", Cde = "o=cde.com,o=hosting";

    private static readonly DemoUser Site = DemoUser.SiteAdministrator;

    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-ldap-").FullName;
    private LocalDirectory _directory = null!;
    private LdapUtils _ldap = null!;

    public async Task InitializeAsync()
    {
        _directory = await LocalDirectory.StartAsync(SelfMadeCertificate.LoadOrMake(_folder, "localhost", TimeProvider.System));
        _ldap = new(_directory.Url);
    }

    public async Task DisposeAsync()
    {
        await _directory.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_tree_is_copied_by_ldapsearch_and_ldapadd()
    {
        await using LocalDirectory other = await LocalDirectory.StartAsync();
        var there = new LdapUtils(other.Url);
        foreach (string domain in (string[])["o=abc.com,o=hosting", Bcd, Cde])
        {
            string ldif = await _ldap.SearchAsync(Site, "(objectClass=*)", ["-b", domain]);
            await there.DoAsync("ldapdelete", Site, ["-r", domain]);
            Assert.Equal(32, (await there.RunAsync("ldapsearch", Site, ["-LLL", "-b", domain])).ExitCode);
            await there.DoAsync("ldapadd", Site, [], ldif);
            Assert.Equal(ldif, await there.SearchAsync(Site, "(objectClass=*)", ["-b", domain]));
        }
    }

    [Fact]
    public async Task What_was_read_is_edited_and_written_back()
    {
        string read = await _ldap.SearchAsync(Site, "(uid=alice)", ["-b", Bcd], "*", "+");
        Assert.Contains("\nentryUUID: ", read, StringComparison.Ordinal);
        // every attribute that a person may write is replaced by what was read, but for one
        string[] kept = ["dn", "entryUUID", "entryCSN", "creatorsName", "createTimestamp", "modifiersName", "modifyTimestamp", "structuralObjectClass", "entryDN", "subschemaSubentry", "hasSubordinates"];
        var attributes = read.Trim().Split('\n').GroupBy(l => l.Split(':')[0]).Where(g => !kept.Contains(g.Key));
        string edit = $"dn: {Alice}\nchangetype: modify\n" + string.Join("-\n", attributes.Select(g => $"replace: {g.Key}\n{string.Concat(g.Select(l => l + "\n"))}"));
        await _ldap.DoAsync("ldapmodify", Site, [], edit.Replace("sn: Able", "sn: Edited", StringComparison.Ordinal));
        string after = await _ldap.SearchAsync(Site, "(uid=alice)", ["-b", Bcd]);
        Assert.Equal((await WithoutKeptAsync(read)).Replace("sn: Able", "sn: Edited", StringComparison.Ordinal), await WithoutKeptAsync(after));

        Task<string> WithoutKeptAsync(string ldif) => Task.FromResult(string.Join('\n', ldif.Trim().Split('\n').Where(l => !kept.Contains(l.Split(':')[0])).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Entries_are_moved_and_trees_removed()
    {
        await _ldap.DoAsync("ldapmodify", Site, [], $"dn: {Alice}\nchangetype: moddn\nnewrdn: uid=alicia\ndeleteoldrdn: 1\nnewsuperior: ou=People,{Cde}\n");
        await _ldap.DoAsync("ldapmodrdn", Site, ["-r", "-s", $"ou=Groups,{Cde}", $"uid=alicia,ou=People,{Cde}", "uid=alice"]);
        Assert.Contains($"dn: uid=alice,ou=Groups,{Cde}\n", await _ldap.SearchAsync(Site, "(uid=alice)"), StringComparison.Ordinal);
        Assert.Equal(66, (await _ldap.RunAsync("ldapdelete", Site, [$"ou=Groups,{Cde}"])).ExitCode);
        await _ldap.DoAsync("ldapdelete", Site, ["-r", $"ou=Groups,{Cde}"]);
        Assert.Equal(0, LdapUtils.Entries(await _ldap.SearchAsync(Site, "(uid=alice)")));
    }

    [Fact]
    public async Task Controls_are_understood_as_the_tools_send_them()
    {
        string change = $"dn: {Alice}\nchangetype: modify\nreplace: sn\nsn: Read\n-\nincrement: mailAutoReplyTimeOut\nmailAutoReplyTimeOut: 2\n";
        Assert.Equal(122, (await _ldap.RunAsync("ldapmodify", Site, ["-e", "!assert=(uid=bob)"], change)).ExitCode);
        string told = await _ldap.DoAsync("ldapmodify", Site, ["-e", "!assert=(uid=alice)", "-e", "!preread=sn", "-e", "!postread=sn,mailAutoReplyTimeOut"], change);
        foreach (string line in (string[])["sn: Able", "sn: Read", "mailAutoReplyTimeOut: 170"])
            Assert.Contains(line, told, StringComparison.Ordinal);
        string matched = await _ldap.SearchAsync(Site, "(cn=Staff)", ["-b", Bcd, "-E", "!mv=((uniqueMember=uid=bob,ou=People,o=bcd.com,o=hosting))"]);
        Assert.Contains("uniqueMember: uid=bob,", matched, StringComparison.Ordinal);
        Assert.DoesNotContain("uniqueMember: uid=alice,", matched, StringComparison.Ordinal);
        Assert.Equal(12, (await _ldap.RunAsync("ldapsearch", Site, ["-b", Bcd, "-E", "!sss=cn"])).ExitCode);
        await _ldap.DoAsync("ldapmodify", Site, ["-M"], change);
    }

    [Fact]
    public async Task A_refresh_goes_on_where_the_last_one_ended()
    {
        string first = await _ldap.DoAsync("ldapsearch", Site, ["-b", Bcd, "-E", "!sync=ro", "(objectClass=inetMailUser)", "sn"]);
        string cookie = first.Split("cookie: ")[^1].Split('\n')[0].Trim();
        Assert.Equal(4, LdapUtils.Entries(first));
        await _ldap.DoAsync("ldapmodify", Site, [], $"dn: {Alice}\nchangetype: modify\nreplace: sn\nsn: Later\n");
        string second = await _ldap.DoAsync("ldapsearch", Site, ["-b", Bcd, "-E", $"!sync=ro/{cookie}", "(objectClass=inetMailUser)", "sn"]);
        Assert.Equal(1, LdapUtils.Entries(second));
        Assert.Contains("sn: Later", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Searches_are_limited_and_told_in_part_as_asked()
    {
        Assert.Equal(4, (await _ldap.RunAsync("ldapsearch", Site, ["-LLL", "-b", Bcd, "-z", "2"])).ExitCode);
        string types = await _ldap.SearchAsync(Site, "(uid=alice)", ["-A"]);
        Assert.Contains("\nsn:\n", types, StringComparison.Ordinal);
        Assert.DoesNotContain("Able", types, StringComparison.Ordinal);
        Assert.Equal("dn: uid=alice,ou=People,o=bcd.com,o=hosting\n\n", await _ldap.SearchAsync(Site, "(uid=alice)", [], "1.1"));
        string ofClass = await _ldap.SearchAsync(Site, "(uid=alice)", [], "@person");
        Assert.Contains("\nsn: Able\n", ofClass, StringComparison.Ordinal);
        Assert.DoesNotContain("\nuid:", ofClass, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extended_operations_and_other_binds()
    {
        Assert.Equal($"dn:{Site.Dn}\n", await _ldap.DoAsync("ldapexop", Site, ["whoami"]));
        Assert.Contains("Protocol error (2)", (await _ldap.RunAsync("ldapexop", Site, ["1.2.3.4"])).All, StringComparison.Ordinal);
        string made = await _ldap.DoAsync("ldappasswd", Site, [Alice]);
        string password = made.Split("New password: ")[1].Trim();
        await _ldap.DoAsync("ldapwhoami", DemoUser.Alice with { Password = password }, []);
        Assert.Contains("(53)", (await _ldap.RunAsync("ldappasswd", DemoUser.Alice with { Password = password }, ["-a", "wrong", "-s", "new"])).All, StringComparison.Ordinal);
        Printed anonymous = await Program.RunAsync("ldapmodify", ["-x", "-H", _directory.Url], $"dn: {Alice}\nchangetype: delete\n");
        Assert.Equal(8, anonymous.ExitCode);
    }

    [Fact]
    public async Task Under_TLS_after_StartTls()
    {
        string[] arguments = ["ldapwhoami", "-x", "-ZZ", "-H", _directory.Url, "-D", Site.Dn, "-w", Site.Password];
        Printed who = await Program.RunAsync("env", ["LDAPTLS_REQCERT=allow", .. arguments]);
        Assert.True(who.ExitCode == 0, who.All);
        Printed untrusted = await Program.RunAsync("env", ["LDAPTLS_REQCERT=demand", .. arguments]);
        Assert.NotEqual(0, untrusted.ExitCode);
    }

    [Theory]
    [InlineData("slappasswd", "-s", "hash secret", "-h", "{SSHA}")]
    [InlineData("slappasswd", "-s", "hash secret", "-o", "module-path=/usr/lib/ldap", "-o", "module-load=pw-sha2", "-h", "{SSHA512}")]
    [InlineData("slappasswd", "-s", "hash secret", "-o", "module-path=/usr/lib/ldap", "-o", "module-load=pw-sha2", "-h", "{SSHA256}")]
    [InlineData("slappasswd", "-s", "hash secret", "-o", "module-path=/usr/lib/ldap", "-o", "module-load=pw-pbkdf2", "-h", "{PBKDF2-SHA512}")]
    [InlineData("slappasswd", "-s", "hash secret", "-o", "module-path=/usr/lib/ldap", "-o", "module-load=pw-pbkdf2", "-h", "{PBKDF2-SHA256}")]
    [InlineData("slappasswd", "-s", "hash secret", "-h", "{CRYPT}", "-c", "$5$%.16s")]
    [InlineData("slappasswd", "-s", "hash secret", "-h", "{CRYPT}", "-c", "$6$rounds=20000$%.12s")]
    [InlineData("openssl", "passwd", "-5", "hash secret")]
    [InlineData("openssl", "passwd", "-6", "hash secret")]
    public async Task Hashes_that_other_tools_make_are_verified(string tool, params string[] arguments)
    {
        Printed made = await Program.RunAsync(tool == "slappasswd" ? "/usr/sbin/slappasswd" : tool, arguments);
        string hash = (tool == "openssl" ? "{CRYPT}" : "") + made.Output.Trim();
        await _ldap.DoAsync("ldapmodify", Site, [], $"dn: {Alice}\nchangetype: modify\nreplace: userPassword\nuserPassword: {hash}\n");
        await _ldap.DoAsync("ldapwhoami", DemoUser.Alice with { Password = "hash secret" }, []);
        Assert.Equal(49, (await _ldap.RunAsync("ldapwhoami", DemoUser.Alice with { Password = "hash secre" }, [])).ExitCode);
    }
}
