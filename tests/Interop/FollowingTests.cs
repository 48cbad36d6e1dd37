using DirMail.Mail;
using DirMail.Routing;
using Xunit;

namespace DirMail.Interop;

/// <summary>The follower and real directories: pushes and polls, kills in the middle; in the end the table is what ldapsearch prints.</summary>
public sealed class FollowingTests
{
    private const int Many = 2000;

    public static TheoryData<string, FollowingMethod> Kinds => new()
    {
        { "OpenLDAP", FollowingMethod.Sync },
        { "OpenLDAP without session log", FollowingMethod.Sync },
        { "OpenLDAP without syncprov", FollowingMethod.Poll },
        { "389 DS", FollowingMethod.Sync },
        { "389 DS without synchronisation", FollowingMethod.Poll },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_kind_of_change_comes_into_force(string kind, FollowingMethod method)
    {
        await using FollowedDirectory followed = await FollowedDirectory.StartAsync(kind);
        Assert.Equal(method, followed.Follower.Status.Method);
        await followed.InStepAsync();
        EntryId alice = followed.User("alice", "bcd.com").Id, bob = followed.User("bob", "bcd.com").Id;

        await followed.ModifyAsync(Modify("o=bcd.com,o=hosting", "mailDomainStatus", "inactive"));
        await followed.UntilAsync(t => t.FindDomain("bcd.com")!.Status.Status == MailStatus.Inactive);
        await followed.ModifyAsync(Modify("o=bcd.com,o=hosting", "mailDomainStatus", "active"));
        await followed.UntilAsync(t => t.FindDomain("bcd.com")!.Status.Status == MailStatus.Active);
        Assert.Empty(followed.PasswordsChanged);

        await followed.ModifyAsync(Modify("uid=alice,ou=People,o=bcd.com,o=hosting", "userPassword", "other-secret"));
        await followed.UntilAsync(_ => !followed.PasswordsChanged.IsEmpty);

        await followed.ModifyAsync("dn: uid=carl,ou=People,o=bcd.com,o=hosting\nchangetype: add\nobjectClass: inetOrgPerson\nobjectClass: inetUser\nobjectClass: inetMailUser\nobjectClass: inetLocalMailRecipient\n"
            + "uid: carl\ncn: Carl\nsn: C\nmail: carl@bcd.com\nuserPassword: carl-secret\n");
        await followed.UntilAsync(t => t.FindUser(t.FindDomain("bcd.com")!, "carl") is not null);
        await followed.ModifyAsync("dn: uid=carl,ou=People,o=bcd.com,o=hosting\nchangetype: modrdn\nnewrdn: uid=charles\ndeleteoldrdn: 1\nnewsuperior: ou=People,o=cde.com,o=hosting\n");
        await followed.UntilAsync(t => t.FindUser(t.FindDomain("cde.com")!, "charles") is not null);
        await followed.InStepAsync();
        await followed.ModifyAsync("dn: uid=charles,ou=People,o=cde.com,o=hosting\nchangetype: delete\n");
        await followed.UntilAsync(t => t.FindUser(t.FindDomain("cde.com")!, "charles") is null);

        // 389 DS makes two changes of it, the password and passwordGraceUserTime, and pushes both: one table or two
        IEnumerable<EntryId> told = kind == "389 DS" ? followed.PasswordsChanged.Distinct() : followed.PasswordsChanged;
        Assert.Equal([alice], told);
        Assert.Equal(bob, followed.User("bob", "bcd.com").Id);
        Assert.Equal(1, followed.Reloads);
        await followed.InStepAsync();

        // who lies below it has another name, which nobody tells; the login goes by it
        await followed.ModifyAsync("dn: ou=People,o=bcd.com,o=hosting\nchangetype: modrdn\nnewrdn: ou=Persons\ndeleteoldrdn: 1\n");
        await followed.UntilAsync(_ => followed.User("alice", "bcd.com").Dn.Contains("ou=Persons", StringComparison.Ordinal));
        await followed.InStepAsync();
        Assert.Equal(alice, followed.User("alice", "bcd.com").Id);
    }

    [Theory]
    [InlineData("OpenLDAP")]
    [InlineData("OpenLDAP without syncprov")]
    [InlineData("389 DS")]
    public async Task Texts_come_with_their_languages(string kind)
    {
        await using FollowedDirectory followed = await FollowedDirectory.StartAsync(kind);
        await followed.ModifyAsync("dn: o=bcd.com,o=hosting\nchangetype: modify\nreplace: mailDomainWelcomeMessage\nmailDomainWelcomeMessage: Subject: Hello$$x\n-\n"
            + "replace: mailDomainWelcomeMessage;lang-fr\nmailDomainWelcomeMessage;lang-fr: Subject: Bonjour$$x\n");
        await followed.ModifyAsync(Modify("uid=alice,ou=People,o=bcd.com,o=hosting", "preferredLanguage", "fr-CA"));
        await followed.UntilAsync(t => t.FindDomain("bcd.com")!.WelcomeFor(t.FindUser(t.FindDomain("bcd.com")!, "alice")!)?.Subject == "Bonjour");
        Assert.Equal("Hello", followed.Table.FindDomain("bcd.com")!.WelcomeFor(followed.User("bob", "bcd.com"))?.Subject);
        await followed.ModifyAsync("dn: o=bcd.com,o=hosting\nchangetype: modify\ndelete: mailDomainWelcomeMessage;lang-fr\n");
        await followed.UntilAsync(t => t.FindDomain("bcd.com")!.WelcomeFor(t.FindUser(t.FindDomain("bcd.com")!, "alice")!)?.Subject == "Hello");
    }

    [Theory]
    [InlineData("OpenLDAP")]
    [InlineData("OpenLDAP without syncprov")]
    [InlineData("389 DS")]
    public async Task A_Schema_1_tree_outside_the_base_is_followed_beside_it(string kind)
    {
        await using FollowedDirectory followed = await FollowedDirectory.StartWithTreeAsync(kind,
            "dn: ou=dns,o=hosting\nobjectClass: organizationalUnit\nou: dns\n\ndn: dc=test,ou=dns,o=hosting\nobjectClass: domain\ndc: test\n\n"
            + "dn: dc=new,dc=test,ou=dns,o=hosting\nobjectClass: domain\nobjectClass: inetDomain\ndc: new\ninetDomainBaseDN: o=bcd.com,o=hosting\n\n"
            + "dn: dc=other,dc=test,ou=dns,o=hosting\nobjectClass: domain\nobjectClass: inetDomain\ndc: other\n");
        await followed.UntilAsync(t => t.FindDomain("other.test") is not null && t.FindDomain("cde.com") is null);
        await followed.ModifyAsync(Modify("dc=other,dc=test,ou=dns,o=hosting", "inetDomainStatus", "inactive"));
        await followed.UntilAsync(t => t.FindDomain("other.test")!.Status.Status == MailStatus.Inactive);
        await followed.ModifyAsync(Modify("uid=alice,ou=People,o=bcd.com,o=hosting", "mailUserStatus", "disabled"));
        await followed.UntilAsync(t => t.Problems.Count > 0 && t.FindDomain("new.test") is not null);

        await followed.Server.KillAsync();
        followed.Server.Run();
        await followed.Server.AnswersAsync();
        await followed.ModifyAsync(Modify("dc=other,dc=test,ou=dns,o=hosting", "inetDomainStatus", "active") + "\ndn: dc=new,dc=test,ou=dns,o=hosting\nchangetype: delete\n");
        await followed.UntilAsync(t => t.FindDomain("other.test")!.Status.Status == MailStatus.Active && t.FindDomain("new.test") is null && t.FindDomain("bcd.com") is { } bcd && t.FindUser(bcd, "alice")?.Status.Status == MailStatus.Disabled);
    }

    [Theory]
    [InlineData("OpenLDAP")]
    [InlineData("OpenLDAP without session log")]
    public async Task A_refresh_that_is_cut_in_the_middle_is_never_in_force(string kind)
    {
        await using FollowedDirectory followed = await FollowedDirectory.StartCutAsync(kind, octets: 6000);
        CuttingRelay relay = followed.Relay!;
        await Eventually.SeesAsync(() => Task.FromResult(relay.Cuts), cuts => cuts >= 2);
        Assert.False(followed.Table.IsLoaded);
        relay.CutAfter(null);
        await followed.UntilAsync(t => t.UserCount == 9);
        await followed.InStepAsync();

        // and while it catches up with a table in force
        int before = relay.Cuts;
        relay.CutAfter(700);
        await followed.ModifyAsync("dn: uid=bob,ou=People,o=bcd.com,o=hosting\nchangetype: delete\n\n" + Modify("uid=alice,ou=People,o=bcd.com,o=hosting", "mailUserStatus", "disabled"));
        await Eventually.SeesAsync(() => Task.FromResult(relay.Cuts), cuts => cuts >= before + 2);
        Assert.Equal((9, MailStatus.Active), (followed.Table.UserCount, followed.User("alice", "bcd.com").Status.Status));
        relay.CutAfter(null);
        await followed.InStepAsync();
        Assert.Equal(8, followed.Table.UserCount);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Killed_in_the_middle_of_changes_and_while_it_is_caught_up_with_it_is_in_step_again(string kind, FollowingMethod method)
    {
        await using FollowedDirectory followed = await FollowedDirectory.StartAsync(kind);
        await followed.ModifyAsync(ManyUsers());
        await followed.UntilAsync(t => t.UserCount == 9 + Many);

        // in the middle of changes: how many were done does not matter, the directory knows
        Task<Printed> changing = Program.RunAsync("ldapmodify", ["-x", "-c", "-H", followed.Server.Url, "-D", followed.Server.Manager, "-w", followed.Server.ManagerPassword], ManyStates("disabled"));
        await followed.UntilAsync(t => t.FindUser(t.FindDomain("cde.com")!, "u5")!.Status.Status == MailStatus.Disabled);
        await followed.Server.KillAsync();
        await changing;
        followed.Server.Run();
        await followed.Server.AnswersAsync();
        await followed.ModifyAsync("dn: uid=u7,ou=People,o=cde.com,o=hosting\nchangetype: delete\n\n" + Modify("o=bcd.com,o=hosting", "mailDomainStatus", "inactive"));
        await followed.InStepAsync();

        // and again while it catches up
        for (int i = 0; i < 2; i++)
        {
            await followed.Server.KillAsync();
            followed.Server.Run();
            await followed.Server.AnswersAsync();
        }
        await followed.ModifyAsync("dn: uid=u8,ou=People,o=cde.com,o=hosting\nchangetype: delete\n\n" + Modify("o=bcd.com,o=hosting", "mailDomainStatus", "active"));
        await followed.InStepAsync();
        Assert.Equal(method, followed.Follower.Status.Method);
    }

    /// <summary>From the log alone, from a log that does not reach back, and from none: the ids of all are sent then, and who is not named is gone.</summary>
    [Theory]
    [InlineData("OpenLDAP")]
    [InlineData("OpenLDAP with a short session log")]
    [InlineData("OpenLDAP without session log")]
    public async Task What_changed_while_nobody_followed_is_in_force_afterwards(string kind)
    {
        await using FollowedDirectory followed = await FollowedDirectory.StartAsync(kind);
        await followed.ModifyAsync(Modify("o=cde.com,o=hosting", "mailDomainStatus", "inactive"));
        await followed.UntilAsync(t => t.FindDomain("cde.com")!.Status.Status == MailStatus.Inactive);
        await followed.AwayAsync(() => followed.ModifyAsync("dn: uid=bob,ou=People,o=bcd.com,o=hosting\nchangetype: delete\n\ndn: uid=carol,ou=People,o=cde.com,o=hosting\nchangetype: delete\n\n"
            + Modify("o=cde.com,o=hosting", "mailDomainStatus", "active") + "\n" + Modify("uid=alice,ou=People,o=bcd.com,o=hosting", "mailUserStatus", "disabled")));
        await followed.UntilAsync(t => t.IsLoaded && t.UserCount == 7);
        await followed.InStepAsync();
        Assert.Equal((MailStatus.Active, MailStatus.Disabled), (followed.Table.FindDomain("cde.com")!.Status.Status, followed.User("alice", "bcd.com").Status.Status));
        Assert.DoesNotContain(followed.Said, static line => line.StartsWith("all is fetched anew", StringComparison.Ordinal));
    }

    /// <summary>OpenLDAP answers e-syncRefreshRequired (4096) where nothing is as old as the cookie: its entries were written anew, with the ids they had. Without the cookie all is followed again.</summary>
    [Fact]
    public async Task A_server_that_asks_for_a_reload_is_reloaded()
    {
        await using FollowedDirectory followed = await FollowedDirectory.StartAsync("OpenLDAP that asks for reloads");
        var slapd = (Slapd)followed.Server;
        EntryId alice = followed.User("alice", "bcd.com").Id;
        await followed.AwayAsync(async () =>
        {
            await slapd.RenewAsync();
            await followed.ModifyAsync("dn: uid=bob,ou=People,o=bcd.com,o=hosting\nchangetype: delete\n\n" + Modify("uid=alice,ou=People,o=bcd.com,o=hosting", "mailUserStatus", "disabled"));
        });
        await followed.UntilAsync(t => t.IsLoaded && t.UserCount == 8);
        await followed.InStepAsync();
        Assert.Equal(1, followed.Said.Count(static line => line.StartsWith("all is fetched anew", StringComparison.Ordinal)));
        Assert.Equal((alice, MailStatus.Disabled), (followed.User("alice", "bcd.com").Id, followed.User("alice", "bcd.com").Status.Status));
        // and it goes on by pushes
        await followed.ModifyAsync(Modify("o=cde.com,o=hosting", "mailDomainStatus", "inactive"));
        await followed.UntilAsync(t => t.FindDomain("cde.com")!.Status.Status == MailStatus.Inactive);
        Assert.Equal(1, followed.Said.Count(static line => line.StartsWith("all is fetched anew", StringComparison.Ordinal)));
    }

    /// <summary>A directory brought back from an older copy refuses the cookie, which stands for more than it has: what it holds now is in force, and later pushes are followed.</summary>
    [Theory]
    [InlineData("OpenLDAP")]
    [InlineData("OpenLDAP without session log")]
    public async Task A_database_replaced_by_an_older_copy_is_followed(string kind)
    {
        await using FollowedDirectory followed = await FollowedDirectory.StartAsync(kind);
        var slapd = (Slapd)followed.Server;
        EntryId bob = followed.User("bob", "bcd.com").Id;
        string copy = await slapd.CopyContentAsync();
        await followed.ModifyAsync(Modify("o=bcd.com,o=hosting", "mailDomainStatus", "inactive") + "\ndn: uid=bob,ou=People,o=bcd.com,o=hosting\nchangetype: delete\n");
        await followed.UntilAsync(t => t.FindDomain("bcd.com")!.Status.Status == MailStatus.Inactive && t.UserCount == 8);
        await followed.AwayAsync(async () =>
        {
            await slapd.LoseContentAsync();
            await slapd.LoadContentAsync(copy);
            slapd.Run();
            await slapd.AnswersAsync();
        });
        await followed.UntilAsync(t => t.IsLoaded && t.UserCount == 9);
        await followed.InStepAsync();
        Assert.Equal(bob, followed.User("bob", "bcd.com").Id);
        await followed.ModifyAsync(Modify("o=cde.com,o=hosting", "mailDomainStatus", "inactive"));
        await followed.UntilAsync(t => t.FindDomain("cde.com")!.Status.Status == MailStatus.Inactive);
    }

    [Fact]
    public async Task A_server_that_hangs_is_noticed_and_followed_again_when_it_goes_on()
    {
        await using FollowedDirectory followed = await FollowedDirectory.StartAsync("OpenLDAP", TimeSpan.FromMilliseconds(500));
        var slapd = (Slapd)followed.Server;
        await slapd.HangAsync();
        await Eventually.SeesAsync(() => Task.FromResult(followed.Follower.Status), status => status is { Connected: false, LastError: { } error } && error.Contains("hangs", StringComparison.Ordinal));
        Assert.Equal(9, followed.Table.UserCount);
        await slapd.GoOnAsync();
        await followed.ModifyAsync(Modify("o=bcd.com,o=hosting", "mailDomainStatus", "inactive"));
        await followed.UntilAsync(t => t.FindDomain("bcd.com")!.Status.Status == MailStatus.Inactive);
        await Eventually.SeesAsync(() => Task.FromResult(followed.Follower.Status), status => status is { Connected: true, LastError: null });
    }

    private static string Modify(string dn, string attribute, string value) => $"dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n\n";

    private static string ManyUsers() => string.Concat(Enumerable.Range(0, Many).Select(i =>
        $"dn: uid=u{i},ou=People,o=cde.com,o=hosting\nchangetype: add\nobjectClass: inetOrgPerson\nobjectClass: inetUser\nobjectClass: inetMailUser\nobjectClass: inetLocalMailRecipient\n"
        + $"uid: u{i}\ncn: User {i}\nsn: {i}\nmail: u{i}@cde.com\nmailUserStatus: active\n\n"));

    private static string ManyStates(string status) => string.Concat(Enumerable.Range(0, Many).Select(i => Modify($"uid=u{i},ou=People,o=cde.com,o=hosting", "mailUserStatus", status)));
}
