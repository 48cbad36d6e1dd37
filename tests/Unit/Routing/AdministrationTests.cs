using System.Net;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Unit.Routing;

/// <summary>Domains, users and groups made and changed over LDAP on the embedded directory, by a site administrator and by a domain's.</summary>
public class AdministrationTests
{
    private static readonly DirectoryLogin Site = new(ServedDirectory.SiteAdministrator, "siteadmin-secret");
    private static readonly DirectoryLogin BcdAdmin = new("uid=admin,ou=People,o=bcd.com,o=hosting", "admin-bcd-secret");

    private static readonly NewDomain NewTest = new("New.test")
    {
        AlsoNames = ["new2.test"],
        VirtualAddresses = [IPAddress.Parse("127.0.70.9"), IPAddress.Parse("fd00::9")],
        Administrators = [new("boss", "boss-secret"), new("deputy", "deputy-secret")],
        Postmaster = "ops@abc.com",
        Quota = "2G",
    };

    [Fact]
    public async Task The_directory_decides_who_may_set_a_state()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        DomainAdministration domains = new Administration(served.Settings).Domains;
        Assert.Equal("o=bcd.com,o=hosting", (await domains.SetStatusAsync(BcdAdmin, "BCD.net", MailStatus.Inactive, default)).Value);
        Refused(await domains.SetStatusAsync(BcdAdmin, "bcd.com", MailStatus.Deleted, default), "refused to change o=bcd.com,o=hosting: insufficient access rights");
        Refused(await domains.SetStatusAsync(BcdAdmin, "cde.com", MailStatus.Inactive, default), "o=cde.com,o=hosting");
        Done(await domains.SetStatusAsync(Site, "bcd.com", MailStatus.Deleted, default));
        Refused(await domains.SetStatusAsync(Site, "xyz.test", MailStatus.Active, default), "no domain xyz.test");
        Refused(await domains.SetStatusAsync(Site, "*)(o=*", MailStatus.Active, default), "not a domain name");
        Refused(await domains.SetStatusAsync(Site with { Password = "wrong" }, "bcd.com", MailStatus.Active, default), "wrong name or password");
    }

    [Theory]
    [InlineData("siteadmin", "siteadmin-secret", null)]
    [InlineData("admin@bcd.net", "admin-bcd-secret", null)]
    [InlineData("admin@bcd.com", "", "invalid credentials")]
    [InlineData("alice@bcd.com", "alice-bcd-secret", "insufficient access rights")]
    [InlineData("@", "x", "is no login")]
    [InlineData("nobody@nowhere.test", "x", "wrong name or password")]
    public async Task A_login_may_be_typed_as_a_person_knows_it(string name, string password, string? refusal)
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        Administered<string> answer = await new Administration(served.Settings).Domains.SetStatusAsync(new(name, password), "bcd.com", MailStatus.Inactive, default);
        if (refusal is null)
            Done(answer);
        else
            Refused(answer, refusal);
    }

    [Fact]
    public async Task No_more_users_are_made_than_the_domain_may_have()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        await using (LdapClient client = await served.ConnectAsync())
            Assert.True((await client.ModifyAsync(Dn.Parse("o=bcd.com,o=hosting"), [new(LdapChangeKind.Replace, new LdapAttribute("domOrgMaxUsers", "5"))], default)).IsSuccess);
        UserAdministration users = new Administration(served.Settings).Users;
        Done(await users.AddAsync(BcdAdmin, new NewUser("fifth@bcd.com"), default));
        Refused(await users.AddAsync(BcdAdmin, new NewUser("sixth@bcd.com"), default), "bcd.com has 5 users and may have 5");
        Done(await users.AddAsync(Site, new NewUser("any@cde.com"), default));
    }

    /// <summary>Its node's place is its name, whatever the node says of itself; its people lie elsewhere.</summary>
    [Fact]
    public async Task A_schema_1_domain_is_found_by_its_place()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        await using (LdapClient client = await served.ConnectAsync())
        {
            await AddAsync(client, "ou=dns,o=hosting", new("objectClass", "organizationalUnit"), new("ou", "dns"));
            await AddAsync(client, "dc=test,ou=dns,o=hosting", new("objectClass", "domain"), new("dc", "test"));
            await AddAsync(client, "dc=one,dc=test,ou=dns,o=hosting", new("objectClass", "domain", "inetDomain", "mailDomain"), new("dc", "one"), new("inetDomainBaseDN", "ou=one,o=hosting"));
            await AddAsync(client, "ou=one,o=hosting", new("objectClass", "organizationalUnit"), new("ou", "one"));
            await AddAsync(client, "uid=ann,ou=one,o=hosting", new("objectClass", "inetOrgPerson", "inetUser", "inetMailUser"), new("uid", "ann"), new("cn", "Ann"), new("sn", "A"), new("mail", "ann@one.test"));
        }
        var schema1 = new Administration(served.Settings with { Schema1Suffix = "ou=dns,o=hosting" });
        Assert.Equal("dc=one,dc=test,ou=dns,o=hosting", Done(await schema1.Domains.SetStatusAsync(Site, "One.test", MailStatus.Inactive, default)));
        Assert.Equal("uid=ann,ou=one,o=hosting", Assert.Single(Done(await schema1.Users.ListAsync(Site, "one.test", default))).Dn);
        Assert.Equal("uid=ann,ou=one,o=hosting", Done(await schema1.Users.ShowAsync(Site, "ann@one.test", default)).Dn);
        Assert.Equal("o=bcd.com,o=hosting", Done(await schema1.Domains.SetStatusAsync(Site, "bcd.com", MailStatus.Inactive, default)));
        Refused(await schema1.Domains.SetStatusAsync(Site, "two.test", MailStatus.Inactive, default), "no domain two.test");
        Refused(await new Administration(served.Settings).Domains.SetStatusAsync(Site, "one.test", MailStatus.Inactive, default), "no domain one.test");

        static async Task AddAsync(LdapClient client, string dn, params LdapAttribute[] attributes)
        {
            LdapResult added = await client.AddAsync(Dn.Parse(dn), attributes, default);
            Assert.True(added.IsSuccess, added.ToString());
        }
    }

    /// <summary>Without the server's own account the usual shape of the tree is taken for granted.</summary>
    [Fact]
    public async Task A_domains_administrator_needs_no_password_of_the_server()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        var administration = new Administration(served.Settings with { BindPassword = "" });
        Done(await administration.Domains.SetStatusAsync(new("admin@bcd.com", "admin-bcd-secret"), "bcd.com", MailStatus.Inactive, default));
        Done(await administration.Users.SetStatusAsync(new("admin@bcd.com", "admin-bcd-secret"), "a.able@bcd.net", MailStatus.Inactive, default));
    }

    [Fact]
    public async Task A_new_domain_has_all_that_a_domain_needs()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        var administration = new Administration(served.Settings);
        Assert.Equal(8, Done(await administration.Domains.AddAsync(Site, NewTest, default)));

        await using var live = await FollowedDirectory.StartAsync(served.Settings);
        VirtualDomain domain = live.Table.FindDomain("new2.test")!;
        Assert.Equal(["new.test", "new2.test"], domain.Names.ToArray());
        Assert.Equal("mail.new.test", domain.VirtualHostName);
        Assert.Equal(NewTest.VirtualAddresses, domain.VirtualAddresses.ToArray());
        Assert.Equal(["boss", "deputy"], live.Table.UsersOf(domain).Select(u => u.Uid).Order());
        Assert.DoesNotContain(live.Table.Problems, p => !p.IsWithoutEffect && p.Dn.Contains("new.test", StringComparison.Ordinal));
        foreach (string address in (string[])["postmaster@new.test", "abuse@new2.test", "boss@new.test"])
            Assert.IsType<Resolution.Accepted>(live.Table.Resolve(MailAddress.Parse(address)));
        // its administrators are administrators, of it alone
        var boss = new DirectoryLogin("boss@new.test", "boss-secret");
        Done(await administration.Users.AddAsync(boss, new NewUser("ann@new.test"), default));
        Refused(await administration.Users.AddAsync(boss, new NewUser("ann@bcd.com"), default), "the directory refused to add uid=ann,ou=People,o=bcd.com");
        Refused(await administration.Domains.RemoveAsync(boss, "new.test", default), "insufficient access rights");
        Assert.Equal(3, Done(await administration.Users.ListAsync(boss, "new.test", default)).Count);
        Assert.Equal(9, Done(await administration.Domains.RemoveAsync(Site, "new.test", default)));
        Refused(await administration.Users.ListAsync(Site, "new.test", default), "no domain");
    }

    public static TheoryData<NewDomain, string> Refusals => new()
    {
        { NewTest with { Name = "bcd.net" }, "bcd.net is already a name of o=bcd.com,o=hosting" },
        { NewTest with { AlsoNames = ["cde.com"] }, "cde.com is already a name of" },
        { NewTest with { VirtualAddresses = [IPAddress.Parse("127.0.70.1")] }, "127.0.70.1 is already the virtual address of o=bcd.com,o=hosting" },
        { NewTest with { VirtualAddresses = [IPAddress.Parse("127.0.70.11")] }, "already the virtual address of uid=alice" },
        { NewTest with { VirtualAddresses = [IPAddress.Any] }, "mailDomainVirtualAddress" },
        { NewTest with { Name = "no domain" }, "is not a domain name" },
        { NewTest with { Name = "o=x,o=hosting" }, "is not a domain name" },
        { NewTest with { Administrators = [] }, "needs an administrator" },
        { NewTest with { Administrators = [new("a,b=c", "x")] }, "is no uid" },
        { NewTest with { Postmaster = "nobody" }, "'nobody' is not a mail address" },
        { NewTest with { Template = "dn: o=%DOMAIN%,o=hosting\no: %DOMIAN%\n" }, "%DOMIAN%" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_cannot_be_a_new_domain_is_refused_and_changes_nothing(NewDomain domain, string reason)
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        var administration = new Administration(served.Settings);
        Refused(await administration.Domains.AddAsync(Site, domain, default), reason);
        Refused(await administration.Domains.PreviewAsync(Site, domain, default), reason);
        Assert.Null((await administration.Users.ListAsync(Site, "new.test", default)).Value);
    }

    /// <summary>The template asks for what the directory's schema does not allow, after entries that it took.</summary>
    [Fact]
    public async Task A_refusal_half_way_leaves_nothing_behind()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        string template = DomainTemplate.Standard.Replace("cn: Domain Readers", "cn: Domain Readers\ncarLicense: none", StringComparison.Ordinal);
        var administration = new Administration(served.Settings);
        Administered<int> answer = await administration.Domains.AddAsync(Site, NewTest with { Template = template }, default);
        Refused(answer, "the 6 entries added before it were removed again, nothing is changed");
        Assert.Equal(8, Done(await administration.Domains.AddAsync(Site, NewTest, default)));
    }

    [Fact]
    public async Task A_user_is_made_changed_and_removed()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        UserAdministration users = new Administration(served.Settings).Users;
        UserEntry made = Done(await users.AddAsync(BcdAdmin, new NewUser("Dora@bcd.net") { Name = "Dora Day", Password = "dora-secret", Settings = new() { AddAddresses = ["d.day@bcd.com"], Quota = "10M" } }, default));
        Assert.Equal("uid=dora,ou=People,o=bcd.com,o=hosting", made.Dn);
        Assert.Equal(["dora@bcd.net", "d.day@bcd.com"], made.Addresses);

        UserEntry changed = Done(await users.ChangeAsync(BcdAdmin, "d.day@bcd.com", new() { Mail = "dora@bcd.com", AddAddresses = ["dd@bcd.com"], RemoveAddresses = ["d.day@bcd.com"], Quota = "", ForwardTo = ["d@else.test"], KeepsCopy = true }, default));
        Assert.Equal(changed, Done(await users.ShowAsync(BcdAdmin, "dora@bcd.com", default)), Same);
        Assert.Equal(["dora@bcd.com", "dd@bcd.com"], changed.Addresses);
        Assert.Equal(["mailbox", "forward"], changed.Delivery);
        Assert.Null(changed.Quota);
        changed = Done(await users.ChangeAsync(BcdAdmin, made.Dn, new() { ForwardTo = [] }, default));
        Assert.Equal(["mailbox"], changed.Delivery);

        // her own password is hers to change; another's is not
        var dora = new DirectoryLogin("dora@bcd.com", "dora-secret");
        Done(await users.SetPasswordAsync(dora, "dora@bcd.com", "changed-secret", default));
        Refused(await users.SetPasswordAsync(dora with { Password = "changed-secret" }, "bob@bcd.com", "x", default), "refused to set the password of uid=bob");
        Refused(await users.SetPasswordAsync(BcdAdmin, "dora@bcd.com", "", default), "empty password");
        Refused(await users.SetPasswordAsync(BcdAdmin, "carol@cde.com", "x", default), "carol");

        Done(await users.SetStatusAsync(BcdAdmin, "dora@bcd.com", MailStatus.Hold, default));
        Assert.Equal("hold (mailUserStatus)", Done(await users.ShowAsync(BcdAdmin, "dora@bcd.com", default)).Status);
        Assert.Equal(0, Done(await users.RemoveAsync(BcdAdmin, "dora@bcd.com", default)));
        Refused(await users.ShowAsync(BcdAdmin, "dora@bcd.com", default), "no user dora@bcd.com");
    }

    [Theory]
    [InlineData("dora@cde.com", "outside bcd.com")]
    [InlineData("staff@bcd.com", "already an address of cn=staff")]
    [InlineData("a.able@bcd.net", "already an address of uid=alice")]
    public async Task An_address_must_be_free_and_in_the_domain(string address, string reason)
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        UserAdministration users = new Administration(served.Settings).Users;
        Refused(await users.ChangeAsync(BcdAdmin, "bob@bcd.com", new() { AddAddresses = [address] }, default), reason);
    }

    public static TheoryData<UserSettings, string> BadSettings => new()
    {
        { new() { Quota = "much" }, "mailQuota: 'much' is not a size" },
        { new() { MessageQuota = "1.5" }, "mailMsgQuota: '1.5' is not a number" },
        { new() { ForwardTo = ["nowhere"] }, "mailForwardingAddress: 'nowhere' is not a mail address" },
        { new() { VirtualAddresses = ["127.0.70"] }, "mailUserVirtualAddress: '127.0.70' is not an IP address" },
        { new() { VirtualAddresses = ["127.0.70.2"] }, "127.0.70.2 is already the virtual address of o=cde.com" },
        { new() { Services = "imap" }, "mailAllowedServiceAccess" },
        { new() { Mail = "" }, "a user needs a main address" },
        { new() { RemoveAddresses = ["bob@bcd.com"] }, "the main address" },
        { new() { RemoveAddresses = ["rob@bcd.com"] }, "has no address rob@bcd.com" },
    };

    [Theory]
    [MemberData(nameof(BadSettings))]
    public async Task What_DirMail_would_not_take_as_meant_is_not_written(UserSettings settings, string reason)
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        UserAdministration users = new Administration(served.Settings).Users;
        UserEntry before = Done(await users.ShowAsync(Site, "bob@bcd.com", default));
        Refused(await users.ChangeAsync(Site, "bob@bcd.com", settings, default), reason);
        Assert.Equal(before, Done(await users.ShowAsync(Site, "bob@bcd.com", default)), Same);
    }

    [Fact]
    public async Task A_domains_administrator_may_not_give_a_user_a_virtual_address()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        UserAdministration users = new Administration(served.Settings).Users;
        Refused(await users.ChangeAsync(BcdAdmin, "bob@bcd.com", new() { VirtualAddresses = ["127.0.70.12"] }, default), "insufficient access rights");
        Assert.Equal(["127.0.70.12"], Done(await users.ChangeAsync(Site, "bob@bcd.com", new() { VirtualAddresses = ["127.0.70.12"] }, default)).VirtualAddresses);
        Assert.Empty(Done(await users.ChangeAsync(Site, "bob@bcd.com", new() { VirtualAddresses = [] }, default)).VirtualAddresses);
    }

    [Fact]
    public async Task A_group_has_users_and_addresses_as_members()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        GroupAdministration groups = new Administration(served.Settings).Groups;
        GroupEntry made = Done(await groups.AddAsync(BcdAdmin, new NewGroup("press@bcd.com") { Members = ["alice@bcd.net", "carol@cde.com", "x@else.test"], AlsoAddresses = ["news@bcd.com"] }, default));
        Assert.Equal(["uid=alice,ou=People,o=bcd.com,o=hosting"], made.Members);
        Assert.Equal(["carol@cde.com", "x@else.test"], made.MemberAddresses);

        Assert.Equal(1, Done(await groups.AddMembersAsync(BcdAdmin, "news@bcd.com", ["bob@bcd.com", "alice@bcd.com"], default)));
        Assert.Equal(2, Done(await groups.RemoveMembersAsync(BcdAdmin, "press@bcd.com", ["alice@bcd.com", "x@ELSE.test"], default)));
        Refused(await groups.RemoveMembersAsync(BcdAdmin, "press@bcd.com", ["carol@bcd.com"], default), "is no member");
        GroupEntry changed = Done(await groups.ShowAsync(BcdAdmin, "press@bcd.com", default));
        Assert.Equal(["uid=bob,ou=People,o=bcd.com,o=hosting"], changed.Members);
        Assert.Equal(["carol@cde.com"], changed.MemberAddresses);

        Done(await groups.SetStatusAsync(BcdAdmin, "press@bcd.com", MailStatus.Disabled, default));
        Assert.Equal("disabled (inetMailGroupStatus)", Done(await groups.ShowAsync(BcdAdmin, "press@bcd.com", default)).Status);
        Refused(await groups.AddAsync(BcdAdmin, new NewGroup("alice@bcd.com") { Members = ["bob@bcd.com"] }, default), "already an address of uid=alice");
        Done(await groups.RemoveAsync(BcdAdmin, "press@bcd.com", default));
        Refused(await groups.ShowAsync(BcdAdmin, "press@bcd.com", default), "no group");
    }

    /// <summary>The schema wants a member by name; the group itself stands in, gets nothing and is not shown.</summary>
    [Fact]
    public async Task A_group_may_have_addresses_alone()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        GroupAdministration groups = new Administration(served.Settings).Groups;
        Assert.Empty(Done(await groups.AddAsync(BcdAdmin, new NewGroup("out@bcd.com") { Members = ["x@else.test"] }, default)).Members);
        await using var live = await FollowedDirectory.StartAsync(served.Settings);
        var accepted = Assert.IsType<Resolution.Accepted>(live.Table.Resolve(MailAddress.Parse("out@bcd.com")));
        Assert.Equal(["x@else.test"], live.Table.Expand(MailAddress.Parse("out@bcd.com"), accepted).Select(h => h.Final.ToString()));
        Done(await groups.AddMembersAsync(BcdAdmin, "out@bcd.com", ["bob@bcd.com"], default));
        Done(await groups.RemoveMembersAsync(BcdAdmin, "out@bcd.com", ["bob@bcd.com"], default));
        Assert.Empty(Done(await groups.ShowAsync(BcdAdmin, "out@bcd.com", default)).Members);
    }

    [Fact]
    public async Task Administrators_are_a_group_with_always_one_member()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        var administration = new Administration(served.Settings);
        const string Group = "Domain Administrators@bcd.com";
        Refused(await administration.Groups.RemoveMembersAsync(BcdAdmin, Group, ["admin@bcd.com"], default), "the only member");
        Refused(await administration.Groups.AddMembersAsync(BcdAdmin, Group, ["x@else.test"], default), "a group of people");
        Refused(await administration.Groups.RemoveAsync(Site, Group, default), "stays as long as its domain");
        Assert.Equal(1, Done(await administration.Groups.AddMembersAsync(BcdAdmin, Group, ["bob@bcd.com"], default)));
        Done(await administration.Domains.SetStatusAsync(new("bob@bcd.com", "bob-bcd-secret"), "bcd.com", MailStatus.Inactive, default));
        // out of every group with the user
        Refused(await administration.Users.RemoveAsync(BcdAdmin, "admin@bcd.com", default), "the only member of cn=Domain Readers");
        Assert.Equal(2, Done(await administration.Users.RemoveAsync(BcdAdmin, "bob@bcd.com", default)));
        Assert.Equal(["uid=admin,ou=People,o=bcd.com,o=hosting"], Done(await administration.Groups.ShowAsync(Site, Group, default)).Members);
    }

    private static bool Same(UserEntry one, UserEntry other) => Text(one) == Text(other);

    private static string Text(UserEntry user) => $"{user.Dn} {user.Name} {user.Status} {user.Quota} {string.Join(',', user.Addresses)} {string.Join(',', user.Delivery)} {string.Join(',', user.ForwardTo)} {string.Join(',', user.VirtualAddresses)}";

    private static T Done<T>(Administered<T> answer)
    {
        Assert.Null(answer.Refusal);
        return answer.Value!;
    }

    private static void Refused<T>(Administered<T> answer, string reason)
    {
        Assert.NotNull(answer.Refusal);
        Assert.Contains(reason, answer.Refusal, StringComparison.Ordinal);
    }
}
