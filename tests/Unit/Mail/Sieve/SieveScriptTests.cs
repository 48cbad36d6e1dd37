using DirMail.Mail.Sieve;
using FsCheck;
using FsCheck.Fluent;

namespace DirMail.Unit.Mail.Sieve;

/// <summary>What scripts decide, and what is said of those that are none.</summary>
public class SieveScriptTests
{
    private const string All = "require [\"fileinto\", \"reject\", \"ereject\", \"copy\", \"imap4flags\", \"envelope\", \"vacation\"]; ";

    [Theory]
    [InlineData("", "keep")]
    [InlineData("stop;", "keep")]
    [InlineData("keep; keep;", "keep")]
    [InlineData("discard;", "discard")]
    [InlineData("discard; keep;", "keep")]
    [InlineData("fileinto \"A/Ä\";", "fileinto A/Ä")]
    [InlineData("fileinto \"A\"; fileinto \"A\"; fileinto \"B\"; keep;", "fileinto A, fileinto B, keep")]
    [InlineData("fileinto :copy \"A\";", "fileinto A, keep")]
    [InlineData("redirect \"x@y.test\";", "redirect x@y.test")]
    [InlineData("redirect :copy \"x@y.test\"; redirect \"X@Y.test\";", "redirect x@y.test")]
    [InlineData("redirect :copy \"x@y.test\";", "keep, redirect x@y.test")]
    [InlineData("discard; stop; keep;", "discard")]
    [InlineData("reject \"no\";", "reject no")]
    [InlineData("ereject \"no\"; discard;", "reject no")]
    [InlineData("keep; reject \"no\";", "keep, fault: a message that was kept, redirected, answered or rejected is rejected")]
    [InlineData("reject \"no\"; fileinto \"A\";", "keep, fault: a message that was rejected is kept")]
    [InlineData("reject \"no\"; redirect \"x@y.test\";", "keep, fault: a message that was rejected is redirected")]
    [InlineData("reject \"no\"; reject \"no\";", "keep, fault: a message that was kept, redirected, answered or rejected is rejected")]
    [InlineData("redirect \"a@y.test\"; redirect \"b@y.test\"; redirect \"c@y.test\"; redirect \"d@y.test\"; redirect \"e@y.test\";", "keep, fault: it goes on to more than 4 addresses")]
    [InlineData("vacation \"away\";", "keep, vacation 7 - away")]
    [InlineData("discard; vacation :days 0 :subject \"Out\" text:\naway\n.\n;", "vacation 1 Out away\r\n")]
    [InlineData("vacation \"a\"; vacation \"b\";", "keep, fault: a message that was rejected or answered is answered")]
    [InlineData("vacation \"a\"; reject \"b\";", "keep, fault: a message that was kept, redirected, answered or rejected is rejected")]
    [InlineData("reject \"b\"; vacation \"a\";", "keep, fault: a message that was rejected or answered is answered")]
    [InlineData("if false { discard; } elsif true { fileinto \"A\"; } else { fileinto \"B\"; }", "fileinto A")]
    [InlineData("if false { discard; } elsif false { fileinto \"A\"; } else { fileinto \"B\"; }", "fileinto B")]
    [InlineData("if true { if true { fileinto \"A\"; stop; } } keep;", "fileinto A")]
    [InlineData("setflag \"\\\\Seen Work\"; keep;", "keep [\\Seen Work]")]
    [InlineData("setflag \"\\\\Seen\"; addflag [\"\\\\seen\", \"\\\\Nonsense\", \"b\"]; removeflag \"\\\\SEEN\";", "keep [b]")]
    [InlineData("setflag \"a\"; fileinto \"A\"; setflag \"b\"; fileinto :flags \"c\" \"C\"; keep;", "fileinto A [a], fileinto C [c], keep [b]")]
    [InlineData("setflag \"a b\"; if hasflag :contains \"x a\" { discard; }", "discard")]
    [InlineData("addflag \"\\\\Flagged\"; if hasflag \"\\\\flagged\" { fileinto :copy \"F\"; }", "fileinto F [\\Flagged], keep [\\Flagged]")]
    public void Decides(string script, string expected) => Assert.Equal(expected, Judged.By(All + script));

