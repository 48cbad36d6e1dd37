using DirMail.Routing;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>mailRoutingHosts and mailRoutingSmartHost: whose mail another server keeps, and which.</summary>
public class DomainRelayTests
{
    private const string Bcd = "o=bcd.com,o=hosting";
    private const string Hosts = "mailRoutingHosts", SmartHost = "mailRoutingSmartHost";
    private static readonly DirectorySettings Settings = ExampleDirectory.Settings with { MailHosts = ["mail.abc.com", "store1.abc.com"], RelayHosts = ["store2.test"] };

    [Theory]
    [InlineData("old.test", "old.test:25")]
    [InlineData("OLD.test.", "old.test:25")]
    [InlineData("old.test:2526", "old.test:2526")]
    [InlineData("[192.0.2.7]", "[192.0.2.7]:25")]
    [InlineData("192.0.2.7", "[192.0.2.7]:25")]
    [InlineData("192.0.2.7:26", "[192.0.2.7]:26")]
    [InlineData("[192.0.2.7]:26", "[192.0.2.7]:26")]
    [InlineData("[IPv6:2001:db8::7]:26", "[2001:db8::7]:26")]
    [InlineData("[2001:db8::7]", "[2001:db8::7]:25")]
    [InlineData("store2.test", "store2.test")]
    [InlineData("Store2.Test", "store2.test")]
    [InlineData("store2.test:26", "store2.test:26")]
    public void An_unknown_address_goes_to_the_smart_host(string value, string destination)
    {
        ExampleDirectory directory = Load(Settings);
        directory.Set(Bcd, SmartHost, value);
        Assert.Equal($"nobody@bcd.com to {destination} as mail.abc.com of bcd.com", Way(directory, "nobody@bcd.com"));
        Assert.Equal($"Nobody@bcd.net to {destination} as mail.abc.com of bcd.com", Way(directory, "Nobody@bcd.net"));
        Assert.Equal("mailbox alice@bcd.com", Way(directory, "alice@bcd.com"));
        Assert.Equal("550 5.1.1", Way(directory, "nobody@cde.com"));
        Assert.DoesNotContain(directory.Table.Problems, static p => p.Attribute == SmartHost);
        Assert.True(directory.Table.Relays(directory.Domain("bcd.com"), destination));
    }

    [Theory]
    [InlineData("old test")]
    [InlineData("old.test:0")]
    [InlineData("old.test:smtp")]
    [InlineData("old.test:25:25")]
    [InlineData("2001:db8::7")]
    [InlineData("[2001:db8::7")]
    [InlineData("[]")]
    [InlineData("[IPv6:]")]
    [InlineData("127.1")]
    [InlineData("[0.0.0.0]")]
    [InlineData("224.0.0.1")]
    [InlineData("smtp://old.test")]
    [InlineData("a.test,b.test")]
    public void A_value_that_is_no_server_lets_what_it_would_decide_wait(string value)
    {
        ExampleDirectory directory = Load(Settings);
        directory.Set(Bcd, SmartHost, value);
        Assert.Equal("451 4.3.5", Way(directory, "nobody@bcd.com"));
        Assert.Equal("mailbox alice@bcd.com", Way(directory, "alice@bcd.com"));
        Assert.Single(directory.Table.Problems, static p => p is { Dn: Bcd, Attribute: SmartHost });

        directory.Set(Bcd, SmartHost);
        directory.Set(Bcd, Hosts, value, "old.test");
        Assert.Equal("451 4.3.5", Way(directory, "alice@bcd.com"));
        Assert.Single(directory.Table.Problems, static p => p is { Dn: Bcd, Attribute: Hosts });
        directory.Set(Bcd, Hosts, value, "mail.abc.com");
        Assert.Equal("mailbox alice@bcd.com", Way(directory, "alice@bcd.com"));
    }

    [Fact]
    public void Several_different_smart_hosts_are_none_that_could_be_meant()
    {
        ExampleDirectory directory = Load(Settings);
        directory.Set(Bcd, SmartHost, "a.test", "b.test");
        Assert.Equal("451 4.3.5", Way(directory, "nobody@bcd.com"));
        Assert.Contains(directory.Table.Problems, static p => p is { Dn: Bcd, Attribute: SmartHost });
    }

