using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Tree;
using DirMail.Ldap.Tree.Schema;
using static DirMail.Unit.Ldap.Tree.Example;

namespace DirMail.Unit.Ldap.Tree;

/// <summary>Whatever the index knows, a search finds what looking at every entry finds; before and after every kind of write.</summary>
public sealed class IndexedSearchTests
{
    private static readonly string[] s_filters =
    [
        "(uid=alice)", "(UID= Alice )", "(uid=robert)", "(uid=bob)", "(mail=alice@bcd.com)", "(mailLocalAddress=A.Able@bcd.com)", "(mailLocalAddress=b@bcd.com)",
        "(objectClass=person)", "(objectClass=inetDomain)", "(objectClass=2.5.6.6)", "(objectClass=top)", "(objectClass=nonsense)", "(objectClass=groupOfUniqueNames)",
        "(&(objectClass=inetMailUser)(uid=alice))", "(|(uid=alice)(uid=carol)(uid=zoe))", "(|(uid=alice)(nonsense=1))", "(|(uid=alice)(cn=*o*))", "(&(cn=*)(uid=bob))",
        "(!(uid=alice))", "(&(!(uid=alice))(objectClass=inetMailUser))", "(uid~=ALICE)", "(associatedDomain=BCD.net)", "(associatedDomain=new.bcd.com)",
        "(uniqueMember=UID=alice, OU=people,o=bcd.com,o=hosting)", "(uniqueMember=nonsense)", "(mailDomainVirtualAddress=127.0.70.1)", "(mailDomainVirtualAddress=2001:DB8:0::1)",
        "(entryUUID=12e0231a-39e5-4e83-87a4-0beab3ba7e25)", "(mail;lang-fr=alice@bcd.com)", "(&)", "(|)",
    ];

    [Fact]
    public async Task A_search_finds_what_looking_at_all_finds()
    {
        await using DirectoryTree tree = await TreeAsync();
        Compare(tree);
        Assert.Equal(LdapResultCode.Success, await tree.ModifyAsync(Site, Alice, Add("mailLocalAddress", "b@bcd.com"), Delete("mailLocalAddress", "a.able@bcd.com")));
        Assert.Equal(LdapResultCode.Success, await tree.ModifyAsync(Site, Bcd, Add("associatedDomain", "new.bcd.com"), Add("mailDomainVirtualAddress", "2001:db8::1")));
        Compare(tree);
        Assert.True((await tree.ModifyDnAsync(Site, Dn.Parse(Bob), Dn.Parse("uid=robert"), true, null)).IsSuccess);
        Assert.True((await tree.ModifyDnAsync(Site, Dn.Parse("ou=People,o=bcd.com,o=hosting"), Dn.Parse("ou=Staff"), true, Dn.Parse(Cde))).IsSuccess);
        Compare(tree);
        Assert.True((await tree.AddAsync(Site, Dn.Parse("uid=zoe,ou=Staff,o=cde.com,o=hosting"), Person("zoe"))).IsSuccess);
        Assert.True((await tree.DeleteAsync(Site, Dn.Parse(Carol))).IsSuccess);
        Compare(tree);
    }

    [Fact]
    public void No_indexed_attribute_has_subtypes()
    {
        AttributeType[] indexed = [.. DirectorySchema.DirMail.Attributes.Where(a => a.IsIndexed)];
        Assert.Equal(12, indexed.Length);
        Assert.DoesNotContain(DirectorySchema.DirMail.Attributes, a => !a.IsIndexed && indexed.Any(a.IsA));
    }

    private static void Compare(DirectoryTree tree)
    {
        foreach (string text in s_filters)
            foreach (string under in (string[])[Root, Bcd, Cde, "ou=People,o=abc.com,o=hosting", "uid=admin,ou=People,o=abc.com,o=hosting"])
                foreach (LdapScope scope in Enum.GetValues<LdapScope>())
                {
                    Assert.True(LdapFilter.TryParse(text, out LdapFilter? filter, out string? error), error);
                    var search = new LdapSearch(Dn.Parse(under), scope, filter!);
                    string[] found = [.. tree.Search(MailServer, search).OfType<LdapSearchItem.Found>().Select(f => f.Entry.Dn.Text).Order()];
                    Assert.Equal(ByLooking(tree, search), found);
                }
    }

    private static string[] ByLooking(DirectoryTree tree, LdapSearch search) =>
    [
        .. tree.Current.Nodes.Values.Select(n => n.Entry)
            .Where(e => search.Scope switch
            {
                LdapScope.Base => e.Dn.Equals(search.Base),
                LdapScope.OneLevel => e.Dn.Parent!.Equals(search.Base),
                _ => e.Dn.IsWithin(search.Base),
            })
            .Where(e => FilterMatch.Test(search.Filter, e, DirectorySchema.DirMail) == true).Select(e => e.Dn.Text).Order(),
    ];
}
