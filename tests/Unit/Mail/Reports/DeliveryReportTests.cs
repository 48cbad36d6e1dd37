using System.Text;
using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Mail.Reports;
using DirMail.Unit.Mail.Mime;

namespace DirMail.Unit.Mail.Reports;

public class DeliveryReportTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 2, 12, 0, 0, TimeSpan.FromHours(-1.5));
    private static readonly EnhancedStatus NoMailbox = new(5, 1, 1);

    private static readonly ReportedRecipient Lost = new(MailAddress.Parse("x1@xyz.test"), ReportAction.Failed, NoMailbox, "host mx.xyz.test said: 550 5.1.1 no such user")
    {
        Original = "rfc822;x1@old.test",
        Remote = new("mx.xyz.test", "550 5.1.1 no such user"),
        LastAttempt = Noon,
    };

    private static readonly DeliveryReport Report = new()
    {
        ReportingMta = "mail.bcd.com",
        From = MailAddress.Parse("postmaster@bcd.com"),
        To = MailAddress.Parse("alice@bcd.com"),
        MessageId = "1@mail.bcd.com",
        Date = Noon,
        Arrival = Noon.AddHours(-1),
        EnvelopeId = "QQ314159",
        Recipients = [Lost],
        Original = "Subject: Hello\r\nFrom: alice@bcd.com\r\n\r\n"u8.ToArray(),
    };

    [Fact]
    public void Is_a_multipart_report_with_three_parts()
    {
        MessageStructure structure = Sample.Read(Report.Compose(), int.MaxValue);
        Assert.Equal(("multipart", "report"), (structure.Root.Type, structure.Root.Subtype));
        Assert.Equal(new MimeParameter("report-type", "delivery-status"), structure.Root.Parameters[0]);
        Assert.Equal(["text/plain", "message/delivery-status", "text/rfc822-headers"], structure.Root.Children.Select(static part => $"{part.Type}/{part.Subtype}"));
        Assert.Equal("Your message could not be delivered", structure.Envelope.Subject);
        Assert.Equal<HeaderAddress>([new(null, "alice", "bcd.com")], structure.Envelope.To);
        Assert.Equal(("<1@mail.bcd.com>", "Mon, 02 Nov 2026 12:00:00 -0130"), (structure.Envelope.MessageId, structure.Envelope.Date));
    }

    [Fact]
    public void Tells_a_person_what_happened_in_the_remotes_words()
    {
        string text = Part(Report, 0);
        Assert.Contains("could not be delivered", text, StringComparison.Ordinal);
        Assert.Contains("<x1@xyz.test>\r\n    host mx.xyz.test said: 550 5.1.1 no such user", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Tells_a_program_the_same() => Assert.Equal(Sample.Lines(
        "Reporting-MTA: dns; mail.bcd.com",
        "Original-Envelope-Id: QQ314159",
        "Arrival-Date: Mon, 02 Nov 2026 11:00:00 -0130",
        "",
        "Original-Recipient: rfc822; x1@old.test",
        "Final-Recipient: rfc822; x1@xyz.test",
        "Action: failed",
        "Status: 5.1.1",
        "Remote-MTA: dns; mx.xyz.test",
        "Diagnostic-Code: smtp; 550 5.1.1 no such user",
        "Last-Attempt-Date: Mon, 02 Nov 2026 12:00:00 -0130",
        ""), Part(Report, 1));

    [Fact]
    public void Returns_the_message_octet_for_octet()
    {
        byte[] original = [.. "Subject: Hello\r\n\r\n"u8, 0xF6, .. "\r\n--=_boundary"u8];
        byte[] report = (Report with { Original = original, Returned = ReturnContent.Full }).Compose();
        MimePart part = Sample.Read(report, int.MaxValue).Root.Children[2];
        Assert.True(part.IsMessage);
        Assert.Equal(original, report[(int)part.BodyStart..(int)part.BodyEnd]);
    }

    [Fact]
    public void Chooses_a_boundary_that_the_message_does_not_hold()
    {
        DeliveryReport nested = Report with { Original = Report.Compose(), Returned = ReturnContent.Full };
        Assert.Equal(3, Sample.Read(nested.Compose(), int.MaxValue).Root.Children.Length);
    }

    [Fact]
    public void Says_of_a_delay_when_it_will_be_given_up()
    {
        DeliveryReport report = Report with { Recipients = [Lost with { Action = ReportAction.Delayed, Status = new(4, 4, 1), RetryUntil = Noon.AddDays(5) }] };
        Assert.Contains("You need not send it again", Part(report, 0), StringComparison.Ordinal);
        Assert.Contains("given up on Sat, 07 Nov 2026", Part(report, 0), StringComparison.Ordinal);
        Assert.Contains("Action: delayed\r\n", Part(report, 1), StringComparison.Ordinal);
        Assert.Contains("Will-Retry-Until: Sat, 07 Nov 2026", Part(report, 1), StringComparison.Ordinal);
        Assert.Equal("Your message is delayed", Sample.Read(report.Compose(), int.MaxValue).Envelope.Subject);
    }

    [Fact]
    public void Makes_strange_words_one_safe_line()
    {
        string strange = "550 no\r\n\r\nAction: delivered\0 J\u00f6rg " + new string('x', 5000);
        DeliveryReport report = Report with { EnvelopeId = "a\r\nb", Recipients = [Lost with { Diagnostic = strange, Remote = new("mx", strange), Original = "rfc822;a\nb" }] };
        string fields = Part(report, 1);
        Assert.Contains("Original-Envelope-Id: a b\r\n", fields, StringComparison.Ordinal);
        Assert.Contains("550 no Action: delivered J?rg", fields, StringComparison.Ordinal);
        Assert.All(Encoding.UTF8.GetString(report.Compose()).Split("\r\n"), static line => Assert.InRange(line.Length, 0, 998));
        Assert.DoesNotContain('\n', Encoding.UTF8.GetString(report.Compose()).Replace("\r\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Uses_the_global_forms_for_addresses_beyond_ascii()
    {
        DeliveryReport report = Report with { Recipients = [Lost with { Final = MailAddress.Parse("jörg@xyz.test") }] };
        Assert.True(report.NeedsUtf8);
        Assert.Equal(["plain", "global-delivery-status", "global-headers"], Sample.Read(report.Compose(), int.MaxValue).Root.Children.Select(static part => part.Subtype));
        Assert.Contains("Final-Recipient: utf-8; jörg@xyz.test", Part(report, 1), StringComparison.Ordinal);
    }

    private static string Part(DeliveryReport report, int index)
    {
        byte[] octets = report.Compose();
        MimePart part = Sample.Read(octets, int.MaxValue).Root.Children[index];
        return Encoding.UTF8.GetString(octets[(int)part.BodyStart..(int)part.BodyEnd]);
    }
}
