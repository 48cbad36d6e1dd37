namespace DirMail.Unit.Mail.Sieve;

/// <summary>Tests, match types, comparators and parts of addresses, one line each: whether the message of <see cref="Judged"/> passes.</summary>
public class SieveTestsTests
{
    private const string Required = "require [\"envelope\", \"subaddress\", \"relational\", \"comparator-i;ascii-numeric\", \"comparator-i;octet\", \"encoded-character\", \"imap4flags\"];\r\n";

    [Theory]
    [InlineData("true")]
    [InlineData("not false")]
    [InlineData("allof(true, not false, anyof(false, true))")]
    [InlineData("exists \"subject\"")]
    [InlineData("exists [\"from\", \"X-EMPTY\"]")]
    [InlineData("not exists [\"from\", \"x-none\"]")]
    [InlineData("size :under 1K")]
    [InlineData("size :over 10")]
    [InlineData("not size :over 1G")]
    [InlineData("header \"Subject\" \"BÜCHER UND  *sterne*\"", "ASCII letters have no case, others do", false)]
    [InlineData("header \"Subject\" \"BüCHER UND  *sterne*\"")]
    [InlineData("not header :comparator \"i;octet\" \"Subject\" \"BüCHER UND  *sterne*\"")]
    [InlineData("header :contains \"subject\" [\"nothing\", \"cher\"]")]
    [InlineData("not header :contains [\"a b\", \"subject:\"] \"\"")]
    [InlineData("header :contains \"x-empty\" \"\"")]
    [InlineData("header :is \"x-empty\" \"\"")]
    [InlineData("not header :contains \"x-none\" \"\"")]
    [InlineData("header :matches \"subject\" \"B?cher*\"")]
    [InlineData("header :matches \"subject\" \"*\\\\*sterne\\\\*\"")]
    [InlineData("not header :matches \"subject\" \"*\\\\*sterne\"")]
    [InlineData("header :matches \"x-empty\" \"*\"")]
    [InlineData("not header :matches \"x-empty\" \"?\"")]
    [InlineData("header :matches :comparator \"i;octet\" \"List-Id\" \"<*.*.test>\"")]
    [InlineData("address \"from\" \"anna.berg+work@xyz.test\"")]
    [InlineData("address :all :is [\"to\", \"cc\"] \"bob@cde.com\"")]
    [InlineData("address :domain \"to\" [\"x\", \"CDE.com\"]")]
    [InlineData("address :localpart :contains \"to\" \"ALI\"")]
    [InlineData("address :domain \"to\" \"[192.0.2.1]\"")]
    [InlineData("address :user \"from\" \"anna.berg\"")]
    [InlineData("address :detail \"from\" \"work\"")]
    [InlineData("address :user \"to\" \"bob\"")]
    [InlineData("not address :detail :contains \"to\" \"\"")]
    [InlineData("not address :contains \"cc\" \"\"")]
    [InlineData("envelope \"from\" \"anna+bounce@xyz.test\"")]
    [InlineData("envelope :detail \"TO\" \"lists\"")]
    [InlineData("envelope :domain [\"from\", \"to\"] \"bcd.com\"")]
    [InlineData("header :value \"ge\" :comparator \"i;ascii-numeric\" \"x-spam-score\" \"5\"")]
    [InlineData("not header :value \"gt\" :comparator \"i;ascii-numeric\" \"x-spam-score\" \"10\"")]
    [InlineData("header :value \"gt\" \"x-spam-score\" \"10\"")]
    [InlineData("header :comparator \"i;ascii-numeric\" \"x-spam-score\" \"007 and more\"")]
    [InlineData("header :value \"eq\" :comparator \"i;ascii-numeric\" \"subject\" \"no number\"")]
    [InlineData("header :value \"gt\" :comparator \"i;ascii-numeric\" \"subject\" \"99999999999999999999999999\"")]
    [InlineData("header :count \"eq\" \"received\" \"2\"")]
    [InlineData("header :count \"eq\" :comparator \"i;ascii-numeric\" \"x-none\" \"0\"")]
    [InlineData("address :count \"ge\" :comparator \"i;ascii-numeric\" [\"to\", \"cc\"] \"3\"")]
    [InlineData("header :contains \"subject\" \"B${hex: c3 BC}ch${unicode:65 72}\"")]
    [InlineData("not hasflag \"x\"")]
    public void Holds(string test, string _ = "", bool holds = true) =>
        Assert.Equal(holds ? "keep" : "discard", Judged.By($"{Required}if not {test} {{ discard; }}"));

    [Fact]
    public void The_null_sender_is_the_empty_string_in_every_part() =>
        Assert.Equal("discard", Judged.By(Required + "if allof(envelope \"from\" \"\", envelope :domain \"from\" \"\", envelope :detail \"from\" \"\") { discard; }", from: null));

    [Fact]
    public void A_star_costs_no_more_than_the_text_for_each_character() =>
        Assert.Equal("keep", Judged.By($"if header :matches \"Subject\" \"{string.Concat(Enumerable.Repeat("a*", 500))}b\" {{ discard; }}", $"Subject: {new string('a', 2000)}\n\n"));

    [Theory]
    [InlineData(":matches")]
    [InlineData(":contains")]
    [InlineData(":is")]
    public void What_takes_too_long_is_broken_off_and_kept(string match)
    {
        string keys = string.Join(", ", Enumerable.Repeat($"\"{new string('*', 20)}{new string('a', 500)}b\"", 100));
        string header = string.Concat(Enumerable.Repeat($"Subject: {new string('a', 1000)}\n", 200));
        Assert.Equal("keep, fault: it takes too long", Judged.By($"discard; if header {match} \"Subject\" [{keys}] {{ stop; }}", header + "\n"));
    }

    [Fact]
    public void Comments_texts_and_escapes_are_read_as_the_RFC_writes_them() => Assert.Equal("reject .dots\r\nand \"quotes\"\r\n", Judged.By("""
        # one
        require /* two
        lines */ ["reject"];
        if header :is ["s\ubject"] text: # a comment
        Bücher und  *Sterne*
        .
        { stop; }
        reject text:
        ..dots
        and "quotes"
        .
        ;
        """));
}
