using System.Globalization;
using System.Text;
using System.Text.Json;
using DirMail.Demo;
using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>The verbs that work on a directory, by the site's administrator and by a domain's: the same on every directory.</summary>
public abstract class AdministrationVerbs(RunningServer server) : IAsyncLifetime
{
    private protected static readonly DemoUser Site = DemoUser.SiteAdministrator;
    private protected static readonly DemoUser Admin = DemoUser.BcdAdministrator;

    private protected CommandLine Cli { get; } = new(server);

    /// <summary>What a new customer does, from nothing to mail; each step is in force at once.</summary>
    [Fact]
    public async Task A_domain_is_made_and_its_first_user_gets_mail()
    {
        JsonElement made = await Cli.JsonAsync(Site, "domain", "add", "fresh.test", "--also", "fresh2.test", "--virtual-address", "127.0.70.21", "--quota", "1G");
        var boss = DemoUser.In("admin", "fresh.test", made.GetProperty("administrators")[0].GetProperty("password").GetString()!);
        JsonElement added = await Cli.JsonAsync(boss, "user", "add", "fran@fresh.test", "--name", "Fran Fresh", "--also", "f.fresh@fresh2.test", "--generate");
        var fran = DemoUser.In("fran", "fresh.test", added.GetProperty("password").GetString()!);

        // the first login may come before the table has the user
        await Eventually.StartsAsync("250", () => RemoteServer.RecipientAsync(server.Smtp, "f.fresh@fresh2.test"));
        await SendAsync(fran, "first");
        Assert.Contains("Subject: first", await PopAsync(fran), StringComparison.Ordinal);

        string changed = Path.Combine(server.Folder, "new.password");
        await File.WriteAllTextAsync(changed, "fran-changed-secret\n");
        await Cli.DoAsync(fran, "user", "passwd", "fran@fresh.test", "--new-password-file", changed);
        fran = fran with { Password = "fran-changed-secret" };
        await SendAsync(fran, "second");
        Assert.Contains("Subject: second", await ImapAsync(fran), StringComparison.Ordinal);

        Assert.Contains("fresh.test", await Cli.DoAsync(null, "domain", "list"), StringComparison.Ordinal);
        await Cli.RefusedAsync(boss, "insufficient access", "domain", "remove", "fresh.test", "--yes");
        await Cli.DoAsync(Site, "domain", "remove", "fresh.test", "--yes");
        await Eventually.StartsAsync("550", () => RemoteServer.RecipientAsync(server.Smtp, "fran@fresh.test"));
    }

    [Fact]
    public async Task A_domains_administrator_runs_the_domain_and_no_other()
    {
        await Cli.DoAsync(Admin, "user", "add", "gina@bcd.com", "--quota", "5M", "--forward", "gina@else.test", "--keep-copy");
        JsonElement gina = await Cli.JsonAsync(Admin, "user", "show", "gina@bcd.net");
        Assert.Equal("uid=gina,ou=People,o=bcd.com,o=hosting", gina.GetProperty("dn").GetString());
        Assert.Equal(["mailbox", "forward"], gina.GetProperty("delivery").EnumerateArray().Select(d => d.GetString()!).Order(StringComparer.Ordinal).Reverse());
        await Cli.DoAsync(Admin, "user", "set", "gina@bcd.com", "--no-forward", "--quota", "", "--also", "gg@bcd.com");
        await Cli.DoAsync(Admin, "user", "set-status", "gg@bcd.com", "disabled");
        Assert.Contains("disabled", await Cli.DoAsync(Admin, "user", "list", "bcd.com"), StringComparison.Ordinal);

        await Cli.DoAsync(Admin, "group", "add", "crew@bcd.com", "--member", "gina@bcd.com", "x@else.test");
        await Cli.DoAsync(Admin, "group", "add-member", "crew@bcd.com", "bob@bcd.com");
        await Cli.DoAsync(Admin, "group", "remove-member", "crew@bcd.com", "x@else.test");
        await Cli.DoAsync(Admin, "group", "set-status", "crew@bcd.com", "inactive");
        JsonElement crew = await Cli.JsonAsync(Admin, "group", "show", "crew@bcd.com");
        Assert.Equal(2, crew.GetProperty("members").GetArrayLength());
        Assert.Equal(0, crew.GetProperty("memberAddresses").GetArrayLength());
        await Cli.DoAsync(Admin, "user", "remove", "gina@bcd.com", "--yes");
        Assert.Equal(1, (await Cli.JsonAsync(Admin, "group", "show", "crew@bcd.com")).GetProperty("members").GetArrayLength());
        await Cli.DoAsync(Admin, "group", "remove", "crew@bcd.com", "--yes");
        Assert.DoesNotContain("crew", await Cli.DoAsync(Admin, "group", "list", "bcd.com"), StringComparison.Ordinal);

        await Cli.RefusedAsync(Admin, "the directory refused to change uid=bob,ou=People,o=bcd.com,o=hosting: insufficient access", "user", "set", "bob@bcd.com", "--virtual-address", "127.0.70.22");
        await Cli.RefusedAsync(Admin, "the directory refused", "domain", "set-status", "bcd.com", "hold");
        await Cli.RefusedAsync(Admin, "the directory refused to add o=other.test,o=hosting", "domain", "add", "other.test");
        await Cli.RefusedAsync(Admin, "the directory refused", "user", "add", "eve@cde.com");
        await Cli.RefusedAsync(Admin, "carol@cde.com", "user", "passwd", "carol@cde.com", "--generate");
        await Cli.RefusedAsync(Admin with { Password = "wrong" }, "wrong name or password", "user", "list", "bcd.com");
    }

