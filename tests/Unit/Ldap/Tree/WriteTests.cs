using System.Text;
using DirMail.Ldap;
using DirMail.Ldap.Tree;
using static DirMail.Unit.Ldap.Tree.Example;

namespace DirMail.Unit.Ldap.Tree;

/// <summary>Schema checks and the meaning of each write, as the site administrator.</summary>
public sealed class WriteTests
{
    [Theory]
    [InlineData("uid=x,ou=People,o=bcd.com,o=hosting", "objectClass=inetOrgPerson;uid=x;cn=x;sn=x", 0)]
    [InlineData("uid=x,ou=People,o=bcd.com,o=hosting", "objectClass=inetOrgPerson;uid=x;cn=x", 65)]
    [InlineData("uid=x,ou=People,o=bcd.com,o=hosting", "objectClass=nothing;uid=x", 21)]
    [InlineData("uid=x,ou=People,o=bcd.com,o=hosting", "objectClass=inetMailUser;uid=x;cn=x", 65)]
    [InlineData("uid=x,ou=People,o=bcd.com,o=hosting", "objectClass=inetOrgPerson;objectClass=groupOfNames;uid=x;cn=x;sn=x;member=o=x", 65)]
    [InlineData("uid=x,ou=People,o=bcd.com,o=hosting", "objectClass=inetOrgPerson;uid=y;cn=x;sn=x", 0)]
    [InlineData("uid=x,ou=People,o=bcd.com,o=hosting", "objectClass=inetOrgPerson;uid=x;cn=x;sn=x;mailQuota=1G", 65)]
    [InlineData("uid=x,ou=People,o=bcd.com,o=hosting", "objectClass=inetOrgPerson;uid=x;cn=x;sn=x;nonsense=1", 17)]
    [InlineData("uid=x,ou=People,o=bcd.com,o=hosting", "objectClass=inetOrgPerson;uid=x;cn=x;sn=x;mail=ä@bcd.com", 21)]
    [InlineData("uid=x,ou=People,o=bcd.com,o=hosting", "objectClass=inetOrgPerson;uid=x;cn=x;sn=x;entryUUID=12e0231a-39e5-4e83-87a4-0beab3ba7e25", 19)]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "objectClass=inetOrgPerson;uid=alice;cn=x;sn=x", 68)]
    [InlineData("uid=x,ou=Nowhere,o=bcd.com,o=hosting", "objectClass=inetOrgPerson;uid=x;cn=x;sn=x", 32)]
    [InlineData("o=new.com,o=hosting", "objectClass=organization;objectClass=inetDomain;objectClass=domainRelatedObject;o=new.com;associatedDomain=BCD.net", 19)]
    [InlineData("o=elsewhere", "objectClass=organization;o=elsewhere", 53)]
    public async Task Adds_follow_the_schema(string dn, string pairs, int expected)
    {
        await using DirectoryTree tree = await TreeAsync();
        LdapAttribute[] attributes = [.. pairs.Split(';').Select(p => p.Split('=', 2)).GroupBy(p => p[0]).Select(g => new LdapAttribute(g.Key, [.. g.Select(p => p[1])]))];
        Assert.Equal((LdapResultCode)expected, (await tree.AddAsync(Site, Dn.Parse(dn), attributes)).Code);
    }

    public static TheoryData<string, LdapChange[], int> Modifications => new()
    {
        { Alice, [Add("mailAlternateAddress", "A.ABLE@bcd.com")], 20 },
        { Alice, [Add("mailAlternateAddress", "new@bcd.com", "new@bcd.com")], 20 },
        { Alice, [Delete("mailAlternateAddress", "none@bcd.com")], 16 },
        { Alice, [Delete("description")], 16 },
        { Alice, [Replace("description")], 0 },
        { Alice, [Delete("mailLocalAddress", "a.able@BCD.com")], 0 },
        { Alice, [Delete("sn")], 65 },
        { Alice, [Replace("uid", "other")], 64 },
        { Alice, [Add("mailUserStatus", "inactive")], 19 },
        { Alice, [Replace("mailUserStatus", "asleep")], 19 },
        { Alice, [Replace("mailAutoReplyTimeOut", "ten")], 21 },
        { Alice, [Replace("vacationStartDate", "tomorrow")], 21 },
        { Alice, [Replace("mailUserVirtualAddress", "127.0.70")], 19 },
        { Alice, [Replace("mailUserVirtualAddress", "fe80::1%eth0")], 19 },
        { Alice, [Replace("entryCSN", "x")], 19 },
        { Alice, [Replace("objectClass", "account"), Delete("cn"), Delete("sn")], 69 },
        { Alice, [new LdapChange(LdapChangeKind.Increment, new LdapAttribute("mailAutoReplyTimeOut", "-8"))], 0 },
        { Alice, [new LdapChange(LdapChangeKind.Increment, new LdapAttribute("cn", "1"))], 19 },
        { Cde, [Add("mailDomainVirtualAddress", "127.0.70.1")], 19 },
        { Cde, [Add("mailDomainVirtualAddress", "2001:db8:0:0::1")], 0 },
        { Cde, [Add("associatedDomain", "bcd.net")], 19 },
        { "uid=nobody,o=hosting", [Replace("cn", "x")], 32 },
    };

    [Theory]
    [MemberData(nameof(Modifications))]
    public async Task Modifications_are_all_or_none(string dn, LdapChange[] changes, int expected)
    {
        await using DirectoryTree tree = await TreeAsync();
        string before = tree.Dump();
        Assert.Equal((LdapResultCode)expected, await tree.ModifyAsync(Site, dn, [Replace("preferredLanguage", "fr"), .. changes]));
        Assert.Equal(expected == 0, before != tree.Dump());
    }

    [Fact]
    public async Task Two_spellings_of_an_address_are_one()
    {
        await using DirectoryTree tree = await TreeAsync();
        Assert.Equal(LdapResultCode.Success, await tree.ModifyAsync(Site, Bcd, Add("mailDomainVirtualAddress", "2001:db8::1")));
        Assert.Equal(LdapResultCode.ConstraintViolation, await tree.ModifyAsync(Site, Cde, Add("mailDomainVirtualAddress", "2001:DB8:0:0:0:0:0:1")));
        Assert.Equal(LdapResultCode.Success, await tree.ModifyAsync(Site, Bcd, Delete("mailDomainVirtualAddress", "2001:db8::1")));
        Assert.Equal(LdapResultCode.Success, await tree.ModifyAsync(Site, Cde, Add("mailDomainVirtualAddress", "2001:DB8:0:0:0:0:0:1")));
    }

    [Fact]
    public async Task Renaming_keeps_identity_and_moves_what_lies_below()
    {
        await using DirectoryTree tree = await TreeAsync();
        string? uuid = tree.Find(Site, "(uid=alice)", Root, "entryUUID")[0].First("entryUUID");
        Assert.True((await tree.ModifyDnAsync(Site, Dn.Parse("ou=People,o=bcd.com,o=hosting"), Dn.Parse("ou=Staff"), true, Dn.Parse(Cde))).IsSuccess);
        LdapEntry alice = Assert.Single(tree.Find(Site, "(uid=alice)", Root, "*", "entryUUID"));
        Assert.Equal("uid=alice,ou=Staff,o=cde.com,o=hosting", alice.Dn.Text);
        Assert.Equal(uuid, alice.First("entryUUID"));
        Assert.Equal("Staff", Assert.Single(tree.Find(Site, "(ou=Staff)")).First("ou"));
        Assert.Equal(LdapResultCode.UnwillingToPerform, (await tree.ModifyDnAsync(Site, Dn.Parse(Cde), Dn.Parse("o=cde.com"), false, Dn.Parse("ou=Staff,o=cde.com,o=hosting"))).Code);
        Assert.Equal(LdapResultCode.EntryAlreadyExists, (await tree.ModifyDnAsync(Site, alice.Dn, Dn.Parse("uid=bob"), true, null)).Code);
        Assert.Equal(LdapResultCode.NotAllowedOnNonLeaf, (await tree.DeleteAsync(Site, Dn.Parse(Cde))).Code);
    }

    [Fact]
    public async Task Passwords_are_kept_hashed_and_checked()
    {
        await using DirectoryTree tree = await TreeAsync();
        Assert.True(await CheckAsync(tree, Alice, "alice-bcd-secret"));
        Assert.Equal(LdapResultCode.Success, await tree.ModifyAsync(Site, Alice, Replace("userPassword", "clear")));
        string stored = tree.Find(DirMail.Ldap.Tree.Access.Requester.Program, "(uid=alice)", Root, "userPassword")[0].First("userPassword")!;
        Assert.StartsWith("{PBKDF2-SHA256}", stored, StringComparison.Ordinal);
        Assert.True(await CheckAsync(tree, Alice, "clear"));
        Assert.False(await CheckAsync(tree, Alice, "Clear"));
        Assert.False(await CheckAsync(tree, Alice, stored));
        Assert.False(await CheckAsync(tree, Alice, ""));
        Assert.False(await CheckAsync(tree, "uid=nobody,o=hosting", "clear"));
        Assert.Equal(LdapResultCode.Success, await tree.ModifyAsync(Site, Alice, Delete("userPassword", "clear")));
        Assert.False(await CheckAsync(tree, Alice, "clear"));
    }

    [Theory]
    [InlineData("dn: uid=x,ou=People,o=bcd.com,o=hosting\nobjectClass: inetOrgPerson\nuid: x\ncn: x\nsn: x\n\ndn: uid=y,ou=People,o=bcd.com,o=hosting\nobjectClass: inetOrgPerson\nuid: y\ncn: y\n", 7)]
    [InlineData("dn: uid=x,ou=People,o=bcd.com,o=hosting\nobjectClass: inetOrgPerson\nuid: x\ncn: x\nsn: x\n\nnonsense\n", 7)]
    public async Task A_load_with_a_fault_names_the_line_and_changes_nothing(string ldif, int line)
    {
        await using DirectoryTree tree = await TreeAsync();
        string before = tree.Dump();
        var refused = Assert.IsType<LoadOutcome.Refused>(await tree.LoadAsync(new StringReader(ldif), "some.ldif", CancellationToken.None));
        Assert.Equal(("some.ldif", line), (refused.File, refused.Line));
        Assert.Equal(before, tree.Dump());
    }

    [Fact]
    public async Task Pipelined_writes_see_each_other()
    {
        await using DirectoryTree tree = await TreeAsync();
        Task<LdapResult>[] writes =
        [
            .. Enumerable.Range(0, 50).Select(i => tree.AddAsync(Site, Dn.Parse($"ou=u{i},{Bcd}"),
                [new LdapAttribute("objectClass", "organizationalUnit"), new LdapAttribute("ou", $"u{i}")])),
            tree.AddAsync(Site, Dn.Parse($"ou=below,ou=u7,{Bcd}"), [new LdapAttribute("objectClass", "organizationalUnit"), new LdapAttribute("ou", "below")]),
        ];
        Assert.All(await Task.WhenAll(writes), r => Assert.True(r.IsSuccess, r.Message));
        Assert.Equal(85, tree.Count);
    }

    private static Task<bool> CheckAsync(DirectoryTree tree, string dn, string password) => tree.CheckPasswordAsync(Dn.Parse(dn), Encoding.UTF8.GetBytes(password), CancellationToken.None);
}
