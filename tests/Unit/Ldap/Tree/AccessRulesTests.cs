using System.Text.RegularExpressions;
using DirMail.Ldap;
using DirMail.Ldap.Tree;
using DirMail.Ldap.Tree.Access;
using static DirMail.Unit.Ldap.Tree.Example;

namespace DirMail.Unit.Ldap.Tree;

public sealed class AccessRulesTests
{
    private const int Ok = 0;
    private const int NoAccess = 50;
    private const int Hidden = 32;

    [Theory]
    [InlineData("server", Alice, "mailUserStatus", "inactive", NoAccess)]
    [InlineData("bcd", Bob, "mailUserStatus", "inactive", Ok)]
    [InlineData("bcd", Bob, "userPassword", "new-secret", Ok)]
    [InlineData("bcd", Bcd, "mailDomainWelcomeMessage", "Hello", Ok)]
    [InlineData("bcd", Bcd, "mailDomainStatus", "inactive", Ok)]
    [InlineData("bcd", Bcd, "mailDomainStatus", "disabled", NoAccess)]
    [InlineData("bcd", Bcd, "mailDomainStatus", "HOLD", 19)]
    [InlineData("bcd", Bcd, "inetDomainStatus", "active", NoAccess)]
    [InlineData("bcd", Bcd, "associatedDomain", "victim.com", NoAccess)]
    [InlineData("bcd", Bcd, "mailDomainVirtualAddress", "127.0.70.9", NoAccess)]
    [InlineData("bcd", Bcd, "mailDomainAdministrator", Bob, NoAccess)]
    [InlineData("bcd", Bob, "inetUserStatus", "inactive", NoAccess)]
    [InlineData("bcd", Bob, "mailDeliveryFileURL", "/etc/x", NoAccess)]
    [InlineData("bcd", Carol, "mailUserStatus", "inactive", Hidden)]
    [InlineData("bcd", Cde, "mailDomainStatus", "inactive", Hidden)]
    [InlineData("cde", Carol, "mailQuota", "300M", Ok)]
    [InlineData("cde", Alice, "mailQuota", "1", Hidden)]
    [InlineData("alice", Alice, "mailAutoReplyText", "Away", Ok)]
    [InlineData("alice", Alice, "mailAutoReplyText;lang-fr", "Absent", Ok)]
    [InlineData("alice", Alice, "userPassword", "new-secret", Ok)]
    [InlineData("alice", Alice, "mailQuota", "-1", NoAccess)]
    [InlineData("alice", Bob, "mailAutoReplyText", "x", NoAccess)]
    [InlineData("postmaster", Carol, "mailQuota", "1", NoAccess)]
    [InlineData("anonymous", Alice, "mailAutoReplyText", "x", 8)]
    [InlineData("site", Bcd, "mailDomainStatus", "hold", Ok)]
    [InlineData("site", Bcd, "inetDomainStatus", "activ", 19)]
    public async Task Writing_is_refused_to_all_but_those_named(string who, string dn, string attribute, string value, int expected)
    {
        await using DirectoryTree tree = await TreeAsync();
        Assert.Equal((LdapResultCode)expected, await tree.ModifyAsync(Who(who), dn, Replace(attribute, value)));
    }

    [Fact]
    public async Task A_domain_does_not_lift_the_hold_of_the_platform()
    {
        await using DirectoryTree tree = await TreeAsync();
        Assert.Equal(LdapResultCode.Success, await tree.ModifyAsync(Site, Bcd, Replace("mailDomainStatus", "hold")));
        Assert.Equal(LdapResultCode.InsufficientAccessRights, await tree.ModifyAsync(Who("bcd"), Bcd, Replace("mailDomainStatus", "active")));
        Assert.Equal(LdapResultCode.InsufficientAccessRights, await tree.ModifyAsync(Who("bcd"), Bcd, Delete("mailDomainStatus")));
    }

    [Theory]
    [InlineData("server", "(objectClass=*)", 34)]
    [InlineData("server", "(userPassword=*)", 0)]
    [InlineData("server", "(!(userPassword=*))", 0)]
    [InlineData("site", "(userPassword=*)", 0)]
    [InlineData("postmaster", "(mailQuota=*)", 9)]
    [InlineData("anonymous", "(objectClass=*)", 0)]
    public async Task What_may_not_be_read_is_not_found_by_it(string who, string filter, int count)
    {
        await using DirectoryTree tree = await TreeAsync();
        Assert.Equal(count, tree.Find(Who(who), filter).Count);
    }

