using System.Collections.Immutable;
using DirMail.Routing;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

public class ExpandTests
{
    [Fact]
    public void A_mailbox_and_a_forward_are_both_served() =>
        Assert.Equal("mailbox bob@bcd.com, mailbox bob@cde.com", Hops(Load(), "bob@bcd.com"));

    [Fact]
    public void A_forward_leaves_as_the_forwarding_user()
    {
        ExampleDirectory directory = Load();
        directory.Set(UserDn("alice", "bcd.com"), "mailDeliveryOption", "forward");
        directory.Set(UserDn("alice", "bcd.com"), "mailForwardingAddress", "Alice@xyz.test");
        var remote = Assert.IsType<Hop.Remote>(Assert.Single(Expand(directory, "alice@bcd.com")));
        Assert.Equal("Alice@xyz.test", remote.Final.ToString());
        Assert.Equal(directory.User("alice", "bcd.com").Id, remote.Identity!.Owner);
        Assert.Null(remote.NewSender);
    }

    [Fact]
    public void A_group_reaches_members_by_name_and_by_address_once_each()
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("all", "bcd.com", ("uniqueMember", UserDn("alice", "bcd.com")), ("uniqueMember", UserDn("bob", "bcd.com")), ("mgrpRFC822MailMember", "bob@cde.com"),
            ("mgrpRFC822MailMember", "sales@bcd.net"), ("mgrpRFC822MailMember", "x1@xyz.test"), ("uniqueMember", UserDn("carol", "cde.com")), ("mgrpErrorsTo", "mailto:owner@bcd.com"));
        Assert.Equal("mailbox alice@bcd.com, mailbox bob@bcd.com, mailbox bob@cde.com, mailbox carol@cde.com, remote x1@xyz.test", Hops(directory, "all@bcd.com"));
        Hop.Remote remote = Expand(directory, "all@bcd.com").OfType<Hop.Remote>().Single();
        Assert.Equal("owner@bcd.com", remote.NewSender.ToString());
        Assert.Equal(directory.Domain("bcd.com").Id, remote.Identity!.Owner);
        Assert.All(Expand(directory, "all@bcd.com"), hop => Assert.Equal("all@bcd.com", hop.Given.ToString()));
    }

    [Theory]
    [InlineData("ldap:///uid=alice,ou=People,o=bcd.com,o=hosting", "alice@bcd.com")]
    [InlineData("ldap:///ou=People,o=bcd.com,o=hosting??one?(uid=b*)", "bob@bcd.com")]
    [InlineData("LDAP:///o=hosting??sub?(uid=*)", "admin@bcd.com")]
    [InlineData("ldap:///uid=carol,ou=People,o=cde.com,o=hosting", null)]
    [InlineData("ldap:///o=bcd.com,o=hosting??sub?(uid=nobody)", null)]
    [InlineData("ldap:///o=bcd.com,o=hosting??sub?(title=boss)", null)]
    [InlineData("ldap://other.test/uid=alice,ou=People,o=bcd.com,o=hosting", null)]
    public void Who_hears_of_failures_may_be_found_by_a_search_of_the_groups_domain(string url, string? sender)
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("list", "bcd.com", ("mgrpRFC822MailMember", "x1@xyz.test"), ("mgrpErrorsTo", url));
        Assert.Equal(sender, Expand(directory, "list@bcd.com").OfType<Hop.Remote>().Single().NewSender?.ToString());
        bool isGood = sender is not null && !url.StartsWith("LDAP:///o=hosting", StringComparison.Ordinal);
        Assert.Equal(isGood || url.Contains("nobody", StringComparison.Ordinal), !directory.Table.Problems.Any(p => p.Attribute == "mgrpErrorsTo"));
    }

    [Fact]
    public void Members_who_may_not_receive_now_wait_or_fail_by_their_state()
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("all", "bcd.com", ("uniqueMember", UserDn("alice", "bcd.com")), ("uniqueMember", UserDn("bob", "bcd.com")), ("uniqueMember", UserDn("admin", "bcd.com")),
            ("mgrpRFC822MailMember", "carol@cde.com"), ("mgrpRFC822MailMember", "nobody@cde.com"));
        directory.Set(UserDn("alice", "bcd.com"), "mailUserStatus", "inactive");
        directory.Set(UserDn("bob", "bcd.com"), "mailUserStatus", "deleted");
        directory.Set(UserDn("admin", "bcd.com"), "mailUserStatus", "hold");
        directory.Set(UserDn("carol", "cde.com"), "mailDeliveryOption", "program");
        Assert.Equal("waiting admin@bcd.com Hold 450 4.2.1, waiting alice@bcd.com Inactive 450 4.2.1, waiting carol@cde.com Active 451 4.3.5, " +
            "undeliverable bob@bcd.com 550 5.1.6, undeliverable nobody@cde.com 550 5.1.1", Hops(directory, "all@bcd.com"));
    }

    [Fact]
    public void Members_in_an_inactive_domain_wait_there()
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("all", "bcd.com", ("mgrpRFC822MailMember", "carol@cde.com"), ("uniqueMember", UserDn("alice", "bcd.com")));
        directory.Set("o=cde.com,o=hosting", "mailDomainStatus", "inactive");
        Assert.Equal("mailbox alice@bcd.com, waiting carol@cde.com Inactive 450 4.2.1", Hops(directory, "all@bcd.com"));
    }

    [Fact]
    public void A_domain_on_hold_takes_mail_and_keeps_it()
    {
        ExampleDirectory directory = Load();
        directory.Set("o=cde.com,o=hosting", "mailDomainStatus", "hold");
        Assert.Equal("waiting carol@cde.com Hold 450 4.2.1", Hops(directory, "carol@cde.com"));
    }

    [Fact]
    public void Loops_are_cut_and_nothing_vanishes()
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("one", "bcd.com", ("mgrpRFC822MailMember", "two@bcd.com"), ("mgrpRFC822MailMember", "alice@bcd.com"));
        directory.AddGroup("two", "bcd.com", ("mgrpRFC822MailMember", "one@bcd.com"));
        Assert.Equal("mailbox alice@bcd.com", Hops(directory, "two@bcd.com"));

        directory.AddGroup("one", "bcd.com", ("mgrpRFC822MailMember", "two@bcd.com"));
        Assert.Equal("undeliverable two@bcd.com 554 5.4.6", Hops(directory, "two@bcd.com"));
        directory.AddGroup("empty", "bcd.com");
        Assert.Equal("undeliverable empty@bcd.com 554 5.4.6", Hops(directory, "empty@bcd.com"));
    }

    [Fact]
    public void A_chain_of_more_than_100_levels_ends()
    {
        ExampleDirectory directory = Load();
        for (int i = 0; i < 110; i++)
            directory.AddGroup($"g{i}", "bcd.com", ("mgrpRFC822MailMember", $"g{i + 1}@bcd.com"));
        Assert.StartsWith("undeliverable g101@bcd.com 554 5.4.6", Hops(directory, "g0@bcd.com"));
    }

    [Fact]
    public void A_group_inside_another_with_posting_rules_is_not_a_way_around_them()
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("side", "bcd.com", ("uniqueMember", "cn=staff,ou=Groups,o=bcd.com,o=hosting"));
        Assert.Equal("undeliverable staff@bcd.com 550 5.7.2", Hops(directory, "side@bcd.com"));
    }

    private static ImmutableArray<Hop> Expand(ExampleDirectory directory, string address) =>
        directory.Table.Expand(Address(address), Assert.IsType<Resolution.Accepted>(directory.Table.Resolve(Address(address))));

    private static string Hops(ExampleDirectory directory, string address) => string.Join(", ", Expand(directory, address)
        .OrderBy(h => h is Hop.Mailbox ? 0 : h is Hop.Remote ? 1 : h is Hop.Waiting ? 2 : 3).ThenBy(h => h.Final.Key).Select(h => h switch
        {
            Hop.Mailbox => $"mailbox {h.Final}",
            Hop.Remote => $"remote {h.Final}",
            Hop.Waiting w => $"waiting {h.Final} {w.Status} {w.Reply.Code} {w.Reply.Status}",
            Hop.Undeliverable u => $"undeliverable {h.Final} {u.Reply.Code} {u.Reply.Status}",
            _ => "?",
        }));
}
