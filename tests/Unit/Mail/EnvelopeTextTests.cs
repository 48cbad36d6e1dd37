using System.Text;
using DirMail.Mail;
using FsCheck;
using FsCheck.Fluent;

namespace DirMail.Unit.Mail;

public class EnvelopeTextTests
{
    private static readonly Envelope Full = new()
    {
        Sender = MailAddress.Parse("alice@bcd.com"),
        Recipients =
        [
            new(MailAddress.Parse("x1@xyz.test")) { Notify = Notify.Success | Notify.Failure, OriginalRecipient = "rfc822;a + b=c@xyz.test" },
            new(MailAddress.Parse("\"a> b\"@xyz.test")) { Notify = Notify.Never },
            new(MailAddress.Parse("jörg@bücher.example")),
        ],
        EnvelopeId = "QQ 314159",
        Return = ReturnContent.Full,
        Body = BodyType.EightBitMime,
        Utf8 = true,
        Wishes = new()
        {
            RequireTls = true,
            NotBefore = new(2026, 12, 24, 18, 0, 0, TimeSpan.Zero),
            By = new(new(2026, 12, 25, 6, 0, 0, 250, TimeSpan.Zero), IsReturned: true, IsTraced: true),
            Priority = -3,
        },
    };

    [Fact]
    public void Reads_what_it_wrote_and_finds_the_message()
    {
        byte[] text = EnvelopeText.Write(Full);
        var read = Assert.IsType<EnvelopeTextResult.Read>(EnvelopeText.Read([.. text, .. "Subject: x\r\n\r\nsender: y"u8]));
        Assert.Equal(text.Length, read.MessageStart);
        Assert.Equal<EnvelopeRecipient>(Full.Recipients, read.Envelope.Recipients);
        Assert.Equal(Full with { Recipients = [] }, read.Envelope with { Recipients = [] });
    }