    [Theory]
    [InlineData("fileinto \"A\";", "line 1: fileinto: it needs require \"fileinto\"")]
    [InlineData("\n\nnonsense;", "line 3: nonsense: there is no such command")]
    [InlineData("if nonsense { }", "line 1: nonsense: there is no such test")]
    [InlineData("require \"vnd.strange\";", "line 1: require: the extension 'vnd.strange' is not supported")]
    [InlineData("keep; require \"fileinto\";", "line 1: require: stands behind other commands")]
    [InlineData("keep", "line 1: the end instead of a ; or { behind 'keep'")]
    [InlineData("keep; }", "line 1: a } that closes nothing")]
    [InlineData("if true { keep;", "line 1: the end instead of a }")]
    [InlineData("if true;", "line 1: if: without a block")]
    [InlineData("keep { }", "line 1: keep: takes no block")]
    [InlineData("keep true;", "line 1: keep: takes no further test")]
    [InlineData("keep \"x\";", "line 1: keep: the string 'x' does not belong here")]
    [InlineData("elsif true { }", "line 1: elsif: without an if before it")]
    [InlineData("if { keep; }", "line 1: if: without a test")]
    [InlineData("if not { keep; }", "line 1: not: without a test")]
    [InlineData("if anyof { keep; }", "line 1: anyof: without a test")]
    [InlineData("if header \"a\" { keep; }", "line 1: header: without keys")]
    [InlineData("if header 5 \"a\" { keep; }", "line 1: header: the number 5 instead of names of fields")]
    [InlineData("if header :is :contains \"a\" \"b\" { keep; }", "line 1: header: more than one way to match")]
    [InlineData("if header :over \"a\" \"b\" { keep; }", "line 1: header: ':over' instead of names of fields")]
    [InlineData("if header :value \"ge\" \"a\" \"b\" { keep; }", "line 1: header: :value needs require \"relational\"")]
    [InlineData("require \"relational\"; if header :value \"xx\" \"a\" \"b\" { keep; }", "line 1: header: 'xx' is none of eq, ne, gt, ge, lt and le")]
    [InlineData("require \"comparator-i;ascii-numeric\"; if header :contains :comparator \"i;ascii-numeric\" \"a\" \"b\" { keep; }", "line 1: header: i;ascii-numeric knows no parts of strings")]
    [InlineData("if header :comparator \"i;klingon\" \"a\" \"b\" { keep; }", "line 1: header: the comparator 'i;klingon' is not supported")]
    [InlineData("if address \"subject\" \"b\" { keep; }", "line 1: address: 'subject' is no field of addresses")]
    [InlineData("if address :localpart :domain \"from\" \"b\" { keep; }", "line 1: address: more than one part of an address")]
    [InlineData("if address :user \"from\" \"b\" { keep; }", "line 1: address: :user needs require \"subaddress\"")]
    [InlineData("require \"envelope\"; if envelope \"auth\" \"b\" { keep; }", "line 1: envelope: the envelope has no part 'auth'")]
    [InlineData("if size 5 { keep; }", "line 1: size: either :over or :under")]
    [InlineData("if size :over 99999999999G { keep; }", "line 1: a number that is too large")]
    [InlineData("if size :over 5X { keep; }", "line 1: a number with letters behind it")]
    [InlineData("redirect \"nobody\";", "line 1: redirect: 'nobody' is not a mail address")]
    [InlineData("redirect :copy \"a@b.test\";", "line 1: redirect: :copy needs require \"copy\"")]
    [InlineData("keep :flags \"a\";", "line 1: keep: :flags needs require \"imap4flags\"")]
    [InlineData("require \"vacation\"; vacation :mime \"x\";", "line 1: vacation: :mime is not supported")]
    [InlineData("require \"vacation\"; vacation :days \"7\" \"x\";", "line 1: vacation: :days without its number")]
    [InlineData("vacation \"x\";", "line 1: vacation: it needs require \"vacation\"")]
    [InlineData("keep; \"", "line 1: a string without an end")]
    [InlineData("keep; /* x", "line 1: a comment without an end")]
    [InlineData("if header \"a\" [] { keep; }", "line 1: ']' in a list of strings")]
    [InlineData("keep; $", "line 1: the character '$' begins nothing")]
    [InlineData("require \"reject\"; reject text:\nabc\n", "line 1: text: without a line with a dot alone")]
    public void What_is_wrong_is_said_with_its_line(string script, string expected) => Assert.Equal(expected, Judged.Fault(script));