    [Theory]
    [InlineData("mail.abc.com")]
    [InlineData("MAIL.ABC.COM:2525")]
    [InlineData("store1.abc.com")]
    [InlineData("mail.bcd.com")]
    [InlineData("mail.cde.com:26")]
    [InlineData("[127.0.70.1]")]
    [InlineData("[127.0.70.2]:2525")]
    public void A_smart_host_that_is_this_server_is_a_loop_ignored_and_told(string value)
    {
        ExampleDirectory directory = Load(Settings);
        directory.Set(Bcd, SmartHost, value);
        Assert.Equal("550 5.1.1", Way(directory, "nobody@bcd.com"));
        Assert.Contains("this server", Assert.Single(directory.Table.Problems, static p => p is { Dn: Bcd, Attribute: SmartHost }).Text, StringComparison.Ordinal);

        directory.Set(Bcd, SmartHost);
        directory.Set(Bcd, Hosts, "old.test", value);
        Assert.Equal("mailbox alice@bcd.com", Way(directory, "alice@bcd.com"));
        Assert.Equal("550 5.1.1", Way(directory, "nobody@bcd.com"));
        Assert.DoesNotContain(directory.Table.Problems, static p => p.Dn == Bcd);
    }

    [Fact]
    public void A_neighbour_that_comes_to_announce_the_name_makes_it_ours()
    {
        ExampleDirectory directory = Load(Settings);
        directory.Set(Bcd, SmartHost, "mail.new.test");
        Assert.Equal("nobody@bcd.com to mail.new.test:25 as mail.abc.com of bcd.com", Way(directory, "nobody@bcd.com"));
        directory.AddDomain("new.test", ("mailDomainVirtualHostName", "mail.new.test"));
        Assert.Equal("550 5.1.1", Way(directory, "nobody@bcd.com"));
        directory.Remove("o=new.test,o=hosting");
        Assert.Equal("nobody@bcd.com to mail.new.test:25 as mail.abc.com of bcd.com", Way(directory, "nobody@bcd.com"));
    }

    [Fact]
    public void The_catch_all_comes_before_the_smart_host()
    {
        ExampleDirectory directory = Load(Settings);
        directory.Set(Bcd, SmartHost, "old.test");
        directory.Set(Bcd, "mailDomainCatchallAddress", "alice@bcd.com");
        Assert.Equal("mailbox alice@bcd.com", Way(directory, "nobody@bcd.com"));
    }

    [Theory]
    [InlineData("user%other.test@bcd.com")]
    [InlineData("other.test!user@bcd.com")]
    [InlineData("\"user@other.test\"@bcd.com")]
    public void Nothing_is_relayed_that_could_mean_a_further_host(string address)
    {
        ExampleDirectory directory = Load(Settings);
        directory.Set(Bcd, SmartHost, "old.test");
        Assert.Equal("550 5.1.1", Way(directory, address));
        directory.Set(Bcd, Hosts, "old.test");
        Assert.Equal("550 5.1.1", Way(directory, address));
    }

    [Theory]
    [InlineData("inactive", "450 4.2.1")]
    [InlineData("disabled", "550 5.2.1")]
    [InlineData("deleted", "550 5.1.2")]
    [InlineData("overquota", "452 4.2.2")]
    [InlineData("hold", "waits nobody@bcd.com Hold")]
    public void The_state_of_the_domain_comes_first(string status, string expected)
    {
        foreach (string attribute in (string[])[SmartHost, Hosts])
        {
            ExampleDirectory directory = Load(Settings);
            directory.Set(Bcd, attribute, "old.test");
            directory.Set(Bcd, "mailDomainStatus", status);
            Assert.Equal(expected, Way(directory, "nobody@bcd.com"));
        }
    }