    /// <summary>Whatever an envelope may say: nothing is lost between `queue show --raw` and `queue inject`.</summary>
    [Fact]
    public void Every_envelope_comes_back() => Prop.ForAll<int>(static seed =>
    {
        Envelope envelope = Any(new Random(seed));
        return EnvelopeText.Read(EnvelopeText.Write(envelope)) is EnvelopeTextResult.Read read && read.Envelope.Recipients.SequenceEqual(envelope.Recipients)
            && read.Envelope with { Recipients = [] } == envelope with { Recipients = [] };
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Is_plain_text() => Assert.Equal(
        """
        sender: <alice@bcd.com>
        recipient: <x1@xyz.test> notify=success,failure orcpt=rfc822;a+20+2B+20b+3Dc@xyz.test
        recipient: <"a> b"@xyz.test> notify=never
        recipient: <jörg@bücher.example>
        envelope-id: QQ+20314159
        return: full
        body: eightbitmime
        utf8: yes
        require-tls: yes
        not-before: 2026-12-24T18:00:00Z
        deliver-by: 2026-12-25T06:00:00.25Z return trace
        priority: -3
        ----- message -----

        """, Encoding.UTF8.GetString(EnvelopeText.Write(Full)));

    [Theory]
    [InlineData("sender: <>\nrecipient: <a@b>\n\u0001\u0001\nX", 1)]
    [InlineData("# a comment\r\n\r\nSENDER:<>\r\nRecipient : <a@b>\r\nrecipient: <c@d>\r\n----- message -----\r\nX", 2)]
    public void Accepts_what_a_person_may_write(string text, int recipients)
    {
        var read = Assert.IsType<EnvelopeTextResult.Read>(EnvelopeText.Read(Encoding.UTF8.GetBytes(text)));
        Assert.Null(read.Envelope.Sender);
        Assert.Equal((recipients, text.Length - 1), (read.Envelope.Recipients.Length, read.MessageStart));
    }

    [Theory]
    [InlineData("", 1, "boundary")]
    [InlineData("sender: <>\nrecipient: <a@b>\n", 3, "boundary")]
    [InlineData("recipient: <a@b>\n\u0001\u0001\n", 2, "no sender")]
    [InlineData("sender: <>\n\u0001\u0001\n", 2, "no recipient")]
    [InlineData("sender: a@b\n", 1, "'a@b' is not an address")]
    [InlineData("sender: <>\nsender: <>\n", 2, "second sender")]
    [InlineData("sender: <>\nrecipient: <a b>\n", 2, "not an address")]
    [InlineData("sender: <>\nrecipient: <>\n", 2, "not an address")]
    [InlineData("sender: <>\nrecipient: <a@b> notify=never,failure\n", 2, "notify")]
    [InlineData("sender: <>\nrecipient: <a@b> notify=\n", 2, "notify")]
    [InlineData("sender: <>\nrecipient: <a@b> notify=7\n", 2, "notify")]
    [InlineData("sender: <>\nrecipient: <a@b> orcpt=x\n", 2, "orcpt")]
    [InlineData("sender: <>\nenvelope-id: a b\n", 2, "xtext")]
    [InlineData("sender: <>\nreturn: some\n", 2, "full")]
    [InlineData("sender: <>\nbody: 1\n", 2, "eightbitmime")]
    [InlineData("sender: <>\nutf8: perhaps\n", 2, "yes")]
    [InlineData("sender: <>\nrequire-tls: never\n", 2, "yes")]
    [InlineData("sender: <>\nnot-before: tomorrow\n", 2, "2026-12-24T18:00:00Z")]
    [InlineData("sender: <>\ndeliver-by: 2026-12-24T18:00:00Z\n", 2, "return trace")]
    [InlineData("sender: <>\ndeliver-by: soon return\n", 2, "no time")]
    [InlineData("sender: <>\npriority: 10\n", 2, "from -9 to 9")]
    [InlineData("sender: <>\ncolour: red\n", 2, "'colour' is not known")]
    [InlineData("hello\n", 1, "name: value")]
    public void Says_line_and_reason(string text, int line, string reason)
    {
        var wrong = Assert.IsType<EnvelopeTextResult.Unreadable>(EnvelopeText.Read(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(line, wrong.Line);
        Assert.Contains(reason, wrong.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a+2Bb", "a+b")]
    [InlineData("J+C3+B6rg", "Jörg")]
    [InlineData("a+0Ab", null)]
    [InlineData("a+2", null)]
    [InlineData("a+zz", null)]
    [InlineData("a b", null)]
    [InlineData("a=b", null)]
    public void Decodes_xtext(string xtext, string? expected) => Assert.Equal(expected, XText.TryDecode(xtext, out string text) ? text : null);

    private static Envelope Any(Random random)
    {
        T One<T>(params T[] values) => values[random.Next(values.Length)];
        DateTimeOffset Time() => DateTimeOffset.UnixEpoch.AddMilliseconds(random.NextInt64(1L << 42));
        MailAddress Address() => MailAddress.Parse(One("alice@bcd.com", "\"a> b\"@xyz.test", "jörg@bücher.example", "x+y=z@[127.0.70.1]", "o'neil@xyz.test", "\"two words\"@xyz.test"));
        string? Text() => One(null, "QQ314159", "a + b=c", "ü", "=?x?=", "a;b <c> \"d\"");
        EnvelopeRecipient Recipient() => new(Address()) { Notify = (Notify)random.Next(8), OriginalRecipient = Text() is { } text ? "rfc822;" + text : null };
        return new()
        {
            Sender = One(true, false) ? Address() : null,
            Recipients = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Recipient())],
            EnvelopeId = Text(),
            Return = One<ReturnContent?>(null, ReturnContent.Full, ReturnContent.Headers),
            Body = One(Enum.GetValues<BodyType>()),
            Utf8 = One(true, false),
            Wishes = new()
            {
                RequireTls = One(true, false),
                NotBefore = One(true, false) ? Time() : null,
                By = One(true, false) ? new(Time(), One(true, false), One(true, false)) : null,
                Priority = One(true, false) ? random.Next(-9, 10) : null,
            },
        };
    }
}
