using System.Net;
using DirMail.Routing;
using DirMail.Routing.Access;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>Where domains, their names and their people are found: native and Schema 1 nodes side by side, bases elsewhere, other names for attributes (SCHEMA 3.1, 4.5).</summary>
public class SchemaTests
{
    private const string Bcd = "o=bcd.com,o=hosting";
    private const string Node = "dc=one,dc=test,ou=dns,o=hosting";
    private const string People = "ou=one,o=hosting";

    private static readonly DirectorySettings WithSchema1 = ExampleDirectory.Settings with { Schema1Suffix = "ou=dns,o=hosting" };

    [Fact]
    public void A_domain_has_all_its_names_and_the_canonical_one_first()
    {
        ExampleDirectory directory = Load();
        directory.AddDomain("many.test", ("associatedDomain", "B.Many.test"), ("inetCanonicalDomainName", "c.many.test"));
        Assert.Equal("c.many.test", directory.Domain("b.many.test").Name);
        Assert.Equal(["b.many.test", "c.many.test", "many.test"], directory.Domain("many.test").Names.Order());
    }

    [Fact]
    public void What_changes_in_a_domain_changes_at_each_of_its_names()
    {
        ExampleDirectory directory = Load();
        directory.AddDomain("many.test", ("associatedDomain", "b.many.test"));
        AssertAnswers("550 5.1.1");
        directory.AddUser("ann", "many.test");
        AssertAnswers("250");
        directory.Set("o=many.test,o=hosting", "mailDomainStatus", "inactive");
        AssertAnswers("450");
        directory.Set("o=many.test,o=hosting", "mailDomainStatus", "active");
        directory.Remove(UserDn("ann", "many.test"));
        AssertAnswers("550 5.1.1");

        void AssertAnswers(string answer) =>
            Assert.All(["many.test", "b.many.test"], name => Assert.StartsWith(answer, ResolveTests.Answer(directory, $"ann@{name}")));
    }

    [Fact]
    public void The_people_may_be_elsewhere()
    {
        ExampleDirectory directory = Load();
        directory.AddDomain("far.test", ("inetDomainBaseDN", People));
        directory.Add("uid=fay," + People, ("objectClass", "inetMailUser"), ("uid", "fay"), ("mail", "fay@far.test"));
        Assert.StartsWith("250", ResolveTests.Answer(directory, "fay@far.test"));
        directory.AddUser("near", "far.test");
        Assert.StartsWith("550 5.1.1", ResolveTests.Answer(directory, "near@far.test"));
    }