    [Fact]
    public async Task A_user_sees_names_and_addresses_of_the_own_domain_only()
    {
        await using DirectoryTree tree = await TreeAsync();
        LdapEntry bob = Assert.Single(tree.Find(Who("alice"), "(uid=bob)", Bcd));
        Assert.Equal("bob@bcd.com", bob.First("mail"));
        Assert.Null(bob.Find("mailQuota"));
        Assert.DoesNotContain(tree.Find(Who("alice"), "(mailQuota=*)", Bcd), e => e.First("uid") != "alice");
        Assert.Empty(tree.Find(Who("alice"), "(objectClass=*)", Cde));
    }

    [Theory]
    [InlineData("bcd", "uid=dora,ou=People,o=bcd.com,o=hosting", null, Ok)]
    [InlineData("bcd", "uid=eve,ou=People,o=bcd.com,o=hosting", "127.0.70.2", NoAccess)]
    [InlineData("site", "uid=eve,ou=People,o=bcd.com,o=hosting", "127.0.70.2", Ok)]
    [InlineData("bcd", "uid=evil,ou=People,o=cde.com,o=hosting", null, Hidden)]
    [InlineData("alice", "uid=dora,ou=People,o=bcd.com,o=hosting", null, NoAccess)]
    public async Task Adding_checks_the_content_too(string who, string dn, string? address, int expected)
    {
        await using DirectoryTree tree = await TreeAsync();
        LdapAttribute[] more = address is null ? [] : [new("mailUserVirtualAddress", address)];
        LdapResult result = await tree.AddAsync(Who(who), Dn.Parse(dn), Person(Dn.Parse(dn).FirstRdn.Value, more));
        Assert.Equal((LdapResultCode)expected, result.Code);
    }

    [Fact]
    public async Task A_user_is_not_moved_into_a_neighbour_and_a_domain_not_deleted()
    {
        await using DirectoryTree tree = await TreeAsync();
        LdapResult moved = await tree.ModifyDnAsync(Who("bcd"), Dn.Parse(Bob), Dn.Parse("uid=bob2"), true, Dn.Parse("ou=People,o=cde.com,o=hosting"));
        Assert.Equal(LdapResultCode.NoSuchObject, moved.Code);
        Assert.Equal(LdapResultCode.InsufficientAccessRights, (await tree.DeleteAsync(Who("bcd"), Dn.Parse(Bcd))).Code);
    }

    /// <summary>The table in code is the file that OpenLDAP gets, rule by rule: same attributes, same grants in the same order.</summary>
    [Fact]
    public void Rules_mirror_the_acl_file()
    {
        string text = File.ReadAllText(Path.Combine(Repository, "ldif", "acl.ldif")).Replace("\n  ", " ", StringComparison.Ordinal);
        string[] rules = [.. text.Split('\n').Where(l => l.StartsWith("olcAccess:", StringComparison.Ordinal))];
        Assert.Equal(rules.Length, AccessRules.All.Count);
        foreach ((string line, AccessRule rule) in rules.Zip(AccessRules.All))
        {
            Assert.StartsWith($"olcAccess: {{{rule.Number}}}", line, StringComparison.Ordinal);
            Match attributes = Regex.Match(line, @" attrs=(\S+)");
            Assert.Equal(attributes.Success ? attributes.Groups[1].Value.Split(',') : null, rule.Attributes);
            Assert.Equal(line.Contains("val.regex", StringComparison.Ordinal), rule.Values is not null);
            Assert.Equal(line.Contains(" filter=", StringComparison.Ordinal), rule.Filter is not null);
            IEnumerable<Grant> grants = Regex.Matches(line, @" by (\S+?=""[^""]*""|\S+) (\S+)").Select(m => GrantOf(m.Groups[1].Value, m.Groups[2].Value)).OfType<Grant>();
            Assert.Equal(grants, rule.Grants);
        }
    }

    private static Grant? GrantOf(string subject, string rights)
    {
        By? by = subject switch
        {
            _ when subject.Contains("Site Administrators", StringComparison.Ordinal) => By.SiteAdministrators,
            _ when subject.Contains("Site Postmasters", StringComparison.Ordinal) => By.SitePostmasters,
            _ when subject.Contains("Domain Administrators", StringComparison.Ordinal) => By.DomainAdministrators,
            _ when subject.Contains("Domain Readers", StringComparison.Ordinal) => By.DomainReaders,
            _ when subject.Contains("uid=dirmail", StringComparison.Ordinal) => By.MailServer,
            _ when subject.StartsWith("dn.subtree", StringComparison.Ordinal) => By.DomainMembers,
            "self" => By.Self,
            "anonymous" => By.Anonymous,
            _ => null,
        };
        AccessRight right = rights switch
        {
            "=w" => AccessRight.Write,
            "=xw" => AccessRight.Auth | AccessRight.Write,
            "auth" => AccessRight.AuthLevel,
            "read" => AccessRight.ReadLevel,
            "write" => AccessRight.WriteLevel,
            _ => AccessRight.None,
        };
        return by is { } known ? new Grant(known, right) : null;
    }
}
