using DirMail.Ldap;
using FsCheck;
using FsCheck.Fluent;

namespace DirMail.Unit.Ldap;

public class DnTests
{
    [Theory]
    [InlineData("dc=example,dc=org", "dc=example,dc=org")]
    [InlineData("DC=Example,dc=ORG", "dc=example,dc=org")]
    [InlineData(" dc = example , dc = org ", "dc=example,dc=org")]
    [InlineData("cn=Anna  Maria,dc=x", "cn=anna maria,dc=x")]
    [InlineData("cn=b+sn=a,dc=x", "cn=b+sn=a,dc=x")]
    [InlineData("SN=a + CN=b,dc=x", "cn=b+sn=a,dc=x")]
    [InlineData("cn=a\\,b,dc=x", "cn=a\\2cb,dc=x")]
    [InlineData("cn=a\\2Cb,dc=x", "cn=a\\2cb,dc=x")]
    [InlineData("cn=a\\2bb,dc=x", "cn=a\\2bb,dc=x")]
    [InlineData("cn=\\#a,dc=x", "cn=\\23a,dc=x")]
    [InlineData("cn=\\ a\\ ,dc=x", "cn=a,dc=x")]
    [InlineData("cn=J\\C3\\B6rg,dc=x", "cn=jörg,dc=x")]
    [InlineData("cn=JÖRG,dc=x", "cn=jörg,dc=x")]
    [InlineData("cn=Jo\u0308rg,dc=x", "cn=jörg,dc=x")]
    [InlineData("cn=#04024869,dc=x", "cn=hi,dc=x")]
    [InlineData("OID.2.5.4.3=a", "2.5.4.3=a")]
    [InlineData("oid.2.5.4.3=a", "2.5.4.3=a")]
    [InlineData("cn=a=b,dc=x", "cn=a=b,dc=x")]
    [InlineData("cn=,dc=x", "cn=,dc=x")]
    [InlineData("", "")]
    [InlineData("uid=anna@example.org,ou=people,o=hosting", "uid=anna@example.org,ou=people,o=hosting")]
    public void Has_a_normal_form(string text, string normal)
    {
        Assert.True(Dn.TryParse(text, out Dn? dn));
        Assert.Equal(normal, dn!.Normal);
        Assert.Equal(text, dn.Text);
        Assert.Equal(dn, Dn.Parse(dn.Normal));
    }

    [Theory]
    [InlineData("anna")]
    [InlineData("=a")]
    [InlineData("dc=a,")]
    [InlineData(",dc=a")]
    [InlineData("dc=a,,dc=b")]
    [InlineData("dc=a+")]
    [InlineData("cn=a\"b")]
    [InlineData("cn=a;dc=b")]
    [InlineData("cn=a<b")]
    [InlineData("cn=a\\")]
    [InlineData("cn=a\\q")]
    [InlineData("cn=\\FF")]
    [InlineData("cn=#0")]
    [InlineData("cn=#xyzw")]
    [InlineData("c n=a")]
    public void Refuses(string text) => Assert.False(Dn.TryParse(text, out _));

    [Fact]
    public void Refuses_the_endless_and_half_characters()
    {
        Assert.False(Dn.TryParse("cn=" + new string('a', Dn.MaxLength), out _));
        Assert.False(Dn.TryParse("cn=\ud800", out _));
        Assert.False(Dn.TryParse("cn=\ud800\\,", out _));
    }

    [Theory]
    [InlineData("cn=a\\,b, dc=Example,dc=org", "dc=Example,dc=org", "dc=example,dc=org")]
    [InlineData("dc=org", "", "")]
    [InlineData("cn=x\\\\,dc=org", "dc=org", "dc=org")]
    public void Has_a_parent(string text, string parent, string normal)
    {
        Dn above = Dn.Parse(text).Parent!;
        Assert.Equal((parent, normal), (above.Text, above.Normal));
    }

    [Fact]
    public void The_root_has_no_parent() => Assert.Null(Dn.Root.Parent);

    [Theory]
    [InlineData("cn=a,dc=x", "dc=x", true)]
    [InlineData("cn=a,DC=X", "dc=x", true)]
    [InlineData("dc=x", "dc=x", true)]
    [InlineData("dc=x", "", true)]
    [InlineData("", "dc=x", false)]
    [InlineData("dc=xx", "dc=x", false)]
    [InlineData("cn=a\\,dc=x", "dc=x", false)]
    [InlineData("dc=x", "cn=a,dc=x", false)]
    [InlineData("adc=x", "dc=x", false)]
    public void Knows_what_it_is_within(string dn, string ancestor, bool within) => Assert.Equal(within, Dn.Parse(dn).IsWithin(Dn.Parse(ancestor)));

    [Fact]
    public void Gives_its_first_rdn()
    {
        Dn dn = Dn.Parse("CN=A\\, b + sn=#04024869,dc=x");
        Assert.Equal(("CN", "A, b"), dn.FirstRdn);
        Assert.Equal([("CN", "A, b"), ("sn", "Hi")], dn.Rdn);
        Assert.Equal("CN=A\\, b + sn=#04024869", dn.RdnText);
        Assert.Equal(2, dn.Depth);
        Assert.Equal(("", ""), Dn.Root.FirstRdn);
    }

    [Theory]
    [InlineData("plain", "cn=plain,dc=x")]
    [InlineData(" a ", "cn=\\ a\\ ,dc=x")]
    [InlineData("#a#", "cn=\\#a#,dc=x")]
    [InlineData("a,b+c=d\"e\\f<g>h;i", "cn=a\\,b\\+c=d\\\"e\\\\f\\<g\\>h\\;i,dc=x")]
    [InlineData("a\0b\n", "cn=a\\00b\\0a,dc=x")]
    [InlineData("jörg", "cn=jörg,dc=x")]
    public void Escapes_the_value_of_a_child(string value, string text)
    {
        Dn child = Dn.Parse("dc=x").Child("cn", value);
        Assert.Equal(text, child.Text);
        Assert.Equal(value, child.FirstRdn.Value);
        Assert.Equal(child, Dn.Parse(text));
    }

    [Fact]
    public void Any_value_comes_back_from_a_child() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>().Filter(IsText), value =>
        {
            Dn child = Dn.Parse("dc=x").Child("cn", value.Get);
            Assert.Equal(value.Get, child.FirstRdn.Value);
            Assert.Equal("dc=x", child.Parent!.Text);
            Assert.Equal(child, Dn.Parse(child.Normal));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Any_text_is_a_name_or_none() =>
        Prop.ForAll(Gen.Elements('c', 'n', '=', ',', '+', '\\', ' ', '#', '0', '4', 'ö', '\ud800', '\udc00', '"').ListOf().ToArbitrary(), chars =>
        {
            if (!Dn.TryParse(new string([.. chars]), out Dn? dn))
                return;
            Assert.Equal(dn, Dn.Parse(dn!.Normal));
            Assert.True(dn.Parent is null || dn.IsWithin(dn.Parent));
            Assert.Equal(dn.Depth == 0, dn.Rdn.Count == 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    private static bool IsText(NonNull<string> value) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(value.Get)) == value.Get;
}