    [Theory]
    [InlineData("o=elsewhere")]
    [InlineData("nonsense")]
    public void A_base_that_nobody_can_look_below_lets_mail_wait(string baseDn)
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, "inetDomainBaseDN", baseDn);
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "alice@bcd.com"));
        Assert.StartsWith("250", ResolveTests.Answer(directory, "postmaster@bcd.com"));
        Assert.Contains(directory.Table.Problems, p => p is { Dn: Bcd, Attribute: "inetDomainBaseDN" });
        directory.Set(Bcd, "inetDomainBaseDN");
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@bcd.com"));
    }

    [Fact]
    public void A_domain_below_the_people_of_another_is_none()
    {
        ExampleDirectory directory = Load();
        directory.Add("o=evil," + People, ("objectClass", "inetDomain"), ("associatedDomain", "cde.com"), ("associatedDomain", "victim.test"));
        Assert.NotNull(directory.Table.FindDomain("victim.test"));
        directory.AddDomain("far.test", ("inetDomainBaseDN", People));
        Assert.Null(directory.Table.FindDomain("victim.test"));
        Assert.StartsWith("250", ResolveTests.Answer(directory, "carol@cde.com"));
        Assert.Contains(directory.Table.Problems, p => p.Dn == "o=evil," + People && p.Text.Contains("user base", StringComparison.Ordinal));

        directory.Reload();
        Assert.Null(directory.Table.FindDomain("victim.test"));
        directory.Remove("o=far.test,o=hosting");
        Assert.NotNull(directory.Table.FindDomain("victim.test"));
    }

    [Fact]
    public void Bases_that_lie_crosswise_leave_one_domain_and_end()
    {
        ExampleDirectory directory = Load();
        directory.Add("o=a,ou=x,o=hosting", ("objectClass", "inetDomain"), ("associatedDomain", "a.test"), ("inetDomainBaseDN", "ou=y,o=hosting"));
        directory.Add("o=b,ou=y,o=hosting", ("objectClass", "inetDomain"), ("associatedDomain", "b.test"), ("inetDomainBaseDN", "ou=x,o=hosting"));
        Assert.NotNull(directory.Table.FindDomain("a.test"));
        Assert.Null(directory.Table.FindDomain("b.test"));
        directory.Remove("o=a,ou=x,o=hosting");
        Assert.NotNull(directory.Table.FindDomain("b.test"));
    }

    [Fact]
    public void A_schema_1_node_is_named_by_its_path_and_points_to_its_people()
    {
        ExampleDirectory directory = Schema1();
        Assert.StartsWith("250", ResolveTests.Answer(directory, "ann@one.test"));
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@bcd.com"));
        Assert.Equal("one.test", directory.Domain("one.test").Name);
        Assert.IsType<Resolution.NotHosted>(directory.Table.Resolve(Address("ann@lie.test")));
        Assert.Null(Load().Table.FindDomain("one.test"));
    }

    [Fact]
    public void A_schema_1_alias_is_followed_once()
    {
        ExampleDirectory directory = Schema1();
        directory.Add("dc=uno,dc=test,ou=dns,o=hosting", ("objectClass", "inetDomainAlias"), ("aliasedObjectName", Node));
        directory.Add("dc=eins,dc=test,ou=dns,o=hosting", ("objectClass", "inetDomainAlias"), ("aliasedObjectName", "dc=uno,dc=test,ou=dns,o=hosting"));
        directory.Add("dc=native,dc=test,ou=dns,o=hosting", ("objectClass", "inetDomain"), ("aliasedObjectName", Bcd));
        Assert.StartsWith("250", ResolveTests.Answer(directory, "ann@uno.test"));
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@native.test"));
        Assert.Equal(["one.test", "uno.test"], directory.Domain("one.test").Names.ToArray());
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "ann@eins.test"));
        Assert.Contains(directory.Table.Problems, p => p.Dn.StartsWith("dc=eins", StringComparison.Ordinal) && p.Text.Contains("itself an alias", StringComparison.Ordinal));

        directory.Remove("dc=uno,dc=test,ou=dns,o=hosting");
        Assert.IsType<Resolution.NotHosted>(directory.Table.Resolve(Address("ann@uno.test")));
        Assert.Equal(["one.test"], directory.Domain("one.test").Names.ToArray());
    }

    [Fact]
    public void An_alias_waits_for_its_domain_and_outlives_it()
    {
        ExampleDirectory directory = Load(WithSchema1);
        directory.Add("dc=uno,dc=test,ou=dns,o=hosting", ("objectClass", "inetDomainAlias"), ("aliasedObjectName", Node));
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "ann@uno.test"));
        AddSchema1(directory);
        Assert.StartsWith("250", ResolveTests.Answer(directory, "ann@uno.test"));
        directory.Reload();
        Assert.StartsWith("250", ResolveTests.Answer(directory, "ann@uno.test"));
        directory.Remove(Node);
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "ann@uno.test"));
        Assert.Null(directory.Table.FindDomain("uno.test"));
    }

    [Fact]
    public void An_alias_takes_no_name_that_another_has()
    {
        ExampleDirectory directory = Schema1();
        directory.Add("dc=com,ou=dns,o=hosting", ("objectClass", "domain"));
        directory.Add("dc=cde,dc=com,ou=dns,o=hosting", ("objectClass", "inetDomainAlias"), ("aliasedObjectName", Node));
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "carol@cde.com"));
        Assert.Contains(directory.Table.Problems, p => p.Text.Contains("'cde.com' is claimed", StringComparison.Ordinal));
        directory.Remove("dc=cde,dc=com,ou=dns,o=hosting");
        Assert.StartsWith("250", ResolveTests.Answer(directory, "carol@cde.com"));
    }

    [Fact]
    public void A_foreign_schema_has_names_of_its_own()
    {
        AttributeNames names = new AttributeNames().Renamed("inetcanonicaldomainname", "sunPreferredDomain")!.Renamed("inetDomain", "sunManagedOrganization")!;
        ExampleDirectory directory = Load(ExampleDirectory.Settings with { Attributes = names });
        Assert.Empty(directory.Table.Domains);
        directory.Add("o=sun.test,o=hosting", ("objectClass", "sunManagedOrganization"), ("sunPreferredDomain", "sun.test"), ("inetCanonicalDomainName", "not.test"));
        directory.AddUser("sol", "sun.test");
        Assert.StartsWith("250", ResolveTests.Answer(directory, "sol@sun.test"));
        Assert.Null(directory.Table.FindDomain("not.test"));
        Assert.Null(new AttributeNames().Renamed("noSuchName", "x"));
        Assert.Contains("mailUserVirtualAddress", AttributeNames.Standard);
    }

    [Theory]
    [InlineData("alice@bcd.net", "127.0.0.1", "alice")]
    [InlineData("alice+bcd.com", "127.0.0.1", "alice")]
    [InlineData("Alice+BCD.net", "127.0.70.1", "alice")]
    [InlineData("alice", "127.0.70.1", "alice")]
    [InlineData("alice", "127.0.0.1", null)]
    [InlineData("carol+cde.com", "127.0.0.1", null)]
    [InlineData("alice-bcd.com", "127.0.0.1", null)]
    [InlineData("+bcd.com", "127.0.0.1", null)]
    [InlineData("alice+bcd.com", "127.0.70.2", null)]
    public void A_login_may_use_the_separator_of_its_domain(string login, string localAddress, string? uid)
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, "domainUidSeparator", "+");
        Assert.Equal(uid, LoginNames.Find(directory.Table, login, IPAddress.Parse(localAddress)).User?.Uid);
    }

    private static ExampleDirectory Schema1()
    {
        ExampleDirectory directory = Load(WithSchema1);
        AddSchema1(directory);
        return directory;
    }

    private static void AddSchema1(ExampleDirectory directory)
    {
        directory.Add("dc=test,ou=dns,o=hosting", ("objectClass", "domain"));
        directory.Add(Node, ("objectClass", "inetDomain"), ("objectClass", "mailDomain"), ("associatedDomain", "lie.test"), ("inetDomainBaseDN", People));
        directory.Add("uid=ann," + People, ("objectClass", "inetMailUser"), ("uid", "ann"), ("mail", "ann@one.test"));
    }
}