    [Fact]
    public async Task A_name_or_address_that_is_taken_is_refused()
    {
        await Cli.RefusedAsync(Site, "bcd.net is already a name of o=bcd.com,o=hosting", "domain", "add", "new.test", "--also", "bcd.net");
        await Cli.RefusedAsync(Site, "127.0.70.1 is already the virtual address of o=bcd.com,o=hosting", "domain", "add", "new.test", "--virtual-address", "127.0.70.1");
        await Cli.RefusedAsync(Site, "already an address of uid=alice", "user", "add", "sales@bcd.com");
        Assert.Equal(2, (await Cli.RunAsync(Site, "domain", "add", "new.test", "--virtual-address", "127.0.70")).ExitCode);
        Assert.Contains("dn: o=new.test,o=hosting", await Cli.DoAsync(Site, "domain", "add", "new.test", "--dry-run"), StringComparison.Ordinal);
        await Cli.RefusedAsync(Site, "no domain new.test", "user", "list", "new.test");
    }

    [Fact]
    public async Task A_domain_written_out_loads_again()
    {
        await Cli.DoAsync(Site, "domain", "add", "copy.test", "--admin", "one", "two");
        string file = Path.Combine(server.Folder, "copy.ldif"), again = Path.Combine(server.Folder, "again.ldif");
        await Cli.DoAsync(Site, "ldif", "export", file, "--domain", "copy.test");
        await Cli.DoAsync(Site, "domain", "remove", "copy.test", "--yes");
        Assert.Contains("nothing is changed; this would load: 8 added", await Cli.DoAsync(Site, "ldif", "load", file, "--dry-run"), StringComparison.Ordinal);
        Assert.Contains("loaded: 8 added", await Cli.DoAsync(Site, "ldif", "load", file), StringComparison.Ordinal);
        await Cli.DoAsync(Site, "ldif", "export", again, "--domain", "copy.test");
        Assert.Equal(Records(await File.ReadAllTextAsync(file)), Records(await File.ReadAllTextAsync(again)));
        Assert.Contains("o=copy.test,o=hosting: is already in the directory", (await Cli.RunAsync(Site, "ldif", "load", file, "--dry-run")).Error, StringComparison.Ordinal);
        await Cli.DoAsync(Site, "domain", "remove", "copy.test", "--yes");
    }

