using System.Text;
using DirMail.Channels.Autoreply;
using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Unit.Channels;

/// <summary>What an automatic reply says, and what is never answered (RFC 3834).</summary>
public sealed class AutoreplyTests
{
    private static readonly MailAddress Sender = MailAddress.Parse("x@xyz.test");

    [Theory]
    [InlineData("x@xyz.test", "", true)]
    [InlineData("x@xyz.test", "Auto-Submitted: no\r\n", true)]
    [InlineData("x@xyz.test", "Auto-Submitted: No; comment=x\r\n", true)]
    [InlineData("x@xyz.test", "Auto-Submitted: auto-replied (vacation)\r\n", false)]
    [InlineData("x@xyz.test", "auto-submitted: auto-generated\r\n", false)]
    [InlineData("x@xyz.test", "Precedence: bulk\r\n", false)]
    [InlineData("x@xyz.test", "Precedence: LIST\r\n", false)]
    [InlineData("x@xyz.test", "Precedence: first-class\r\n", true)]
    [InlineData("x@xyz.test", "List-Id: <a.xyz.test>\r\n", false)]
    [InlineData("x@xyz.test", "List-Unsubscribe: <mailto:a@xyz.test>\r\n", false)]
    [InlineData("MAILER-DAEMON@xyz.test", "", false)]
    [InlineData("owner-list@xyz.test", "", false)]
    [InlineData("list-request@xyz.test", "", false)]
    [InlineData("list-bounces+a=b.test@xyz.test", "", false)]
    [InlineData("noreply@xyz.test", "", false)]
    [InlineData("nora@xyz.test", "", true)]
    public void Programs_and_lists_get_no_answer(string sender, string fields, bool isAnswered) =>
        Assert.Equal(isAnswered, Reticence.Against(MailAddress.Parse(sender), Header(fields)) is null);

    [Theory]
    [InlineData("To: Alice <ALICE@bcd.com>\r\n", true)]
    [InlineData("To: team: bob@bcd.com, alice@bcd.com;\r\n", true)]
    [InlineData("To: bob@bcd.com\r\nCc: \"x, y\" <bob@cde.com>,\r\n\talice@bcd.com\r\n", true)]
    [InlineData("Resent-To: alice@bcd.com\r\n", true)]
    [InlineData("To: bob@bcd.com\r\nSubject: alice@bcd.com\r\n", false)]
    [InlineData("", false)]
    public void Only_who_is_named_answers(string fields, bool isNamed) =>
        Assert.Equal(isNamed, Reticence.IsNamed(Header(fields), static address => address.Key == "alice@bcd.com"));

