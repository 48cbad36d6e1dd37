using DirMail.Mail.Mime;

namespace DirMail.Unit.Mail.Mime;

public class EnvelopeTests
{
    [Theory]
    [InlineData("anna@example.org", "[|anna|example.org]")]
    [InlineData("<anna@example.org>", "[|anna|example.org]")]
    [InlineData("Anna Smith <anna@example.org>", "[Anna Smith|anna|example.org]")]
    [InlineData("\"Smith, Anna\" <anna@example.org>", "[Smith, Anna|anna|example.org]")]
    [InlineData("\"A \\\"B\\\" C\" <anna@example.org>", "[A \"B\" C|anna|example.org]")]
    [InlineData("Anna Q. Smith <anna@example.org>", "[Anna Q. Smith|anna|example.org]")]
    [InlineData("=?utf-8?Q?J=C3=B6rg?= <j@example.org>", "[=?utf-8?Q?J=C3=B6rg?=|j|example.org]")]
    [InlineData("Jörg <jörg@bücher.example>", "[Jörg|jörg|bücher.example]")]
    [InlineData("a@b, c@d , ,e@f,", "[|a|b][|c|d][|e|f]")]
    [InlineData("anna@example.org (Anna Smith)", "[Anna Smith|anna|example.org]")]
    [InlineData("<anna@example.org> (Smith, Anna), b@c", "[Smith, Anna|anna|example.org][|b|c]")]
    [InlineData("Anna <a@b> (Smith, Anna), b@c", "[Anna|a|b][|b|c]")]
    [InlineData("Anna (the (great) one) <a@b>", "[Anna|a|b]")]
    [InlineData("a . b @ example . org", "[|a.b|example.org]")]
    [InlineData("\"a b\"@example.org", "[|a b|example.org]")]
    [InlineData("<\"a@b\"@example.org>", "[|a@b|example.org]")]
    [InlineData("a@[127.0.0.1]", "[|a|[127.0.0.1]]")]
    [InlineData("<a@[IPv6:::1]>", "[|a|[IPv6:::1]]")]
    [InlineData("<@relay.example,@other.example:anna@example.org>", "[|anna|example.org]")]
    [InlineData("Anna <@relay.example:anna@example.org>", "[Anna|anna|example.org]")]
    [InlineData("undisclosed-recipients:;", "[|undisclosed-recipients|-][|-|-]")]
    [InlineData("Friends: a@b, Carl <c@d>; e@f", "[|Friends|-][|a|b][Carl|c|d][|-|-][|e|f]")]
    [InlineData("A: a@b;, B: c@d;", "[|A|-][|a|b][|-|-][|B|-][|c|d][|-|-]")]
    [InlineData("Open: a@b", "[|Open|-][|a|b][|-|-]")]
    [InlineData("anna", "[|anna|]")]
    [InlineData("Anna Smith", "[Anna Smith||]")]
    [InlineData("(before) a@b", "[|a|b]")]
    [InlineData("a@b c@d, e@f", "[|a|b][|e|f]")]
    [InlineData("a@b c, e@f", "[|a|b][|e|f]")]
    [InlineData("<a@b c>, e@f", "[|a|b][|e|f]")]
    [InlineData("a@b @c", "[|a|b]")]
    [InlineData("a@b . c", "[|a|b.c]")]
    [InlineData("Anna <anna>", "[Anna|anna|]")]
    [InlineData("Anna <>", "[Anna||]")]
    [InlineData("<>", "")]
    [InlineData("Anna <a@b", "[Anna|a|b]")]
    [InlineData("Anna <a@b, c@d", "[Anna|a|b][|c|d]")]
    [InlineData("<@>", "[||]")]
    [InlineData("\"open", "[|open|]")]
    [InlineData("(open", "")]
    [InlineData(">)]\\", "")]
    [InlineData("", "")]
    public void Reads_address_lists(string field, string expected)
    {
        string list = string.Concat(Sample.Read($"To: {field}\r\n\r\n").Envelope.To.Select(static a => $"[{a.Name}|{a.Mailbox ?? "-"}|{a.Host ?? "-"}]"));
        Assert.Equal(expected, list);
    }

    [Fact]
    public void Shows_from_for_missing_and_empty_sender_and_reply_to()
    {
        MessageEnvelope envelope = Sample.Read("From: a@b\r\nSender:\r\n\r\n").Envelope;
        Assert.Equal<HeaderAddress>([new(null, "a", "b")], envelope.Sender);
        Assert.Equal<HeaderAddress>([new(null, "a", "b")], envelope.ReplyTo);
    }

    [Fact]
    public void Tells_missing_fields_from_empty_ones()
    {
        MessageEnvelope envelope = Sample.Read("Subject:\r\nIn-Reply-To: <1@a>\r\n <2@b>\r\nMESSAGE-ID:<3@c>\r\nSubject: second\r\n\r\n").Envelope;
        Assert.Equal(("", null, "<1@a> <2@b>", "<3@c>"), (envelope.Subject, envelope.Date, envelope.InReplyTo, envelope.MessageId));
    }

    [Fact]
    public void Keeps_the_newest_of_many_references()
    {
        Assert.Equal("<1@a>\t<2@b>", Sample.Read("References: <1@a>\r\n\t<2@b>\r\n\r\n").Envelope.References);
        string many = Sample.Read("References:" + string.Concat(Enumerable.Range(0, 1000).Select(static i => $"\r\n <{i}@example.test>")) + "\r\n\r\n").Envelope.References!;
        Assert.InRange(many.Length, 3900, 4000);
        Assert.StartsWith("<", many, StringComparison.Ordinal);
        Assert.EndsWith("<999@example.test>", many, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_latin_1_where_it_is_no_utf_8()
    {
        byte[] octets = [.. "Subject: J"u8, 0xF6, .. "rg\r\n\r\n"u8];
        Assert.Equal("Jörg", Sample.Read(octets, int.MaxValue).Envelope.Subject);
    }

    [Fact]
    public void Bounds_the_number_of_addresses()
    {
        Assert.Equal(10_000, Sample.Read("To: " + string.Concat(Enumerable.Repeat("a,", 20_000)) + "\r\n\r\n").Envelope.To.Length);
    }
}
