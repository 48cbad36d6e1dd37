using DirMail.Mail;

namespace DirMail.Unit.Mail;

public class MailAddressTests
{
    [Theory]
    [InlineData("anna@example.org", "anna@example.org")]
    [InlineData("Anna.Maria@EXAMPLE.org", "anna.maria@example.org")]
    [InlineData("anna@example.org.", "anna@example.org")]
    [InlineData("\"Anna\"@example.org", "anna@example.org")]
    [InlineData("\"a b\"@example.org", "a b@example.org")]
    [InlineData("\"a\\\"b\"@example.org", "a\"b@example.org")]
    [InlineData("\"a@b\"@example.org", "a@b@example.org")]
    [InlineData("a+tag@example.org", "a+tag@example.org")]
    [InlineData("jörg@bücher.example", "jörg@xn--bcher-kva.example")]
    [InlineData("a@[127.0.0.1]", "a@[127.0.0.1]")]
    [InlineData("a@[IPv6:0:0::1]", "a@[ipv6:::1]")]
    [InlineData("a@BÜCHER.example", "a@xn--bcher-kva.example")]
    [InlineData("a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example")]
    [InlineData("a@\u65e5\u672c\u3002example", "a@xn--wgv71a.example")]
    [InlineData("a@[IPv6:::FFFF:1.2.3.4]", "a@[ipv6:::ffff:1.2.3.4]")]
    [InlineData("!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org")]
    [InlineData("\"\"@example.org", "@example.org")]
    [InlineData("a@_dmarc.example.org", "a@_dmarc.example.org")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234@x", "1234567890123456789012345678901234567890123456789012345678901234@x")]
    public void Accepts_and_compares_by_key(string text, string key)
    {
        Assert.True(MailAddress.TryParse(text, out MailAddress address));
        Assert.Equal(key, address.Key);
    }

    [Theory]
    [InlineData("")]
    [InlineData("anna")]
    [InlineData("@example.org")]
    [InlineData("anna@")]
    [InlineData(".anna@example.org")]
    [InlineData("anna.@example.org")]
    [InlineData("an..na@example.org")]
    [InlineData("an na@example.org")]
    [InlineData("anna\r\n@example.org")]
    [InlineData("\"anna@example.org")]
    [InlineData("\"an\"na\"@example.org")]
    [InlineData("anna@example..org")]
    [InlineData("anna@-example.org")]
    [InlineData("anna@exa mple.org")]
    [InlineData("a@[127.0.0]")]
    [InlineData("a@[::1]")]
    [InlineData("a@[IPv6:127.0.0.1]")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345@example.org")]
    [InlineData("\"a\\\"@example.org")]
    [InlineData("\"a\tb\"@example.org")]
    [InlineData("a@b@example.org")]
    [InlineData("a(comment)@example.org")]
    [InlineData("<a@example.org>")]
    [InlineData("a\u00a0b@example.org")]
    [InlineData("a@.")]
    [InlineData("a@example.org..")]
    [InlineData("a@exa\u0000mple.org")]
    [InlineData("a@example-.org")]
    [InlineData("a@[127.0.0.1")]
    [InlineData("a@[0x7f.0.0.1]")]
    [InlineData("a@[010.0.0.1]")]
    [InlineData("a@[IPv6:fe80::1%1]")]
    [InlineData("a@[]")]
    [InlineData("a@1234567890123456789012345678901234567890123456789012345678901234.org")]
    public void Refuses(string text) => Assert.False(MailAddress.TryParse(text, out _));

    [Fact]
    public void Bounds_the_domain_by_octets()
    {
        string label = new('a', 61);
        Assert.True(MailAddress.TryParse($"a@{label}.{label}.{label}.{label}.abcdefg", out _));
        Assert.False(MailAddress.TryParse($"a@{label}.{label}.{label}.{label}.abcdefgh", out _));
        Assert.False(MailAddress.TryParse("a@" + string.Concat(Enumerable.Repeat("日本語日本語.", 30)) + "x", out _));
    }

    [Fact]
    public void Keeps_the_given_form()
    {
        MailAddress address = MailAddress.Parse("\"Anna\"@Bücher.Example.");
        Assert.Equal("\"Anna\"@Bücher.Example.", address.ToString());
        Assert.True(address.IsSameAs(MailAddress.Parse("anna@xn--bcher-kva.example")));
        Assert.False(address.NeedsUtf8);
    }
}