    [Fact]
    public void The_answer_says_what_the_entry_says_and_what_it_answers()
    {
        string message = Compose(new AutoReply { Subject = "Away: $SUBJECT", Text = "I am away, $FROM.$Back soon: 5\\24, \\5c." }, "Subject: Hello\r\nMessage-ID: <1@xyz.test>\r\n");
        Assert.StartsWith("From: <alice@bcd.com>\r\nTo: <x@xyz.test>\r\nSubject: Away: Hello\r\nDate: Sun, 01 Mar 2026 12:00:00 +0000\r\nMessage-ID: <", message, StringComparison.Ordinal);
        Assert.Contains("\r\nIn-Reply-To: <1@xyz.test>\r\nReferences: <1@xyz.test>\r\nAuto-Submitted: auto-replied", message, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nI am away, x@xyz.test.\r\nBack soon: 5$, \\.\r\n", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_subject_of_its_own_it_has_that_of_the_message()
    {
        Assert.Contains("\r\nSubject: Auto: Hello\r\n", Compose(new AutoReply { Text = "x" }, "Subject: Hello\r\n"), StringComparison.Ordinal);
        Assert.Contains("\r\nSubject: =?utf-8?B?QXV0bzogSsO8cmdlbg==?=\r\n", Compose(new AutoReply { Text = "x" }, "Subject: =?utf-8?q?J=C3=BCrgen?=\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_ASCII_travels_encoded()
    {
        string message = Compose(new AutoReply { Subject = new string('é', 90), Text = "Grüße$" + new string('y', 2000) }, "");
        Assert.All(message.Split("\r\n"), line => Assert.True(line.Length <= 78 && line.All(static c => c < 128), line));
        Assert.Contains("Content-Transfer-Encoding: base64\r\n", message, StringComparison.Ordinal);
        string body = Encoding.UTF8.GetString(Convert.FromBase64String(message[(message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].Replace("\r\n", "", StringComparison.Ordinal)));
        Assert.Equal("Grüße\r\n" + new string('y', 2000) + "\r\n", body);
    }

    [Theory]
    [InlineData("Subject: =?utf-8?q?a=0D=0ABcc:_v@victim.test?=\r\nMessage-ID: <a b>\r\n")]
    [InlineData("Subject: =?utf-8?b?DQoNCmJvZHk=?=\r\nMessage-ID: <1@x>\u000b<2@x>\r\n")]
    public void What_is_answered_becomes_no_field(string fields)
    {
        HeaderBlock composed = HeaderBlock.Parse(Encoding.UTF8.GetBytes(Compose(new AutoReply { Subject = "$SUBJECT", Text = "$SUBJECT" }, fields)));
        Assert.Equal(["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Precedence", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"], composed.Fields.Select(f => f.Name));
    }

    [Theory]
    [InlineData(true, "inside")]
    [InlineData(false, "outside")]
    public void Senders_of_the_domain_may_have_a_text_of_their_own(bool isInternal, string text) =>
        Assert.EndsWith($"\r\n\r\n{text}\r\n", Compose(new AutoReply { Text = "outside", TextInternal = "inside" }, "", isInternal), StringComparison.Ordinal);

    [Fact]
    public void An_echo_brings_the_message_back_as_it_came()
    {
        byte[] original = [.. "Subject: Hello\r\nTo: alice@bcd.com\r\n\r\nGr"u8, 0xfc, 0xc3, 0x9f, .. "e\r\n--=_x\r\n"u8];
        byte[] echo = Echo(new AutoReply { Text = "Thanks.", Echoes = true }, original, isWhole: true);
        Assert.True(echo.AsSpan().IndexOf(original) > 0);
        string text = Encoding.Latin1.GetString(echo);
        Assert.Contains("Auto-Submitted: auto-replied\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nThanks.\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: Hello\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Subject: Hello\r\n\r\nthe first part of a large one", false)]
    [InlineData("Subject: Hello\r\n\r\nbinary \0", true)]
    public void Of_a_large_or_binary_message_the_header_comes_back(string original, bool isWhole)
    {
        string text = Encoding.Latin1.GetString(Echo(new AutoReply { Text = "", Echoes = true }, Encoding.Latin1.GetBytes(original), isWhole));
        Assert.Contains("Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: 7bit\r\n\r\nSubject: Hello\r\n\r\n--=_", text, StringComparison.Ordinal);
        Assert.DoesNotContain("text/plain", text, StringComparison.Ordinal);
    }

    private static byte[] Echo(AutoReply reply, byte[] original, bool isWhole) => (Message(reply, "Subject: Hello\r\n", false) with { Echoed = new EchoedMessage(original, isWhole) }).Compose();

    private static HeaderBlock Header(string fields) => HeaderBlock.Parse(Encoding.UTF8.GetBytes(fields + "\r\n"));

    private static string Compose(AutoReply reply, string fields, bool isInternal = false) => Encoding.UTF8.GetString(Message(reply, fields, isInternal).Compose());

    private static ReplyMessage Message(AutoReply reply, string fields, bool isInternal) => new()
    {
        From = MailAddress.Parse("alice@bcd.com"),
        To = Sender,
        Reply = reply,
        IsInternal = isInternal,
        Original = Header(fields),
        Host = "mail.bcd.com",
        Date = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        Id = AcceptanceId.Next(TimeProvider.System),
    };
}
