namespace DirMail.Unit.Mail.Sieve;

/// <summary>Variables (RFC 5229): what is set, matched, changed and put into strings.</summary>
public class SieveVariablesTests
{
    private const string Required = "require [\"variables\", \"fileinto\", \"imap4flags\", \"relational\", \"comparator-i;ascii-numeric\", \"encoded-character\", \"reject\", \"envelope\"];\r\n";

    [Theory]
    [InlineData("set \"a\" \"x\"; fileinto \"${A}/${b}.${a}\";", "fileinto x/.x")]
    [InlineData("set \"a\" \"x\"; fileinto \"${a }$ {a}${}${a-b}\";", "fileinto ${a }$ {a}${}${a-b}")]
    [InlineData("set \"a\" \"${b}\"; set \"b\" \"${\"; fileinto \"${a}${b}a}\";", "fileinto ${a}")]
    [InlineData("if header :matches \"list-id\" \"<*.*>\" { fileinto \"${1}-${2}-${0}-${3}\"; }", "fileinto news-lists.test-<news.lists.test>-")]
    [InlineData("if header :matches \"subject\" \"b?cher * *Sterne*\" { fileinto \"${1}|${2}|${3}|${4}\"; }", "fileinto ü|und| *|*")]
    [InlineData("if header :matches \"subject\" \"*\" {} if header :matches \"subject\" \"nothing*\" {} fileinto \"${1}\";", "fileinto Bücher und  *Sterne*")]
    [InlineData("if anyof (header :matches \"x-none\" \"*\", address :matches :localpart \"from\" \"*+*\") { fileinto \"${2}\"; }", "fileinto work")]
    [InlineData("set :lower :upperfirst \"a\" \"jUMBLED\"; fileinto \"${a}\";", "fileinto Jumbled")]
    [InlineData("set :upper \"a\" \"äb\"; set :lowerfirst \"b\" \"${a}\"; set :length \"c\" \"${b}\"; fileinto \"${a}${b}${c}\";", "fileinto ÄBäB2")]
    [InlineData("set :quotewildcard \"a\" \"*S?\\\\\"; fileinto \"${a}\";", @"fileinto \*S\?\\")]
    [InlineData("if header :matches \"subject\" \"*  *\" { set :quotewildcard \"q\" \"${2}\"; if header :matches \"subject\" \"*${q}\" { fileinto \"same\"; } }", "fileinto same")]
    [InlineData("set \"n\" \"x-spam-score\"; if header \"${n}\" \"7\" { discard; }", "discard")]
    [InlineData("set \"k\" \"7\"; if header :value \"ge\" :comparator \"i;ascii-numeric\" \"x-spam-score\" \"${k}\" { discard; }", "discard")]
    [InlineData("set \"a\" \"b\"; if string :is \"${a}\" [\"c\", \"B\"] { discard; }", "discard")]
    [InlineData("if string :count \"eq\" [\"\", \"x\", \"${none}\"] \"1\" { discard; }", "discard")]
    [InlineData("set \"b\" \"x\"; set \"a\" \"${hex: 24}{b}\"; fileinto \"${a}\";", "fileinto x")]
    [InlineData("set \"who\" \"x\"; redirect \"${who}@y.test\";", "redirect x@y.test")]
    [InlineData("redirect \"${who}\";", "keep, fault: it redirects to what is no mail address")]
    [InlineData("set \"a\" \"far\"; reject \"too ${a}\";", "reject too far")]
    [InlineData("setflag \"mine\" [\"a\", \"b\"]; addflag \"mine\" \"c\"; removeflag \"mine\" \"b\"; if hasflag \"mine\" \"c\" { keep :flags \"${mine}\"; }", "keep [a c]")]
    [InlineData("setflag \"mine\" \"a\"; if not hasflag \"a\" { if hasflag [\"other\", \"mine\"] \"a\" { discard; } }", "discard")]
    public void Stand_for_their_values(string script, string expected) => Assert.Equal(expected, Judged.By(Required + script));

    [Theory]
    [InlineData("set \"1\" \"x\";", "'1' is no name of a variable")]
    [InlineData("set \"a.b\" \"x\";", "'a.b' is no name of a variable")]
    [InlineData("set :lower :upper \"a\" \"x\";", "two modifiers of the same precedence")]
    [InlineData("set :over \"a\" \"x\";", "':over' instead of a name")]
    [InlineData("fileinto \"x${a.b}\";", "'x${a.b}' names a namespace that no extension here has")]
    [InlineData("setflag [\"a\", \"b\"] \"x\";", "more than one variable")]
    public void Have_names_of_letters(string script, string expected) => Assert.EndsWith(expected, Judged.Fault(Required + script), StringComparison.Ordinal);

    [Fact]
    public void Are_bounded_in_number_and_length()
    {
        string growing = string.Concat(Enumerable.Repeat("set \"a\" \"${a}${a}x\";", 100));
        Assert.Equal("keep", Judged.By(Required + growing + "set :length \"n\" \"${a}\"; if not string \"${n}\" \"4096\" { discard; }"));
        string filled = $"set \"a\" \"{new string('x', 4000)}\";";
        Assert.Equal("fileinto " + new string('x', 4096), Judged.By(Required + filled + $"fileinto \"{string.Concat(Enumerable.Repeat("${a}", 14_000))}\";"));
        Assert.Equal("keep, fault: it takes too long", Judged.By(Required + filled + $"discard; if header \"subject\" [{string.Join(',', Enumerable.Repeat("\"${a}\"", 8_000))}] {{ stop; }}"));
        string many = string.Concat(Enumerable.Range(0, 129).Select(static i => $"set \"v{i}\" \"x\";"));
        Assert.Equal("keep, fault: it sets too many variables", Judged.By(Required + "discard; " + many));
    }

    [Fact]
    public void Are_not_there_unless_required()
    {
        Assert.Equal("fileinto ${1}", Judged.By("require \"fileinto\"; if header :matches \"subject\" \"*\" { fileinto \"${1}\"; }"));
        Assert.Equal("line 1: set: it needs require \"variables\"", Judged.Fault("set \"a\" \"b\";"));
    }
}
