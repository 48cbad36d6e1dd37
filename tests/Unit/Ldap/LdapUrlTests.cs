using DirMail.Ldap;
using DirMail.Ldap.Client;

namespace DirMail.Unit.Ldap;

public sealed class LdapUrlTests
{
    [Theory]
    [InlineData("ldap:///", "", "", LdapScope.Base, "(objectClass=*)")]
    [InlineData("ldap:///o=bcd.com,o=hosting", "", "o=bcd.com,o=hosting", LdapScope.Base, "(objectClass=*)")]
    [InlineData("LDAP://ds.test:389/o=A?cn,mail?ONE", "ds.test:389", "o=A", LdapScope.OneLevel, "(objectClass=*)")]
    [InlineData("ldap:///o=An%20Example%5c2c%20Inc.,c=US??sub?(uid=a%2ab)", "", @"o=An Example\2c Inc.,c=US", LdapScope.Subtree, "(uid=a*b)")]
    [InlineData("ldap:///o=a??sub?(&(a=1)(b=2%3f))?x-other=1", "", "o=a", LdapScope.Subtree, "(&(a=1)(b=2?))")]
    [InlineData("ldap:///??sub?", "", "", LdapScope.Subtree, "(objectClass=*)")]
    public void A_url_says_where_how_far_and_for_what(string text, string host, string name, LdapScope scope, string filter)
    {
        Assert.True(LdapUrl.TryParse(text, out LdapUrl? url, out string error), error);
        Assert.Equal((host, Dn.Parse(name), scope, filter), (url!.Host, url.Base, url.Scope, url.Filter.ToString()));
    }

    [Theory]
    [InlineData("mailto:a@bcd.com")]
    [InlineData("ldaps:///o=a")]
    [InlineData("ldap:///not a name")]
    [InlineData("ldap:///o=a??all?(uid=a)")]
    [InlineData("ldap:///o=a??sub?uid=a")]
    [InlineData("ldap:///o=a??sub?(uid=a")]
    [InlineData("ldap:///o=a??sub?(uid=a)?!x-must=1")]
    [InlineData("ldap:///o=a??sub?(uid=a)?b?c")]
    [InlineData("ldap://host?o=a")]
    public void What_is_none_is_told_why(string text)
    {
        Assert.False(LdapUrl.TryParse(text, out _, out string error));
        Assert.NotEqual("", error);
    }
}
