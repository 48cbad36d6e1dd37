using System.Net;
using DirMail.Mail;
using DirMail.Routing;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>Every decision names the entry and the attribute that made it, and explaining decides what resolving decides.</summary>
public class ExplainTests
{
    private const string Bcd = "o=bcd.com,o=hosting";
    private static readonly string Alice = UserDn("alice", "bcd.com");

    [Theory]
    [InlineData(Bcd, "mailDomainStatus", "inactive", "alice@bcd.com")]
    [InlineData(Bcd, "inetDomainBaseDN", "nonsense", "alice@bcd.com")]
    [InlineData(Bcd, "mailDomainCatchallAddress", "bob@cde.com", "nobody@bcd.com")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mailUserStatus", "deleted", "alice@bcd.com")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mailUserStatus", "hold", "alice@bcd.com")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mailDeliveryOption", "program", "alice@bcd.com")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mailRoutingAddress", "x@[192.0.2.1]", "alice@bcd.com")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mail", "sales@bcd.com", "sales@bcd.com")]
    public void The_deciding_entry_and_attribute_are_named(string dn, string attribute, string value, string address)
    {
        ExampleDirectory directory = Load();
        directory.Set(dn, attribute, value);
        Explained explained = directory.Table.ExplainMail(Address(address));
        Assert.Contains(explained.Reasons, r => r.Dn == dn && r.Attribute == attribute);
        Assert.Equal(directory.Table.Resolve(Address(address)).GetType(), explained.Resolution.GetType());
    }

    [Fact]
    public void A_group_is_explained_member_by_member()
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("all", "bcd.com", ("uniqueMember", Alice), ("uniqueMember", "uid=gone,ou=People,o=bcd.com,o=hosting"), ("uniqueMember", UserDn("carol", "cde.com")),
            ("mgrpRFC822MailMember", "x1@xyz.test"), ("mgrpRFC822MailMember", "alice@bcd.net"));
        Explained explained = directory.Table.ExplainMail(Address("all@bcd.com"));
        const string dn = "cn=all,ou=Groups,o=bcd.com,o=hosting";
        Assert.Equal(directory.Table.Expand(Address("all@bcd.com"), (Resolution.Accepted)explained.Resolution).Select(h => h.Final.Key), explained.Hops.Select(h => h.Final.Key));
        Assert.Equal(explained.Hops.Select(h => h.Final.Key), explained.Reasons.Where(r => r.Hop is not null).Select(r => r.Hop!.Final.Key));
        Assert.Contains(explained.Reasons, r => r is { Dn: dn, Attribute: "uniqueMember", Level: 0 } && r.Meaning == "a member");
        Assert.Contains(explained.Reasons, r => r is { Dn: dn, Attribute: "uniqueMember" } && r.Meaning.EndsWith("left out", StringComparison.Ordinal));
        Assert.Contains(explained.Reasons, r => r is { Dn: dn, Attribute: "mgrpRFC822MailMember", Value: "x1@xyz.test" });
        Assert.Contains(explained.Reasons, r => r.Level == 1 && r.Hop is Hop.Remote);
        Assert.Contains(explained.Reasons, r => r.Meaning == "entered before: left out");
    }

    [Fact]
    public void Scripts_that_apply_are_named()
    {
        ExampleDirectory directory = Load();
        directory.Set(Alice, "mailSieveRuleSource", "discard;");
        directory.Set(Bcd, "mailDomainSieveRuleSource", "discard;");
        Explained explained = directory.Table.ExplainMail(Address("alice@bcd.com"));
        Assert.Equal([(Alice, "mailSieveRuleSource"), (Bcd, "mailDomainSieveRuleSource")], explained.Reasons.Where(static r => r.Meaning.Contains("Sieve", StringComparison.Ordinal)).Select(static r => (r.Dn, r.Attribute)));
        Assert.IsType<Hop.Mailbox>(Assert.Single(explained.Hops));
    }

    [Theory]
    [InlineData("x@xyz.test", false, "mgrpBroadcasterPolicy")]
    [InlineData("carol@cde.com", true, "mgrpAllowedDomain")]
    public void Who_may_not_post_is_told_by_which_rule(string sender, bool isAuthenticated, string rule)
    {
        ExampleDirectory directory = Load();
        Explained explained = directory.Table.ExplainMail(Address("staff@bcd.com"), new(Address(sender), isAuthenticated));
        Assert.Contains(explained.Reasons, r => r.Dn == "cn=staff,ou=Groups,o=bcd.com,o=hosting" && r.Attribute == rule);
        Assert.Equal(4, directory.Table.ExplainMail(Address("staff@bcd.com"), new(Address("alice@bcd.com"), true)).Hops.Length);
    }

    [Fact]
    public void A_relay_is_explained_by_the_mail_host_and_leaves_as_the_host()
    {
        ExampleDirectory directory = Load(ExampleDirectory.Settings with { MailHosts = ["mail.abc.com"], RelayHosts = ["store2.test"] });
        directory.Set(Alice, "mailHost", "store2.test");
        Explained explained = directory.Table.ExplainMail(Address("alice@bcd.com"));
        Assert.Contains(explained.Reasons, r => r is { Attribute: "mailHost", Value: "store2.test" } && r.Dn == Alice);
        Assert.Equal("store2.test", Assert.IsType<Hop.Remote>(Assert.Single(explained.Hops)).Destination);
        Assert.Contains(explained.Reasons, r => r.Hop is Hop.Remote);
    }

    [Fact]
    public void A_member_that_waits_is_explained_in_its_group()
    {
        ExampleDirectory directory = Load();
        string bob = UserDn("bob", "bcd.com");
        directory.AddGroup("all", "bcd.com", ("uniqueMember", Alice), ("uniqueMember", bob));
        directory.Set(bob, "mailUserStatus", "inactive");
        Explained explained = directory.Table.ExplainMail(Address("all@bcd.com"));
        Assert.IsType<Resolution.Accepted>(explained.Resolution);
        Hop.Waiting waiting = Assert.Single(explained.Hops.OfType<Hop.Waiting>());
        Assert.Equal((MailStatus.Inactive, "bob@bcd.com"), (waiting.Status, waiting.Final.Key));
        Assert.Contains(explained.Reasons, r => r is { Attribute: "mailUserStatus", Value: "inactive", Level: 1 } && r.Dn == bob);
        Assert.Contains(explained.Reasons, r => r is { Level: 1, Hop: Hop.Waiting });
    }

    [Fact]
    public void A_forward_names_whose_address_it_leaves_from()
    {
        ExampleDirectory directory = Load();
        directory.Set(Alice, "mailDeliveryOption", "forward");
        directory.Set(Alice, "mailForwardingAddress", "al@xyz.test");
        Assert.Contains(directory.Table.ExplainMail(Address("alice@bcd.com")).Reasons, r => r.Dn == Alice && r.Attribute == "mailUserVirtualAddress");
        directory.Set(Alice, "mailUserVirtualAddress");
        Assert.Contains(directory.Table.ExplainMail(Address("alice@bcd.com")).Reasons, r => r is { Dn: Bcd, Attribute: "mailDomainVirtualAddress", Value: "127.0.70.1" });
        Assert.Contains(directory.Table.ExplainIdentity(directory.User("admin", "abc.com")).Reasons, r => r.Meaning.Contains("host's own domain", StringComparison.Ordinal));
    }

    [Fact]
    public void A_replaced_entry_is_named_with_its_former_id()
    {
        ExampleDirectory directory = Load();
        directory.Replace(UserDn("carol", "cde.com"));
        Assert.Contains(directory.Table.ExplainMail(Address("carol@cde.com")).Reasons, r => r.Attribute == "entryUUID" && r.Value.Contains(IdOf(UserDn("carol", "cde.com")).ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Access_names_the_state_or_the_rule()
    {
        ExampleDirectory directory = Load();
        directory.Set(Alice, "mailAllowedServiceAccess", "-imap:192.0.2.0/24");
        (AccessReply? refusal, var reasons) = AccessRules.Explain(directory.Table, directory.User("alice", "bcd.com"), new(MailService.Imap, true, IPAddress.Parse("192.0.2.9")));
        Assert.Equal(Responses.ServiceNotAllowed, refusal);
        Assert.Contains(reasons, r => r.Dn == Alice && r is { Attribute: "mailAllowedServiceAccess", Value: "-imap:192.0.2.0/24" });
        directory.Set(Bcd, "mailDomainStatus", "inactive");
        (refusal, reasons) = AccessRules.Explain(directory.Table, directory.User("alice", "bcd.com"), new(MailService.Imap, true, IPAddress.Loopback));
        Assert.Equal(Responses.AccountNotActive, refusal);
        Assert.Contains(reasons, r => r is { Dn: Bcd, Attribute: "mailDomainStatus", Value: "inactive" });
    }
}
