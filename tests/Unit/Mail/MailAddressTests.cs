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
    public void Refuses(string text) => Assert.False(MailAddress.TryParse(text, out _));
}
