using System.Text;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Unit.Store;

internal static class Samples
{
    public static readonly EntryId Domain = new(Guid.Parse("0d000000-0000-0000-0000-0000000000d0"));

    public static EntryId NewAccount() => new(Guid.NewGuid());

    public static string Message(string subject = "hello", int octets = 0) =>
        $"From: a@example.test\r\nTo: b@example.test\r\nSubject: {subject}\r\n\r\nText.\r\n" + string.Concat(Enumerable.Repeat("0123456789abcdef\r\n", (octets + 17) / 18));

    public static LocalDelivery Delivery(EntryId account, string prefix = "Return-Path: <a@example.test>\r\n", string folder = "INBOX", Quota quota = default, QueuedMessage? whenFull = null)
    {
        MailAddress address = MailAddress.Parse("b@example.test");
        return new(account, [new Place(folder)], Encoding.ASCII.GetBytes(prefix), quota) { Given = address, Final = address, WhenFull = whenFull };
    }

    public static QueuedMessage Queued(TestClock clock, params string[] recipients) => new()
    {
        Domain = Domain,
        Channel = "smtp",
        Destination = "xyz.test",
        Identity = new(Domain, "bcd.com", System.Net.IPAddress.Parse("127.0.70.1"), System.Net.IPAddress.Parse("fd00::70:1")),
        Sender = MailAddress.Parse("\"a b\"@bcd.com"),
        EnvelopeId = "env 1",
        Return = ReturnContent.Headers,
        Body = BodyType.EightBitMime,
        Utf8 = true,
        Wishes = new() { RequireTls = true, NotBefore = clock.GetUtcNow(), By = new(clock.GetUtcNow() + TimeSpan.FromHours(1), IsReturned: false, IsTraced: true), Priority = -3 },
        Prefix = Encoding.ASCII.GetBytes("Received: by bcd.com\r\n"),
        NextAttempt = clock.GetUtcNow(),
        Expires = clock.GetUtcNow() + TimeSpan.FromDays(5),
        Recipients = [.. recipients.Select(static to => new QueuedRecipient(MailAddress.Parse(to), MailAddress.Parse(to), Notify.Default, "rfc822;" + to) { Reason = "waits" })],
    };
}
