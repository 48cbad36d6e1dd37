using System.Net;
using DirMail.Routing;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

public class IdentityTests
{
    [Theory]
    [InlineData("alice", "bcd.com", "127.0.70.11 mail.bcd.com alice")]
    [InlineData("bob", "bcd.com", "127.0.70.1 mail.bcd.com bcd.com")]
    [InlineData("carol", "cde.com", "127.0.70.2 mail.cde.com cde.com")]
    [InlineData("admin", "abc.com", "unbound mail.abc.com nobody")]
    public void Users_leave_as_themselves_their_domain_or_the_host(string uid, string domain, string identity)
    {
        ExampleDirectory directory = Load();
        MailUser user = directory.User(uid, domain);
        Assert.Equal(identity, Shown(directory, directory.Table.IdentityOf(user)));
        Assert.Equal(user.Domain, directory.Table.IdentityOf(user).Domain);
    }

    /// <summary>By local address, else by the name that the client asked for in its TLS hello; a name that nobody announces is the host's.</summary>
    [Theory]
    [InlineData("127.0.70.1", null, "mail.bcd.com")]
    [InlineData("127.0.70.1", "mail.cde.com", "mail.bcd.com")]
    [InlineData("127.0.70.11", null, "mail.bcd.com")]
    [InlineData("127.0.0.1", null, "mail.abc.com")]
    [InlineData("127.0.0.1", "mail.bcd.com", "mail.bcd.com")]
    [InlineData("127.0.0.1", "MAIL.Bcd.Com", "mail.bcd.com")]
    [InlineData("127.0.0.1", "imap.bcd.com", "mail.abc.com")]
    [InlineData("127.0.0.1", "nobody.", "mail.abc.com")]
    public void A_connection_is_greeted_as_the_domain_it_is_for(string local, string? serverName, string name) =>
        Assert.Equal(name, Load().Table.HostNameAt(IPAddress.Parse(local), serverName));

    [Fact]
    public void A_domain_without_an_address_leaves_unbound_and_keeps_its_own_queue()
    {
        ExampleDirectory directory = Load();
        directory.AddDomain("def.com");
        SenderIdentity identity = directory.Table.IdentityOf(directory.Domain("def.com"));
        Assert.Equal("unbound mail.abc.com nobody", Shown(directory, identity));
        Assert.Equal((directory.Domain("def.com").Id, "def.com"), (identity.Domain, identity.DomainName));
    }

    [Theory]
    [InlineData("192.0.2.77.1")]
    [InlineData("127.0.70.1")]
    [InlineData("0.0.0.0")]
    public void An_address_that_cannot_be_used_never_falls_back_to_another(string address)
    {
        ExampleDirectory directory = Load();
        directory.AddDomain("def.com", ("mailDomainVirtualAddress", address));
        SenderIdentity identity = directory.Table.IdentityOf(directory.Domain("def.com"));
        Assert.Equal(directory.Domain("def.com").Id, identity.Owner);
        Assert.Equal((null, null), (identity.V4, identity.V6));
        Assert.Contains(directory.Table.Problems, p => p.Attribute == "mailDomainVirtualAddress");

        directory.Set(UserDn("carol", "cde.com"), "mailUserVirtualAddress", address);
        identity = directory.Table.IdentityOf(directory.User("carol", "cde.com"));
        Assert.Equal((directory.User("carol", "cde.com").Id, null), (identity.Owner!.Value, identity.V4));
    }

    [Theory]
    [InlineData("127.0.70.1", "mail.bcd.com")]
    [InlineData("127.0.70.11", "mail.bcd.com")]
    [InlineData("127.0.70.2", "mail.cde.com")]
    [InlineData("127.0.0.1", "mail.abc.com")]
    [InlineData("127.0.70.99", "mail.abc.com")]
    public void Each_address_of_ours_has_one_name(string address, string name) => Assert.Equal(name, Load().Table.HostNameAt(IPAddress.Parse(address)));

    [Fact]
    public void A_users_address_is_announced_as_the_domain_that_its_mail_leaves_as()
    {
        ExampleDirectory directory = Load();
        directory.Set("o=cde.com,o=hosting", "mailDomainVirtualAddress");
        directory.Set("o=cde.com,o=hosting", "mailDomainVirtualHostName");
        directory.Set(UserDn("carol", "cde.com"), "mailUserVirtualAddress", "127.0.70.12");
        Assert.Equal("cde.com", directory.Table.HostNameAt(IPAddress.Parse("127.0.70.12")));
        Assert.Equal("cde.com", directory.Table.IdentityOf(directory.User("carol", "cde.com")).HostName);
    }

    [Fact]
    public void The_first_address_of_each_family_is_taken()
    {
        ExampleDirectory directory = Load();
        directory.AddDomain("def.com", ("mailDomainVirtualAddress", "2001:db8::7"), ("mailDomainVirtualAddress", "192.0.2.77"), ("mailDomainVirtualAddress", "192.0.2.78"));
        SenderIdentity identity = directory.Table.IdentityOf(directory.Domain("def.com"));
        Assert.Equal(("192.0.2.77", "2001:db8::7", "def.com"), (identity.V4!.ToString(), identity.V6!.ToString(), identity.HostName));
    }

    [Fact]
    public void Without_a_host_domain_the_host_has_an_id_of_its_own()
    {
        RoutingTable table = Load(ExampleDirectory.Settings with { HostDomain = "" }).Table;
        Assert.Null(table.FindDomain(table.HostIdentity.Domain));
        Assert.Equal("mail.abc.com", table.HostIdentity.HostName);
    }

    [Theory]
    [InlineData("alice@bcd.com", true)]
    [InlineData("A.Able@bcd.net", true)]
    [InlineData("bob@bcd.com", false)]
    [InlineData("alice@cde.com", false)]
    [InlineData("postmaster@bcd.com", false)]
    public void A_user_sends_as_an_own_address_only(string sender, bool may)
    {
        ExampleDirectory directory = Load();
        Assert.Equal(may, directory.Table.MaySendAs(directory.User("alice", "bcd.com"), Address(sender)));
    }

    [Fact]
    public void Administrators_are_who_the_domain_names()
    {
        ExampleDirectory directory = Load();
        Assert.True(directory.Table.IsAdministrator(directory.User("admin", "bcd.com"), directory.Domain("bcd.com")));
        Assert.False(directory.Table.IsAdministrator(directory.User("admin", "cde.com"), directory.Domain("bcd.com")));
        directory.Set("o=bcd.com,o=hosting", "mailDomainAdministrator", UserDn("alice", "bcd.com"));
        Assert.True(directory.Table.IsAdministrator(directory.User("alice", "bcd.com"), directory.Domain("bcd.com")));
        Assert.False(directory.Table.IsAdministrator(directory.User("admin", "bcd.com"), directory.Domain("bcd.com")));
        directory.Set("o=bcd.com,o=hosting", "mailDomainAdministrator");
        Assert.True(directory.Table.IsAdministrator(directory.User("admin", "bcd.com"), directory.Domain("bcd.com")));
    }

    private static string Shown(ExampleDirectory directory, SenderIdentity identity) =>
        $"{identity.V4?.ToString() ?? "unbound"} {identity.HostName} {(identity.Owner is { } owner ? directory.Table.FindUser(owner)?.Uid ?? directory.Table.FindDomain(owner)!.Name : "nobody")}";
}