    /// <summary>More than directories give in one answer, from standard input, with faults told by line.</summary>
    [Fact]
    public async Task A_thousand_users_are_loaded_and_listed()
    {
        const int Users = 1000;
        await Cli.DoAsync(Site, "domain", "add", "many.test");
        var ldif = new StringBuilder("dn: uid=bad,ou=People,o=many.test,o=hosting\nobjectClass: inetOrgPerson\nuid: bad\ncn: bad\n\n");
        for (int i = 0; i < Users; i++)
            ldif.Append(CultureInfo.InvariantCulture, $"dn: uid=u{i},ou=People,o=many.test,o=hosting\nobjectClass: inetOrgPerson\nobjectClass: inetUser\nobjectClass: inetMailUser\nobjectClass: inetLocalMailRecipient\nuid: u{i}\ncn: User {i}\nsn: {i}\nmail: u{i}@many.test\n\n");
        Printed loaded = await Cli.RunAsync(Site, ["ldif", "load", "-", "--continue", "--json"], ldif.ToString());
        Assert.True(loaded.ExitCode == 1, loaded.All);
        Assert.Contains("standard input, line 1: the directory refused to add uid=bad,ou=People,o=many.test,o=hosting: object class violation", loaded.Error, StringComparison.Ordinal);
        Assert.Contains($"\"added\": {Users}", loaded.Output, StringComparison.Ordinal);
        Assert.Equal(Users + 1, (await Cli.JsonAsync(Site, "user", "list", "many.test")).GetArrayLength());
        await Cli.DoAsync(Site, "domain", "remove", "many.test", "--yes");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => server.CheckAsync();

    private static IEnumerable<string> Records(string ldif) => ldif.Split("\n\n").Select(r => string.Join('\n', r.Split('\n').Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal);

    private async Task SendAsync(DemoUser who, string subject)
    {
        Printed sent = await Program.RunAsync(ServerProcess.File, ["send", "--from", who.Address, "--to", who.Address, "--subject", subject, "--password-file", await Cli.PasswordFileAsync(who), "--settings", Path.Combine(server.Folder, "dirmail.json")], "hello\n");
        Assert.True(sent.ExitCode == 0, sent.All);
    }

    private async Task<string> PopAsync(DemoUser who)
    {
        await using Dialogue pop = await Dialogue.OpenAsync(RunningServer.Local(server.Pop3), CancellationToken.None);
        await pop.ReadAsync(CancellationToken.None);
        await pop.Pop3Async($"USER {who.Address}", false, CancellationToken.None);
        Assert.StartsWith("+OK", (await pop.Pop3Async($"PASS {who.Password}", false, CancellationToken.None))[0], StringComparison.Ordinal);
        return string.Join('\n', await pop.Pop3Async("RETR 1", true, CancellationToken.None));
    }

    private async Task<string> ImapAsync(DemoUser who)
    {
        await using Dialogue imap = await Dialogue.OpenAsync(RunningServer.Local(server.Imap), CancellationToken.None);
        await imap.ReadAsync(CancellationToken.None);
        Assert.StartsWith("a OK", (await imap.ImapAsync("a", $"LOGIN {who.Address} {who.Password}", CancellationToken.None))[^1], StringComparison.Ordinal);
        await imap.ImapAsync("b", "SELECT INBOX", CancellationToken.None);
        return string.Join('\n', await imap.ImapAsync("c", "FETCH 1:* BODY[HEADER]", CancellationToken.None));
    }
}

public sealed class EmbeddedAdministrationTests(RunningServer server) : AdministrationVerbs(server), IClassFixture<RunningServer>
{
    /// <summary>Who has the data folder is the site's administrator.</summary>
    [Fact]
    public async Task On_the_machine_itself_nobody_need_say_who_he_is() => Assert.Contains("alice", await Cli.DoAsync(null, "user", "list", "bcd.com"), StringComparison.Ordinal);
}

public sealed class OpenLdapAdministrationTests(OpenLdapTests.Followed openLdap) : AdministrationVerbs(openLdap.Server), IClassFixture<OpenLdapTests.Followed>
{
    [Fact]
    public async Task Who_asks_must_be_named()
    {
        Printed printed = await Cli.RunAsync(null, "user", "list", "bcd.com");
        Assert.Equal(2, printed.ExitCode);
        Assert.Contains("--bind-dn", printed.Error, StringComparison.Ordinal);
    }
}

/// <summary>ldif/new-domain.ldif by hand, as its first lines say, with nothing of ours.</summary>
public sealed class TemplateTests(OpenLdapTests.Followed openLdap) : IClassFixture<OpenLdapTests.Followed>
{
    [Fact]
    public async Task The_template_is_filled_in_by_sed_and_loaded_by_ldapadd()
    {
        string[] lines = await File.ReadAllLinesAsync(Program.File("ldif/new-domain.ldif"));
        int from = Array.FindIndex(lines, l => l.StartsWith("#   sed ", StringComparison.Ordinal));
        string sed = string.Join(' ', lines[from..(from + 2)].Select(l => l.TrimStart('#', ' ').TrimEnd('\\')))
            .Replace("ldif/new-domain.ldif > example.org.ldif", Program.File("ldif/new-domain.ldif"), StringComparison.Ordinal).Replace("$(head -1 password)", "admin-example-secret", StringComparison.Ordinal);
        Printed filled = await Program.RunAsync("bash", ["-c", sed]);
        Assert.DoesNotContain(filled.Output.Split('\n'), line => !line.StartsWith('#') && line.Contains('%'));
        var ldap = new LdapUtils(openLdap.Slapd.Url);
        await ldap.DoAsync("ldapadd", DemoUser.SiteAdministrator, [], filled.Output);
        await ldap.SetDomainStatusAsync(DemoUser.In("admin", "example.org", "admin-example-secret"), "example.org", "inactive");
        await Eventually.StartsAsync("450 4.2.1", () => RemoteServer.RecipientAsync(openLdap.Server.Smtp, "admin@example.org"));
    }
}

public sealed class Ds389AdministrationTests(Ds389AdministrationTests.Followed ds389) : AdministrationVerbs(ds389.Server), IClassFixture<Ds389AdministrationTests.Followed>
{
    public sealed class Followed : IAsyncLifetime
    {
        public RunningServer Server { get; private set; } = null!;
        private Ds389 Directory { get; set; } = null!;

        public async Task InitializeAsync()
        {
            Directory = await Ds389.StartAsync();
            Server = new(new ServerSetup(Directory.Url));
            await Server.InitializeAsync();
        }

        public async Task DisposeAsync()
        {
            await Server.DisposeAsync();
            await Directory.DisposeAsync();
        }
    }
}