    /// <summary>Fifteen levels of each are owed (RFC 5228 2.10.7).</summary>
    [Fact]
    public void Depth_is_bounded()
    {
        static string Nested(int blocks, int tests) => string.Concat(Enumerable.Repeat("if true {", blocks)) + "if " + string.Concat(Enumerable.Repeat("not ", tests)) + "true { discard; }" + string.Concat(Enumerable.Repeat("}", blocks));
        Assert.Equal("discard", Judged.By(Nested(15, 14)));
        Assert.Equal("line 1: more than 32 levels of blocks and tests", Judged.Fault(Nested(5_000, 0)));
        Assert.Equal("line 1: more than 32 levels of blocks and tests", Judged.Fault(Nested(0, 15_000)));
        Assert.Equal("discard", Judged.By("if false {}" + string.Concat(Enumerable.Repeat("elsif false {}", 4000)) + "else { discard; }"));
        Assert.Equal($"line 1: {new string('x', 40)}...: there is no such command", Judged.Fault(new string('x', 60_000) + ";"));
        Assert.Equal("line 1: more than 65536 characters", Judged.Fault(new string(' ', 65_537)));
    }

    [Fact]
    public void Several_values_are_one_script_in_the_order_that_they_say()
    {
        string[] values =
        [
            "require \"fileinto\"; if true { fileinto \"unordered\"; }",
            "require \"fileinto\";\n# $Rule Info: Order=2 Template=x Name=\"second\"\nfileinto \"second\";",
            "# $Rule Info: Order=0\nnonsense that is switched off",
            "require \"fileinto\";\r\n#RULE: $Name=\"first\" $Order=1 $Type=\"x\"\r\nfileinto \"first\";",
            "# $Rule Info: Order=-1\nstop; # behind the unordered one\nkeep;",
            "discard; keep;",
        ];
        Assert.Equal("fileinto first, fileinto second, fileinto unordered", Judged.By(values));
        Assert.Equal("line 2: fileinto: it needs require \"fileinto\", in the value that begins '# Each piece has its own require?fileint...'", Judged.Fault(values[0], "# Each piece has its own require\nfileinto \"A\";"));
        Assert.Null(SieveScript.Compile(["# Rule Info: $Order=0\nkeep;"], out SieveFault? fault));
        Assert.Null(fault);
    }

    [Fact]
    public void Scripts_of_the_same_text_are_one()
    {
        SieveScript? one = SieveScript.Compile(["keep;"], out _), same = SieveScript.Compile(["keep;"], out _), other = SieveScript.Compile(["discard;"], out _);
        Assert.Equal(one, same);
        Assert.Equal(one!.GetHashCode(), same!.GetHashCode());
        Assert.NotEqual(one, other);
    }

    /// <summary>Pieces of scripts in any order: nothing throws, hangs or runs away, and what is taken for a script runs.</summary>
    [Fact]
    public void No_text_hurts()
    {
        string[] pieces =
        [
            "if ", "elsif ", "else ", "not ", "anyof", "allof", "header ", "address ", "envelope ", "size ", "exists ", "true", "false", "keep", "fileinto ", "redirect ", "discard", "stop", "reject ", "setflag ",
            "require ", "[\"fileinto\", \"imap4flags\"]", "\"a\"", "\"a@b.test\"", "[\"a\", \"b\"]", "[", "]", "(", ")", "{", "}", ";", ",", ":is ", ":contains ", ":matches ", ":over ", "10K", "99999999999999999999", "text:\n", ".\n", "\n", "\"", "\\", "/*", "*/", "#", ":", "\0", "é", "\ud800", "*",
        ];
        Gen<string> scripts = Gen.Elements(pieces).ListOf().Select(list => string.Concat(list));
        Gen<string> any = Gen.OneOf(scripts, ArbMap.Default.ArbFor<string>().Generator.Select(text => text ?? ""));
        Prop.ForAll(any.ToArbitrary(), text =>
        {
            SieveScript? script = SieveScript.Compile([text], out SieveFault? fault);
            if (script is not null)
                script.Run(new SieveMessage("Subject: a\r\n\r\n"u8, 14, null), DirMail.Mail.MailAddress.Parse("a@b.test"));
            return script is not null || fault is not null || text.Contains("Order", StringComparison.OrdinalIgnoreCase);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }
}
