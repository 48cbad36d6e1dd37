using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Routing.Following;
using DirMail.Routing.Table;
using DirMail.Unit.Wire;

namespace DirMail.Unit.Routing;

/// <summary>A Schema 1 tree outside directory.baseDn: followed live beside it, with a cookie of its own.</summary>
public sealed class SecondRootTests
{
    private const string Base = "o=bcd.com,o=hosting";
    private const string Tree = "ou=dns,o=hosting";
    private const string Node = "dc=new,dc=test," + Tree;
    private const string Nina = "uid=nina,ou=New," + Base;

    [Theory]
    [InlineData(true, FollowingMethod.Sync)]
    [InlineData(false, FollowingMethod.Poll)]
    public async Task What_changes_below_either_comes_into_force(bool offersSync, FollowingMethod method)
    {
        await using ServedDirectory directory = await StartAsync(offersSync);
        await using Following following = await Following.StartAsync(SettingsOf(directory));
        Assert.Equal(method, following.Follower.Status.Method);
        Assert.Equal(["bcd.com", "new.test"], following.Table.Domains.Select(d => d.Name).Order());
        Assert.Equal("250 2.1.5", Answer(following, "nina@new.test"));

        await directory.ModifyAsync(Node, "inetDomainStatus", "inactive");
        await following.UntilAsync(_ => Answer(following, "nina@new.test") == "450 4.2.1");
        await directory.ModifyAsync(Nina, "mailUserStatus", "disabled");
        await directory.ModifyAsync(Node, "inetDomainStatus", "active");
        await following.UntilAsync(_ => Answer(following, "nina@new.test") == "550 5.2.1");

        await using LdapClient client = await directory.ConnectAsync();
        Assert.True((await client.DeleteAsync(Dn.Parse(Node), default)).IsSuccess);
        await following.UntilAsync(t => t.FindDomain("new.test") is null);
        Assert.NotNull(following.Table.FindDomain("bcd.com"));
    }

    [Fact]
    public async Task After_a_restart_each_goes_on_from_where_it_stood()
    {
        await using var folder = new TemporaryFolder();
        await using ServedDirectory directory = await StartAsync(offersSync: true);
        DirectorySettings settings = SettingsOf(directory) with { CacheFolder = Path.Combine(folder.Path, "cache") };
        await using (Following first = await Following.StartAsync(settings))
            Assert.Equal(2, first.Table.DomainCount);
        await directory.ModifyAsync(Node, "inetDomainStatus", "inactive");
        await directory.ModifyAsync(ExampleDirectory.UserDn("alice", "bcd.com"), "mailUserStatus", "disabled");

        await using Following again = await Following.StartAsync(settings);
        TableChanged change = await again.NextAsync();
        Assert.False(change.Everything);
        Assert.Equal((MailStatus.Inactive, MailStatus.Disabled), (change.Table.FindDomain("new.test")!.Status.Status, again.User("alice", "bcd.com").Status.Status));
    }

    [Fact]
    public async Task A_cache_of_the_base_alone_is_no_place_to_go_on_from()
    {
        await using var folder = new TemporaryFolder();
        await using ServedDirectory directory = await StartAsync(offersSync: true);
        DirectorySettings settings = SettingsOf(directory) with { CacheFolder = Path.Combine(folder.Path, "cache") };
        await using (Following first = await Following.StartAsync(settings with { Schema1Suffix = "" }))
            Assert.Null(first.Table.FindDomain("new.test"));
        await using Following both = await Following.StartAsync(settings);
        await both.UntilAsync(t => t.FindDomain("new.test") is not null);
        Assert.Equal("250 2.1.5", Answer(both, "nina@new.test"));
    }

    [Fact]
    public async Task Who_moves_from_one_to_the_other_is_not_gone()
    {
        await using ServedDirectory directory = await StartAsync(offersSync: true);
        await using Following following = await Following.StartAsync(SettingsOf(directory));
        EntryId nina = following.User("nina", "new.test").Id;
        await using LdapClient client = await directory.ConnectAsync();
        Assert.True((await client.ModifyDnAsync(Dn.Parse(Nina), "uid=nina", true, Dn.Parse(Tree), default)).IsSuccess);
        await following.UntilAsync(t => t.FindUser(nina) is null && t.Problems.Any(p => p.Dn == "uid=nina," + Tree));
        Assert.True((await client.ModifyDnAsync(Dn.Parse("uid=nina," + Tree), "uid=nina", true, Dn.Parse("ou=New," + Base), default)).IsSuccess);
        await following.UntilAsync(t => t.FindUser(nina) is not null);
    }

