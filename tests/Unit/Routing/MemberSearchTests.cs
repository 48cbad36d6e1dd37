using DirMail.Routing;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>Members by LDAP URL: found in the table, in the group's own domain, as it is now.</summary>
public sealed class MemberSearchTests
{
    private const string Team = "cn=team,ou=Groups,o=bcd.com,o=hosting";

    [Theory]
    [InlineData("ldap:///ou=People,o=bcd.com,o=hosting??one?(objectClass=inetMailUser)", "admin alice bob@bcd.com bob@cde.com dora shared")]
    [InlineData("ldap:///ou=People,o=bcd.com,o=hosting??base?(objectClass=*)", "")]
    [InlineData("ldap:///uid=alice,ou=People,o=bcd.com,o=hosting", "alice")]
    [InlineData("ldap:///o=bcd.com,o=hosting??one?(uid=*)", "")]
    [InlineData("ldap:///o=bcd.com,o=hosting??sub?(departmentNumber=12)", "alice dora")]
    [InlineData("ldap:///o=bcd.com,o=hosting??sub?(departmentNumber=*)", "admin alice dora")]
    [InlineData("ldap:///o=bcd.com,o=hosting??sub?(%26(departmentNumber=12)(!(ou=Sales%20%20force)))", "dora")]
    [InlineData("ldap:///o=bcd.com,o=hosting??sub?(|(ou=sal*f*ce)(uid=admin))", "admin alice")]
    [InlineData("ldap:///o=bcd.com,o=hosting??sub?(ou=*ales)", "")]
    [InlineData("ldap:///o=bcd.com,o=hosting??sub?(mail=dora@*)", "dora")]
    [InlineData("ldap:///o=bcd.com,o=hosting??sub?(%26(objectClass=person)(mailUserStatus=active)(uid=a*))", "admin alice")]
    [InlineData("ldap:///o=bcd.com,o=hosting??sub?(%26(objectClass=inetMailGroup)(mail=postmaster@bcd.com))", "admin")]
    [InlineData("ldap:///o=hosting??sub?(uid=carol)", "")]
    [InlineData("ldap:///o=hosting??sub?(uid=dora)", "dora")]
    [InlineData("ldap:///o=cde.com,o=hosting??sub?(objectClass=*)", "")]
    public void A_url_finds_members(string url, string members)
    {
        ExampleDirectory directory = Filled();
        directory.AddGroup("team", "bcd.com", ("mgrpDeliverTo", url));
        Assert.Equal(members.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(m => m.Contains('@') ? m : m + "@bcd.com").ToArray() is { Length: > 0 } found ? found : ["nobody"], Members(directory));
    }

    [Fact]
    public void Who_comes_changes_or_goes_is_a_member_or_not_at_once()
    {
        ExampleDirectory directory = Filled();
        directory.AddGroup("team", "bcd.com", ("mgrpDeliverTo", "ldap:///o=bcd.com,o=hosting??sub?(departmentNumber=12)"), ("uniqueMember", UserDn("alice", "bcd.com")));
        Assert.Equal(["alice@bcd.com", "dora@bcd.com"], Members(directory));
        directory.AddUser("emil", "bcd.com", ("departmentNumber", "12"));
        Assert.Equal(["alice@bcd.com", "dora@bcd.com", "emil@bcd.com"], Members(directory));
        directory.Set(UserDn("dora", "bcd.com"), "departmentNumber", "13");
        directory.Remove(UserDn("emil", "bcd.com"));
        Assert.Equal(["alice@bcd.com"], Members(directory));
        directory.Set(Team, "mgrpDeliverTo", "ldap:///o=bcd.com,o=hosting??sub?(departmentNumber=13)");
        Assert.Equal(["alice@bcd.com", "dora@bcd.com"], Members(directory));
    }

    [Theory]
    [InlineData("ldap://other.test/o=bcd.com,o=hosting??sub?(uid=a)")]
    [InlineData("ldap:///o=bcd.com,o=hosting??sub?(title=boss)")]
    [InlineData("ldap:///o=bcd.com,o=hosting??sub?(uid>=m)")]
    [InlineData("ldap:///o=bcd.com,o=hosting??sub?(uid:caseExactMatch:=m)")]
    [InlineData("ldap:///o=bcd.com,o=hosting??sub?(uid=m")]
    [InlineData("alice")]
    public void What_cannot_be_evaluated_lets_the_groups_mail_wait_and_is_told(string url)
    {
        ExampleDirectory directory = Filled();
        directory.AddGroup("team", "bcd.com", ("uniqueMember", UserDn("alice", "bcd.com")), ("mgrpDeliverTo", url));
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "team@bcd.com"));
        Assert.Contains(directory.Table.Problems, p => p is { Dn: Team, Attribute: "mgrpDeliverTo" });
        directory.Set(Team, "mgrpDeliverTo");
        Assert.Equal(["alice@bcd.com"], Members(directory));
    }

    [Fact]
    public void A_search_beyond_the_domain_is_told()
    {
        ExampleDirectory directory = Filled();
        directory.AddGroup("team", "bcd.com", ("mgrpDeliverTo", "ldap:///o=hosting??sub?(uid=*)"));
        Assert.Contains(directory.Table.Problems, p => p is { Dn: Team, Attribute: "mgrpDeliverTo" } && p.Text.Contains("bcd.com", StringComparison.Ordinal));
        Assert.DoesNotContain(Members(directory), m => m.StartsWith("carol", StringComparison.Ordinal));
    }

    [Fact]
    public void Groups_that_find_each_other_end()
    {
        ExampleDirectory directory = Filled();
        directory.AddGroup("team", "bcd.com", ("mgrpDeliverTo", "ldap:///o=bcd.com,o=hosting??sub?(mail=crew@bcd.com)"));
        directory.AddGroup("crew", "bcd.com", ("mgrpDeliverTo", "ldap:///o=bcd.com,o=hosting??sub?(|(mail=team@bcd.com)(uid=dora))"));
        Assert.Equal(["dora@bcd.com"], Members(directory));
    }

    private static ExampleDirectory Filled()
    {
        ExampleDirectory directory = Load();
        directory.AddUser("dora", "bcd.com", ("departmentNumber", "12"), ("ou", "Plant"));
        directory.Set(UserDn("alice", "bcd.com"), "departmentNumber", "12");
        directory.Set(UserDn("alice", "bcd.com"), "ou", "Sales  Force");
        directory.Set(UserDn("admin", "bcd.com"), "departmentNumber", "7");
        directory.Set(UserDn("carol", "cde.com"), "departmentNumber", "12");
        return directory;
    }

    private static string[] Members(ExampleDirectory directory)
    {
        var accepted = Assert.IsType<Resolution.Accepted>(directory.Table.Resolve(Address("team@bcd.com")));
        string[] members = [.. directory.Table.Expand(Address("team@bcd.com"), accepted).Where(h => h is not Hop.Undeliverable).Select(h => h.Final.ToString()).Order(StringComparer.Ordinal)];
        return members.Length == 0 ? ["nobody"] : members;
    }
}