    [Fact]
    public void Routing_hosts_take_all_mail_of_the_domain()
    {
        ExampleDirectory directory = Load(Settings);
        directory.Set(Bcd, Hosts, "store2.test", "b.test:26", "a.test");
        directory.Set(Bcd, "mailDomainCatchallAddress", "bob@cde.com");
        foreach (string address in (string[])["alice@bcd.com", "staff@bcd.com", "postmaster@bcd.com", "nobody@bcd.com", "SRS0=aaaa=bb=x.test=y@bcd.net"])
            Assert.Equal($"{address} to a.test:25,b.test:26,store2.test as mail.abc.com of bcd.com", Way(directory, address));
        Assert.Equal("mailbox carol@cde.com", Way(directory, "carol@cde.com"));
        Assert.True(directory.Table.IsElsewhere(directory.Domain("bcd.com")));
        directory.Set(Bcd, Hosts);
        Assert.Equal("mailbox alice@bcd.com", Way(directory, "alice@bcd.com"));
    }

    [Fact]
    public void An_address_of_ours_in_brackets_is_relayed_under_the_domain_s_name()
    {
        ExampleDirectory directory = Load(Settings);
        directory.Set(Bcd, SmartHost, "old.test");
        Assert.Equal("nobody@bcd.com to old.test:25 as mail.abc.com of bcd.com", Way(directory, "nobody@[127.0.70.1]"));
    }

    [Fact]
    public void A_list_reaches_a_member_kept_elsewhere_in_its_own_name()
    {
        ExampleDirectory directory = Load(Settings);
        directory.Set(Bcd, SmartHost, "old.test");
        directory.Set(UserDn("bob", "bcd.com"), "mailHost", "store2.test");
        directory.AddGroup("crew", "bcd.com", ("mgrpRFC822MailMember", "gone@bcd.com"), ("uniqueMember", UserDn("bob", "bcd.com")), ("mgrpErrorsTo", "alice@bcd.com"));
        Explained explained = directory.Table.ExplainMail(Address("crew@bcd.com"));
        Assert.Equal(["bob@bcd.com for alice@bcd.com", "gone@bcd.com for alice@bcd.com"], explained.Hops.OfType<Hop.Remote>().Select(static hop => $"{hop.Final} for {hop.NewSender}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(SmartHost, "old.test:26", "nobody@bcd.com")]
    [InlineData(Hosts, "old.test:26", "alice@bcd.com")]
    public void Explaining_names_attribute_and_value(string attribute, string value, string address)
    {
        ExampleDirectory directory = Load(Settings);
        directory.Set(Bcd, attribute, value);
        Explained explained = directory.Table.ExplainMail(Address(address));
        Assert.Contains(explained.Reasons, reason => reason.Dn == Bcd && reason.Attribute == attribute && reason.Value == value && reason.Hop is null);
        Assert.Contains(explained.Reasons, reason => reason.Attribute == attribute && reason.Hop is Hop.Remote { Destination: "old.test:26" });
        directory.Set(Bcd, attribute);
        directory.Set(Bcd, Hosts, "mail.abc.com");
        Assert.Contains(directory.Table.ExplainMail(Address("alice@bcd.com")).Reasons, static reason => reason is { Dn: Bcd, Attribute: Hosts, Value: "mail.abc.com" });
    }

    [Fact]
    public void More_servers_than_are_tried_are_told()
    {
        ExampleDirectory directory = Load(Settings);
        directory.Set(Bcd, Hosts, [.. Enumerable.Range(10, 12).Select(static n => $"h{n}.test")]);
        Assert.Equal(10, ((Hop.Remote)directory.Table.ExplainMail(Address("alice@bcd.com")).Hops[0]).Destination.Split(',').Length);
        Assert.Single(directory.Table.Problems, static p => p is { Dn: Bcd, Attribute: Hosts });
    }

    private static string Way(ExampleDirectory directory, string address)
    {
        Explained explained = directory.Table.ExplainMail(Address(address));
        if (explained.Resolution is Resolution.Refused refused)
            return $"{refused.Reply.Code} {refused.Reply.Status}";
        return string.Join(", ", explained.Hops.Select(static hop => hop switch
        {
            Hop.Remote { Identity: { } identity } remote => $"{remote.Final} to {remote.Destination} as {identity.HostName}{(identity.V4 is null ? "" : " bound")} of {identity.DomainName}",
            Hop.Mailbox => $"mailbox {hop.Final}",
            Hop.Waiting waiting => $"waits {hop.Final} {waiting.Status}",
            _ => hop.ToString(),
        }));
    }
}