    [Fact]
    public async Task A_tree_that_is_emptied_is_held_back()
    {
        await using ServedDirectory directory = await StartAsync(offersSync: true);
        await using LdapClient client = await directory.ConnectAsync();
        string[] nodes = [.. Enumerable.Range(0, 14).Select(i => $"dc=d{i},dc=test,{Tree}")];
        foreach (string node in nodes)
            await AddAsync(client, node, "objectClass=domain", "objectClass=inetDomain", "inetDomainBaseDN=ou=New," + Base);
        await using Following following = await Following.StartAsync(SettingsOf(directory));
        Assert.Equal(16, following.Table.DomainCount);
        foreach (string node in nodes)
            Assert.True((await client.DeleteAsync(Dn.Parse(node), default)).IsSuccess);
        await following.UntilAsync(t => t.HeldRemovals.Count > 0);
        Assert.NotNull(following.Table.FindDomain("bcd.com"));
    }

    [Fact]
    public void What_one_search_no_longer_has_may_lie_below_the_other()
    {
        ExampleDirectory directory = ExampleDirectory.Load();
        EntryId alice = directory.User("alice", "bcd.com").Id;
        Assert.NotNull(Without("o=cde.com,o=hosting").FindUser(alice));
        Assert.Null(Without("o=bcd.com,o=hosting").FindUser(alice));

        RoutingTable Without(string within)
        {
            var builder = new TableBuilder(directory.Table);
            builder.Delete(alice, within);
            return builder.Build(DateTimeOffset.UnixEpoch).Table;
        }
    }

    [Fact]
    public void Cookies_of_several_searches_are_kept_as_one()
    {
        byte[] one = [1, 2, 3], none = [];
        Assert.Equal([one, none], SyncCookies.Read(SyncCookies.Write([one, none]), 2)!);
        Assert.Equal([one], SyncCookies.Read(SyncCookies.Write([one]), 1)!);
        Assert.Null(SyncCookies.Write([one, null]));
        Assert.Null(SyncCookies.Read(SyncCookies.Write([one, none]), 1));
        Assert.Null(SyncCookies.Read(SyncCookies.Write([one, none]), 3));
        Assert.Null(SyncCookies.Read(one, 2));
        byte[] both = SyncCookies.Write([one, one])!;
        for (int length = 0; length < both.Length; length++)
            Assert.Null(SyncCookies.Read(both[..length], 2));
    }

    private static string Answer(Following following, string address) => following.Table.Resolve(MailAddress.Parse(address)) switch
    {
        Resolution.Refused refused => $"{refused.Reply.Code} {refused.Reply.Status}",
        Resolution.Accepted => "250 2.1.5",
        _ => "not hosted",
    };

    private static DirectorySettings SettingsOf(ServedDirectory directory) => directory.Settings with
    {
        BaseDn = Base,
        Schema1Suffix = Tree,
        BindDn = ServedDirectory.SiteAdministrator,
        BindPassword = "siteadmin-secret",
        PollInterval = TimeSpan.FromMilliseconds(100),
        SweepInterval = TimeSpan.FromMilliseconds(300),
    };

    private static async Task<ServedDirectory> StartAsync(bool offersSync)
    {
        ServedDirectory directory = await ServedDirectory.StartAsync(TimeProvider.System, offersSync);
        await using LdapClient client = await directory.ConnectAsync();
        await AddAsync(client, Tree, "objectClass=organizationalUnit");
        await AddAsync(client, "dc=test," + Tree, "objectClass=domain");
        await AddAsync(client, Node, "objectClass=domain", "objectClass=inetDomain", "inetDomainBaseDN=ou=New," + Base);
        await AddAsync(client, "ou=New," + Base, "objectClass=organizationalUnit");
        await AddAsync(client, Nina, "objectClass=inetOrgPerson", "objectClass=inetUser", "objectClass=inetMailUser", "objectClass=inetLocalMailRecipient", "cn=Nina", "sn=N", "mail=nina@new.test");
        return directory;
    }

    private static async Task AddAsync(LdapClient client, string dn, params string[] values)
    {
        Dn name = Dn.Parse(dn);
        IEnumerable<(string Type, string Value)> all = values.Select(static v => (v[..v.IndexOf('=')], v[(v.IndexOf('=') + 1)..])).Append(name.FirstRdn);
        LdapResult result = await client.AddAsync(name, [.. all.GroupBy(static a => a.Type).Select(static g => new LdapAttribute(g.Key, [.. g.Select(static a => a.Value)]))], default);
        Assert.True(result.IsSuccess, result.ToString());
    }
}
