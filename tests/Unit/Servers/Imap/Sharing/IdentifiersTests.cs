using DirMail.Mail;
using DirMail.Routing;
using DirMail.Servers.Imap.Sharing;
using DirMail.Unit.Routing;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Servers.Imap.Sharing;

public sealed class IdentifiersTests
{
    [Theory]
    [InlineData("alice", "uid=alice,ou=People,o=bcd.com,o=hosting")]
    [InlineData("ALICE", "uid=alice,ou=People,o=bcd.com,o=hosting")]
    [InlineData("alice@bcd.com", "uid=alice,ou=People,o=bcd.com,o=hosting")]
    [InlineData("alice@bcd.net", "uid=alice,ou=People,o=bcd.com,o=hosting")]
    [InlineData("a.able@bcd.com", "uid=alice,ou=People,o=bcd.com,o=hosting")]
    [InlineData("staff@bcd.com", "cn=staff,ou=Groups,o=bcd.com,o=hosting")]
    [InlineData("anyone", "o=bcd.com,o=hosting")]
    [InlineData("staff", null)]
    [InlineData("carol@cde.com", null)]
    [InlineData("bob@cde.com", null)]
    [InlineData("alice@xyz.test", null)]
    [InlineData("nobody", null)]
    [InlineData("anyone@bcd.com", null)]
    [InlineData("@bcd.com", null)]
    public void Who_is_of_the_domain_can_be_named(string name, string? dn)
    {
        ExampleDirectory directory = Load();
        Assert.Equal(dn is null ? null : IdOf(dn), Identifiers.Find(directory.Table, directory.Domain("bcd.com"), name));
    }

    [Theory]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "alice@bcd.com")]
    [InlineData("cn=staff,ou=Groups,o=bcd.com,o=hosting", "staff@bcd.com")]
    [InlineData("o=bcd.com,o=hosting", "anyone")]
    [InlineData("uid=carol,ou=People,o=cde.com,o=hosting", null)]
    [InlineData("uid=gone,ou=People,o=bcd.com,o=hosting", null)]
    public void Names_that_are_told_lead_back(string dn, string? name)
    {
        ExampleDirectory directory = Load();
        Assert.Equal(name, Identifiers.Of(directory.Table, directory.Domain("bcd.com"), IdOf(dn)));
    }

    [Fact]
    public void A_user_whose_uid_is_a_groups_address_is_told_by_an_address_of_his_own()
    {
        ExampleDirectory directory = Load();
        directory.AddUser("staff", "bcd.com", ("mail", "the.other@bcd.com"));
        directory.Set(UserDn("staff", "bcd.com"), "mail", "the.other@bcd.com");
        EntryId user = IdOf(UserDn("staff", "bcd.com"));
        Assert.Equal("the.other@bcd.com", Identifiers.Of(directory.Table, directory.Domain("bcd.com"), user));
        Assert.Equal(user, Identifiers.Find(directory.Table, directory.Domain("bcd.com"), "staff"));
    }

    [Fact]
    public void Only_the_active_of_the_own_domain_are_reached()
    {
        ExampleDirectory directory = Load();
        FolderOwner? Reach(string name) => FolderOwner.Named(directory.Table, directory.User("bob", "bcd.com"), name);
        Assert.Equal("Sent/2026", Reach("Other Users/alice/Sent/2026")!.ToOwn("Other Users/alice/Sent/2026"));
        Assert.Equal("INBOX/2026", Reach("Shared/staff/2026")!.ToOwn("Shared/staff/2026"));
        Assert.Equal("Shared/staff", Reach("Shared/staff")!.ToShown("INBOX"));
        Assert.All(["Other Users/bob/INBOX", "Other Users/carol/INBOX", "Other Users/Alice/INBOX", "Other Users", "Other Users/", "Shared", "Shared/Staff", "Shared/alice", "Users/alice/INBOX"], name => Assert.Null(Reach(name)));
        directory.Set(UserDn("alice", "bcd.com"), "mailUserStatus", "hold");
        directory.Set("cn=staff,ou=Groups,o=bcd.com,o=hosting", "inetMailGroupStatus", "disabled");
        Assert.Null(Reach("Other Users/alice/INBOX"));
        Assert.Null(Reach("Shared/staff"));
    }
}
