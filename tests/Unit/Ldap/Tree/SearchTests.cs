using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Tree;
using DirMail.Ldap.Tree.Access;
using static DirMail.Unit.Ldap.Tree.Example;

namespace DirMail.Unit.Ldap.Tree;

public sealed class SearchTests
{
    [Theory]
    [InlineData("(objectClass=inetDomain)", 3)]
    [InlineData("(&(objectClass=inetDomain)(associatedDomain=BCD.NET))", 1)]
    [InlineData("(objectClass=person)", 10)]
    [InlineData("(objectClass=2.5.6.6)", 10)]
    [InlineData("(&(objectClass=person)(!(uid=alice)))", 9)]
    [InlineData("(mailLocalAddress=A.Able@bcd.com)", 1)]
    [InlineData("(uid=a*e)", 1)]
    [InlineData("(cn=*  ABLE)", 1)]
    [InlineData("(name=alice able)", 1)]
    [InlineData("(uniqueMember=UID=alice, OU=people,o=bcd.com,o=hosting)", 1)]
    [InlineData("(vacationStartDate<=20260801000000Z)", 1)]
    [InlineData("(vacationStartDate>=2026080101+0100)", 1)]
    [InlineData("(vacationStartDate>=20260801010000Z)", 0)]
    [InlineData("(mailAutoReplyTimeOut>=9)", 1)]
    [InlineData("(mailAutoReplyTimeOut<=20)", 0)]
    [InlineData("(mailAutoReplyTimeOut>=x)", 0)]
    [InlineData("(!(mailAutoReplyTimeOut>=x))", 0)]
    [InlineData("(nonsense=1)", 0)]
    [InlineData("(!(nonsense=1))", 0)]
    [InlineData("(|(nonsense=1)(uid=alice))", 1)]
    [InlineData("(ou:dn:=Groups)", 13)]
    [InlineData("(cn:caseExactMatch:=alice able)", 0)]
    public async Task Filters_match_by_the_schema(string filter, int count)
    {
        await using DirectoryTree tree = await TreeAsync();
        Assert.Equal(count, tree.Find(MailServer, filter).Count);
    }

    [Theory]
    [InlineData(LdapScope.Base, 1)]
    [InlineData(LdapScope.OneLevel, 2)]
    [InlineData(LdapScope.Subtree, 11)]
    public async Task Scopes(LdapScope scope, int count)
    {
        await using DirectoryTree tree = await TreeAsync();
        var search = new LdapSearch(Dn.Parse(Bcd), scope, new LdapFilter.Present("objectClass"));
        Assert.Equal(count, tree.Search(MailServer, search).Count(i => i is LdapSearchItem.Found));
    }

    [Fact]
    public async Task A_size_limit_ends_the_search_with_its_code()
    {
        await using DirectoryTree tree = await TreeAsync();
        var search = new LdapSearch(Dn.Parse(Root), LdapScope.Subtree, new LdapFilter.Present("objectClass")) { SizeLimit = 34 };
        Assert.Equal(LdapResult.Success, Done(tree, search));
        Assert.Equal(LdapResultCode.SizeLimitExceeded, Done(tree, search with { SizeLimit = 33 }).Code);
    }

    [Fact]
    public async Task A_missing_base_names_what_is_there()
    {
        await using DirectoryTree tree = await TreeAsync();
        LdapResult result = Done(tree, new LdapSearch(Dn.Parse($"uid=x,ou=Nowhere,{Bcd}"), LdapScope.Base, new LdapFilter.Present("objectClass")));
        Assert.Equal((LdapResultCode.NoSuchObject, Bcd), (result.Code, result.MatchedDn));
    }

    [Fact]
    public async Task Anyone_reads_the_root_and_the_schema()
    {
        await using DirectoryTree tree = await TreeAsync();
        var root = new LdapSearch(Dn.Root, LdapScope.Base, new LdapFilter.Present("objectClass")) { Attributes = ["+"] };
        LdapEntry dse = tree.Search(Requester.Anonymous, root).OfType<LdapSearchItem.Found>().Single().Entry;
        Assert.Equal(["o=hosting"], dse.All("namingContexts"));
        LdapEntry schema = tree.Search(Requester.Anonymous, root with { Base = Dn.Parse(dse.First("subschemaSubentry")!) }).OfType<LdapSearchItem.Found>().Single().Entry;
        Assert.Contains(schema.All("attributeTypes"), a => a.StartsWith("( 2.25.31284638723113601820586032677844435437.1.1 NAME 'mailDomainVirtualAddress'", StringComparison.Ordinal));
    }

    private static LdapResult Done(DirectoryTree tree, LdapSearch search) => tree.Search(MailServer, search).OfType<LdapSearchItem.Done>().Single().Result;
}
