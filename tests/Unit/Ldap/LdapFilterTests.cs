using DirMail.Ldap;
using DirMail.Ldap.Codec;
using FsCheck;
using FsCheck.Fluent;

namespace DirMail.Unit.Ldap;

public class LdapFilterTests
{
    /// <summary>The examples of RFC 4515 4 among them.</summary>
    [Theory]
    [InlineData("(cn=Babs Jensen)")]
    [InlineData("(!(cn=Tim Howes))")]
    [InlineData("(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))")]
    [InlineData("(o=univ*of*mich*)")]
    [InlineData("(seeAlso=)")]
    [InlineData("(cn:caseExactMatch:=Fred Flintstone)")]
    [InlineData("(cn:=Betty Rubble)")]
    [InlineData("(sn:dn:2.4.6.8.10:=Barney Rubble)")]
    [InlineData("(o:dn:=Ace Industry)")]
    [InlineData("(:1.2.3:=Wilma Flintstone)")]
    [InlineData("(:dn:2.4.6.8.10:=Dino)")]
    [InlineData("(o=Parens R Us \\28for all your parenthetical needs\\29)")]
    [InlineData("(cn=*\\2a*)")]
    [InlineData("(filename=C:\\5cMyFile)")]
    [InlineData("(bin=\\00\\00\\00\u0004)", "(bin=\\00\\00\\00\\04)")]
    [InlineData("(sn=Lu\\c4\\8di\\c4\\87)", "(sn=Lučić)")]
    [InlineData("(x=\\ff\\fe)")]
    [InlineData("(&)")]
    [InlineData("(|)")]
    [InlineData("(a=*)")]
    [InlineData("(a>=1)")]
    [InlineData("(a<=1)")]
    [InlineData("(a~=1)")]
    [InlineData("(a;lang-de=1)")]
    [InlineData(" ( & (a=1) (b=2) ) ", "(&(a=1)(b=2))")]
    [InlineData("(a=*x)")]
    [InlineData("(a=x=y)")]
    public void Reads_and_writes(string text, string? canonical = null)
    {
        Assert.True(LdapFilter.TryParse(text, out LdapFilter? filter, out string? error), error);
        Assert.Equal(canonical ?? text, filter!.ToString());
    }

    [Theory]
    [InlineData("", "'(' expected at position 1")]
    [InlineData("cn=x", "'(' expected at position 1")]
    [InlineData("(cn=x", "')' expected")]
    [InlineData("(cn=x))", "more text")]
    [InlineData("(cn)", "an operator")]
    [InlineData("(=x)", "an attribute")]
    [InlineData("()", "an attribute")]
    [InlineData("(cn=a(b)", "must be escaped")]
    [InlineData("(cn=\\2)", "hexadecimal")]
    [InlineData("(cn=\\zz)", "hexadecimal")]
    [InlineData("(cn=a**b)", "empty part")]
    [InlineData("(cn=**)", "empty part")]
    [InlineData("(cn>=a*)", "')' expected")]
    [InlineData("(:=x)", "an attribute or a matching rule")]
    [InlineData("(cn:dn:a:b:=x)", "a matching rule")]
    [InlineData("(!(a=1)(b=2))", "')' expected")]
    [InlineData("(!)", "'(' expected")]
    public void Says_what_is_wrong(string text, string reason)
    {
        Assert.False(LdapFilter.TryParse(text, out _, out string? error));
        Assert.Contains(reason, error);
    }

    [Fact]
    public void Refuses_half_a_character() => Assert.False(LdapFilter.TryParse("(cn=\ud800)", out _, out _));

    [Fact]
    public void Nests_to_the_limit_and_no_deeper()
    {
        Assert.True(LdapFilter.TryParse(Nested(LdapFilter.MaxDepth), out _, out _));
        Assert.False(LdapFilter.TryParse(Nested(LdapFilter.MaxDepth + 1), out _, out string? error));
        Assert.Contains("deeper", error);
        Assert.False(LdapFilter.TryParse(new string('(', 1_000_000), out _, out _));
    }

    [Fact]
    public void What_is_written_reads_back_to_the_same_octets() =>
        Prop.ForAll(MessageSamples.Filter.ToArbitrary(), filter =>
        {
            Assert.True(LdapFilter.TryParse(filter.ToString(), out LdapFilter? read, out string? error), error);
            Assert.Equal(Octets(filter), Octets(read!));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    /// <summary>No value, whatever is in it, becomes a part of the filter's grammar.</summary>
    [Fact]
    public void Any_value_comes_back_from_the_text_as_that_value()
    {
        Gen<string> grammar = Gen.Elements("*", "(", ")", "\\", "\\2a", "&", "|", "!", "=", "*)(uid=*", "\0", "ö", " ").ListOf().Select(string.Concat);
        Prop.ForAll(Gen.OneOf(grammar, ArbMap.Default.GeneratorFor<string>().Select(text => text ?? "")).ToArbitrary(), value =>
        {
            var given = (LdapFilter.Equal)LdapFilter.Is("cn", value);
            Assert.Equal(given.Value, Assert.IsType<LdapFilter.Equal>(Read(given)).Value);
            if (value.Length == 0)
                return;
            var piece = Assert.IsType<LdapFilter.Substring>(Read(new LdapFilter.Substring("cn", given.Value, [given.Value], given.Value)));
            Assert.Equal([given.Value, given.Value, given.Value], [piece.Initial!, .. piece.Any, piece.Final!]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

        static LdapFilter Read(LdapFilter filter) => LdapFilter.TryParse(filter.ToString(), out LdapFilter? read, out string? error) ? read! : throw new FormatException(error);
    }

    private static byte[] Octets(LdapFilter filter) => LdapCodec.Write(new LdapMessage(1, new LdapOperation.SearchRequest("", 0, filter, [])));

    private static string Nested(int depth) => string.Concat(Enumerable.Repeat("(!", depth)) + "(a=*)" + new string(')', depth);
}
