using DirMail.Mail;
using DirMail.Routing;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>Which groups a user is in, whatever way leads there, and which he runs.</summary>
public sealed class CirclesTests
{
    private static readonly string Alice = UserDn("alice", "bcd.com"), Bob = UserDn("bob", "bcd.com");

    [Theory]
    [InlineData("uniqueMember", "uid=bob,ou=People,o=bcd.com,o=hosting", true)]
    [InlineData("uniqueMember", "uid=alice,ou=People,o=bcd.com,o=hosting", false)]
    [InlineData("mgrpRFC822MailMember", "bob@bcd.com", true)]
    [InlineData("mgrpRFC822MailMember", "BOB@bcd.net", true)]
    [InlineData("mgrpRFC822MailMember", "bob@cde.com", false)]
    [InlineData("mgrpDeliverTo", "ldap:///o=bcd.com,o=hosting??sub?(uid=b*)", true)]
    [InlineData("mgrpDeliverTo", "ldap:///o=bcd.com,o=hosting??sub?(uid=a*)", false)]
    // through other groups, by name, address and search
    [InlineData("uniqueMember", "cn=staff,ou=Groups,o=bcd.com,o=hosting", true)]
    [InlineData("mgrpRFC822MailMember", "staff@bcd.com", true)]
    [InlineData("mgrpDeliverTo", "ldap:///ou=Groups,o=bcd.com,o=hosting??one?(mail=staff@bcd.com)", true)]
    public void A_member_is_whom_the_groups_mail_reaches_in_its_domain(string attribute, string value, bool isIn)
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("crew", "bcd.com", (attribute, value));
        Assert.Equal(isIn, IsInCrew(directory, directory.User("bob", "bcd.com")));
        // another domain's user of that uid, or one who is named there, is in no group of this one
        Assert.False(IsInCrew(directory, directory.User("bob", "cde.com")));
    }

    [Theory]
    [InlineData("crew@bcd.com", true)]
    [InlineData("CREW@bcd.net", true)]
    [InlineData("other@bcd.com", false)]
    [InlineData("crew@cde.com", false)]
    [InlineData("not an address", false)]
    public void A_user_may_be_in_a_group_for_its_folders_alone(string address, bool isIn)
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("crew", "bcd.com", ("uniqueMember", Alice), ("mailDeliveryOption", "members"));
        directory.AddGroup("fleet", "bcd.com", ("mgrpRFC822MailMember", "crew@bcd.com"));
        directory.Set(Bob, "aclGroupAddr", address);
        Assert.Equal(isIn, IsInCrew(directory, directory.User("bob", "bcd.com")));
        Assert.Equal(isIn, directory.Table.CirclesOf(directory.User("bob", "bcd.com")).Groups.Contains(IdOf("cn=fleet,ou=Groups,o=bcd.com,o=hosting")));
        // its mail does not go there
        var accepted = (Resolution.Accepted)directory.Table.Resolve(Address("crew@bcd.com"));
        Assert.Equal("alice@bcd.com", Assert.Single(directory.Table.Expand(Address("crew@bcd.com"), accepted)).Final.Key);
        directory.Set(Bob, "aclGroupAddr");
        Assert.False(IsInCrew(directory, directory.User("bob", "bcd.com")));
    }

    [Fact]
    public void Changes_of_groups_show_at_once_and_loops_end()
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("crew", "bcd.com", ("uniqueMember", "cn=deck,ou=Groups,o=bcd.com,o=hosting"));
        directory.AddGroup("deck", "bcd.com", ("uniqueMember", "cn=crew,ou=Groups,o=bcd.com,o=hosting"));
        Assert.False(IsInCrew(directory, directory.User("bob", "bcd.com")));
        directory.Set("cn=deck,ou=Groups,o=bcd.com,o=hosting", "uniqueMember", Bob, "cn=crew,ou=Groups,o=bcd.com,o=hosting");
        Assert.True(IsInCrew(directory, directory.User("bob", "bcd.com")));
        directory.Set("cn=deck,ou=Groups,o=bcd.com,o=hosting", "inetMailGroupStatus", "inactive");
        Assert.False(IsInCrew(directory, directory.User("bob", "bcd.com")));
    }

    [Theory]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "alice", true)]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "bob", false)]
    [InlineData("cn=staff,ou=Groups,o=bcd.com,o=hosting", "bob", true)]
    [InlineData("cn=Domain Readers,ou=Groups,o=bcd.com,o=hosting", "bob", false)]
    [InlineData("uid=bob,ou=People,o=bcd.com,o=hosting", "admin", true)]
    public void A_group_is_run_by_its_owners_and_by_the_domains_administrators(string owner, string uid, bool manages)
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("crew", "bcd.com", ("owner", owner));
        Assert.Equal(manages, directory.Table.CirclesOf(directory.User(uid, "bcd.com")).Managed.Contains(Crew));
    }

    [Theory]
    [InlineData("shared", "-ALL:ALL", "admin", true)]
    [InlineData("shared", "-*:*", "admin", true)]
    [InlineData("shared", "-ALL:ALL", "bob", false)]
    [InlineData("mailbox", "-ALL:ALL", "admin", false)]
    [InlineData("shared", "-imap,pop:ALL", "admin", false)]
    [InlineData("shared", "-ALL:ALL EXCEPT 192.0.2.1", "admin", false)]
    [InlineData("shared", "+imap:10.0.0.1$-ALL:ALL", "admin", false)]
    [InlineData("shared", "what is this", "admin", false)]
    public void An_account_for_sharing_that_nobody_can_log_in_to_is_run_by_the_domains_administrators(string option, string services, string uid, bool manages)
    {
        ExampleDirectory directory = Load();
        directory.AddUser("owner", "bcd.com", ("mailDeliveryOption", option), ("mailAllowedServiceAccess", services));
        Assert.Equal(manages, directory.Table.CirclesOf(directory.User(uid, "bcd.com")).Managed.Contains(IdOf(UserDn("owner", "bcd.com"))));
    }

    [Fact]
    public void Names_of_accounts_are_those_of_users_and_groups()
    {
        ExampleDirectory directory = Load();
        Assert.Equal("staff@bcd.com", directory.Table.NameOf(IdOf("cn=staff,ou=Groups,o=bcd.com,o=hosting")));
        Assert.Equal("alice@bcd.com", directory.Table.NameOf(IdOf(Alice)));
        Assert.Null(directory.Table.NameOf(new(Guid.NewGuid())));
    }

    private static EntryId Crew => IdOf("cn=crew,ou=Groups,o=bcd.com,o=hosting");

    private static bool IsInCrew(ExampleDirectory directory, MailUser user) => directory.Table.CirclesOf(user).Groups.Contains(Crew);
}
