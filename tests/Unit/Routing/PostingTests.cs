using DirMail.Routing;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>Who may post to a group (SCHEMA 3.6), as a table: rules, sender, whether logged in, answer.</summary>
public sealed class PostingTests
{
    private const string Alice = "uid=alice,ou=People,o=bcd.com,o=hosting";
    private const string Crew = "cn=crew,ou=Groups,o=bcd.com,o=hosting";

    [Theory]
    [InlineData("alice@bcd.com", true, "250 2.1.5")]
    [InlineData("alice@bcd.com", false, "550 5.7.2")]
    [InlineData("carol@cde.com", true, "550 5.7.2")]
    [InlineData("x@xyz.test", false, "550 5.7.2")]
    [InlineData("", false, "550 5.7.2")]
    public void The_examples_list_takes_mail_of_its_domains_users_who_logged_in(string sender, bool isAuthenticated, string reply) =>
        Assert.StartsWith(reply, Answer(Load(), "staff@bcd.com", sender, isAuthenticated));

    [Theory]
    // by address, of any of the entry's addresses, at any name of the domain
    [InlineData("mgrpAllowedBroadcaster=mailto:alice@bcd.com", "alice@bcd.com", true)]
    [InlineData("mgrpAllowedBroadcaster=mailto:alice@bcd.com", "sales@bcd.net", true)]
    [InlineData("mgrpAllowedBroadcaster=mailto:alice@bcd.com", "bob@bcd.com", false)]
    [InlineData("mgrpAllowedBroadcaster=x@xyz.test", "X@XYZ.test", true)]
    [InlineData("mgrpAllowedBroadcaster=x@xyz.test", "", false)]
    // by name, by search
    [InlineData("mgrpAllowedBroadcaster=" + Alice, "a.able@bcd.com", true)]
    [InlineData("mgrpAllowedBroadcaster=ldap:///" + Alice, "alice@bcd.net", true)]
    [InlineData("mgrpAllowedBroadcaster=ldap:///ou=People,o=bcd.com,o=hosting??one?(uid=a*)", "admin@bcd.com", true)]
    [InlineData("mgrpAllowedBroadcaster=ldap:///ou=People,o=bcd.com,o=hosting??one?(uid=a*)", "bob@bcd.com", false)]
    // a group stands for its members, also of another domain; a loop ends
    [InlineData("mgrpAllowedBroadcaster=mailto:crew@bcd.com", "bob@bcd.com", true)]
    [InlineData("mgrpAllowedBroadcaster=mailto:crew@bcd.com", "carol@cde.com", true)]
    [InlineData("mgrpAllowedBroadcaster=mailto:crew@bcd.com", "x@far.test", true)]
    [InlineData("mgrpAllowedBroadcaster=mailto:crew@bcd.com", "alice@bcd.com", false)]
    [InlineData("mgrpAllowedBroadcaster=" + Crew, "bob@bcd.com", true)]
    [InlineData("mgrpAllowedBroadcaster=cn=Domain Administrators,ou=Groups,o=bcd.com,o=hosting", "admin@bcd.com", true)]
    // only the own domain's entries count
    [InlineData("mgrpAllowedBroadcaster=ldap:///o=hosting??sub?(uid=*)", "carol@cde.com", false)]
    [InlineData("mgrpAllowedBroadcaster=ldap:///o=hosting??sub?(uid=*)", "alice@bcd.com", true)]
    [InlineData("mgrpAllowedBroadcaster=uid=carol,ou=People,o=cde.com,o=hosting", "carol@cde.com", false)]
    // forbidden ones
    [InlineData("mgrpDisallowedBroadcaster=mailto:crew@bcd.com", "bob@bcd.com", false)]
    [InlineData("mgrpDisallowedBroadcaster=mailto:crew@bcd.com", "alice@bcd.com", true)]
    [InlineData("mgrpDisallowedDomain=*.test", "x@far.test", false)]
    [InlineData("mgrpDisallowedDomain=*.test", "alice@bcd.com", true)]
    [InlineData("mgrpAllowedBroadcaster=alice@bcd.com|mgrpDisallowedBroadcaster=" + Alice, "alice@bcd.com", false)]
    // domains
    [InlineData("mgrpAllowedDomain=BCD.com", "alice@bcd.com", true)]
    [InlineData("mgrpAllowedDomain=*.bcd.com", "alice@bcd.com", false)]
    [InlineData("mgrpAllowedDomain=bcd.com|mgrpAllowedDomain=*.test", "x@a.far.test", true)]
    // both kinds, one of them
    [InlineData("mgrpAllowedDomain=cde.com|mgrpAllowedBroadcaster=alice@bcd.com", "alice@bcd.com", false)]
    [InlineData("mgrpAllowedDomain=cde.com|mgrpAllowedBroadcaster=alice@bcd.com|mgrpBroadcasterPolicy=OR", "alice@bcd.com", true)]
    [InlineData("mgrpAllowedDomain=cde.com|mgrpAllowedBroadcaster=alice@bcd.com|mgrpBroadcasterPolicy=OR", "carol@cde.com", true)]
    [InlineData("mgrpAllowedDomain=cde.com|mgrpAllowedBroadcaster=alice@bcd.com|mgrpBroadcasterPolicy=OR", "bob@bcd.com", false)]
    [InlineData("mgrpBroadcasterPolicy=NO_REQUIREMENTS", "x@far.test", true)]
    // what cannot be read lets nobody in
    [InlineData("mgrpAllowedBroadcaster=who?", "alice@bcd.com", false)]
    [InlineData("mgrpDisallowedBroadcaster=ldap:///o=bcd.com,o=hosting??sub?(title=boss)", "alice@bcd.com", false)]
    [InlineData("mgrpDisallowedDomain=not a domain", "alice@bcd.com", false)]
    [InlineData("mgrpBroadcasterPolicy=PASSWORD_REQUIRED", "alice@bcd.com", false)]
    [InlineData("mgrpBroadcasterPolicy=BLESSED", "alice@bcd.com", false)]
    public void Rules_name_who_may_and_who_may_not(string rules, string sender, bool may)
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("crew", "bcd.com", ("uniqueMember", UserDn("bob", "bcd.com")), ("uniqueMember", UserDn("carol", "cde.com")), ("mgrpRFC822MailMember", "x@far.test"), ("uniqueMember", Crew));
        directory.AddGroup("list", "bcd.com", [("uniqueMember", Alice), .. rules.Split('|').Select(static rule => (rule[..rule.IndexOf('=')], rule[(rule.IndexOf('=') + 1)..]))]);
        Assert.StartsWith(may ? "250" : "550 5.7.2", Answer(directory, "list@bcd.com", sender, false));
    }

    [Theory]
    [InlineData("mgrpAllowedBroadcaster", "who?")]
    [InlineData("mgrpAllowedBroadcaster", "ldap:///o=hosting??sub?")]
    [InlineData("mgrpAllowedBroadcaster", "ldap://other.test/o=bcd.com,o=hosting??sub?")]
    [InlineData("mgrpDisallowedDomain", "not a domain")]
    [InlineData("mgrpBroadcasterPolicy", "PASSWORD_REQUIRED")]
    public void What_is_not_evaluated_is_told(string attribute, string value)
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("list", "bcd.com", (attribute, value));
        Assert.Contains(directory.Table.Problems, p => p.Dn == "cn=list,ou=Groups,o=bcd.com,o=hosting" && p.Attribute == attribute);
    }

    [Theory]
    [InlineData("Ask the office first.", "550 5.7.2 Ask the office first.")]
    [InlineData("  two\r\n250 2.0.0 ok\tlines ", "550 5.7.2 two 250 2.0.0 ok lines")]
    [InlineData("Nur für Mitglieder", "550 5.7.2 Nur f?r Mitglieder")]
    [InlineData("\r\n\t", "550 5.7.2 you may not send to this group")]
    public void Who_may_not_post_is_answered_in_the_groups_words(string text, string reply)
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("list", "bcd.com", ("mgrpAllowedDomain", "bcd.com"), ("mgrpMsgRejectText", text));
        Assert.Equal(reply, Answer(directory, "list@bcd.com", "x@xyz.test", false));
        Assert.DoesNotContain(directory.Table.Problems, p => p.Attribute == "mgrpMsgRejectText");
    }

    [Fact]
    public void A_long_answer_is_cut_and_of_several_none_is_given()
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("long", "bcd.com", ("mgrpAllowedDomain", "bcd.com"), ("mgrpMsgRejectText", new string('x', 5000)));
        directory.AddGroup("two", "bcd.com", ("mgrpAllowedDomain", "bcd.com"), ("mgrpMsgRejectText", "one"), ("mgrpMsgRejectText", "two"));
        Assert.Equal("550 5.7.2 " + new string('x', 200), Answer(directory, "long@bcd.com", "x@xyz.test", false));
        Assert.Equal("550 5.7.2 you may not send to this group", Answer(directory, "two@bcd.com", "x@xyz.test", false));
    }

    [Fact]
    public void A_rule_that_names_the_group_means_its_members_as_they_are_now()
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("list", "bcd.com", ("uniqueMember", UserDn("bob", "bcd.com")), ("mgrpAllowedBroadcaster", "mailto:list@bcd.com"));
        Assert.StartsWith("550 5.7.2", Answer(directory, "list@bcd.com", "alice@bcd.com", false));
        directory.Set("cn=list,ou=Groups,o=bcd.com,o=hosting", "uniqueMember", Alice);
        Assert.StartsWith("250", Answer(directory, "list@bcd.com", "alice@bcd.com", false));
        Assert.StartsWith("550 5.7.2", Answer(directory, "list@bcd.com", "bob@bcd.com", false));
    }

    [Fact]
    public void Rejected_mail_goes_to_the_moderator_who_is_asked_for_it()
    {
        ExampleDirectory directory = Load();
        directory.Set("cn=staff,ou=Groups,o=bcd.com,o=hosting", "mgrpMsgRejectAction", "toModerator");
        var accepted = Assert.IsType<Resolution.Accepted>(directory.Table.Resolve(Address("staff@bcd.com"), new(Address("x@xyz.test"), false)));
        Hop hop = Assert.Single(directory.Table.Expand(Address("staff@bcd.com"), accepted));
        Assert.Equal("alice@bcd.com", Assert.IsType<Hop.Mailbox>(hop).Final.ToString());
        directory.Set("cn=staff,ou=Groups,o=bcd.com,o=hosting", "mgrpModerator", "mailto:staff@bcd.com");
        Assert.StartsWith("550 5.7.2", Answer(directory, "staff@bcd.com", "x@xyz.test", false));
    }

    /// <summary>Else what a moderator lets through would come back to him; what is disallowed, or asked of everybody, is no moderator's to grant.</summary>
    [Theory]
    [InlineData("toModerator", "mgrpAllowedDomain=bcd.com", false, true)]
    [InlineData("toModerator", "mgrpAllowedBroadcaster=mailto:bob@bcd.com", false, true)]
    [InlineData("toModerator", "mgrpBroadcasterPolicy=SMTP_AUTH_REQUIRED", false, false)]
    [InlineData("toModerator", "mgrpBroadcasterPolicy=SMTP_AUTH_REQUIRED", true, true)]
    [InlineData("toModerator", "mgrpDisallowedDomain=cde.com", true, false)]
    [InlineData("reply", "mgrpAllowedDomain=bcd.com", true, false)]
    public void A_moderator_may_post_where_others_need_him(string action, string rule, bool isAuthenticated, bool mayPost)
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("talk", "bcd.com", ("uniqueMember", Alice), ("mgrpModerator", "mailto:carol@cde.com"), ("mgrpMsgRejectAction", action), (rule.Split('=')[0], rule.Split('=')[1]));
        bool isAnswered = directory.Table.Resolve(Address("talk@bcd.com"), new(Address("carol@cde.com"), isAuthenticated)) is Resolution.Accepted { Recipient: Recipient.Group };
        Assert.Equal(mayPost, isAnswered);
    }

    [Theory]
    [InlineData("o=bcd.com,o=hosting", "mailDomainStatus", "inactive", "550 5.7.2")]
    [InlineData("cn=staff,ou=Groups,o=bcd.com,o=hosting", "inetMailGroupStatus", "inactive", "550 5.7.2")]
    [InlineData("cn=staff,ou=Groups,o=bcd.com,o=hosting", "inetMailGroupStatus", "deleted", "550 5.1.6")]
    public void Who_may_not_post_does_not_wait_for_a_group_that_cannot_receive_now(string dn, string attribute, string value, string reply)
    {
        ExampleDirectory directory = Load();
        directory.Set(dn, attribute, value);
        Assert.StartsWith(reply, Answer(directory, "staff@bcd.com", "carol@cde.com", true));
    }

    [Fact]
    public void Postmaster_is_open_to_all_whatever_its_group_says()
    {
        ExampleDirectory directory = Load();
        directory.Set("cn=Postmaster,ou=Groups,o=bcd.com,o=hosting", "mgrpAllowedDomain", "bcd.com");
        Assert.StartsWith("250", Answer(directory, "postmaster@bcd.com", "", false));
        Assert.StartsWith("550 5.7.2", Answer(directory, "abuse@bcd.com", "", false));
    }

    private static string Answer(ExampleDirectory directory, string to, string sender, bool isAuthenticated) =>
        directory.Table.Resolve(Address(to), new(sender.Length == 0 ? null : Address(sender), isAuthenticated)) switch
        {
            Resolution.Refused refused => refused.Reply.ToString(),
            Resolution.Accepted => "250 2.1.5",
            _ => "not hosted",
        };
}
