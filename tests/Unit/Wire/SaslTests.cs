using System.Text;
using DirMail.Wire;

namespace DirMail.Unit.Wire;

public sealed class SaslTests
{
    [Theory]
    [InlineData("\0joe\0secret", "joe", "", "secret")]
    [InlineData("admin\0joe@abc.com\0se cret", "joe@abc.com", "admin", "se cret")]
    [InlineData("\0jörg\0paßwort", "jörg", "", "paßwort")]
    [InlineData("\0joe\0", "joe", "", "")]
    public void Plain_is_decoded(string message, string authentication, string authorization, string password) =>
        Assert.Equal(new SaslCredentials(authentication, authorization, password), Sasl.Plain(Encode(message)));

    [Theory]
    [InlineData("joe")]
    [InlineData("joe\0secret")]
    [InlineData("\0\0secret")]
    [InlineData("\0joe\0sec\0ret")]
    [InlineData("\0jo\ne\0secret")]
    [InlineData("")]
    public void A_broken_plain_is_null(string message) => Assert.Null(Sasl.Plain(Encode(message)));

    [Fact]
    public void Broken_base64_and_utf8_are_null()
    {
        Assert.Null(Sasl.Plain("*"u8));
        Assert.Null(Sasl.Plain("AGpvZQ"u8));
        Assert.Null(Sasl.LoginAnswer("am9l=am9l"u8));
        Assert.Null(Sasl.LoginAnswer(Encoding.ASCII.GetBytes(Convert.ToBase64String([0x6A, 0xFF]))));
        Assert.Null(Sasl.LoginAnswer(Encode(new string('x', 5000))));
    }

    [Fact]
    public void Login_answers_are_decoded()
    {
        Assert.Equal("joe@abc.com", Sasl.LoginAnswer(Encode("joe@abc.com")));
        Assert.Equal("", Sasl.LoginAnswer(""u8));
        Assert.Equal("", Sasl.LoginAnswer("="u8));
    }

    [Fact]
    public void Passwords_are_never_printed() => Assert.DoesNotContain("secret", new SaslCredentials("joe", "", "secret").ToString(), StringComparison.Ordinal);

    private static byte[] Encode(string text) => Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));
}
