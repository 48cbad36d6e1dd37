using DirMail.Mail.Mime;
using DirMail.Servers.Imap.Sorting;
using DirMail.Store;

namespace DirMail.Unit.Servers.Imap.Sorting;

public sealed class SentTimeTests
{
    private static readonly MailboxEntry Entry = new(new(1), new(1), MessageFlags.None, new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), new(1), 1);

    [Theory]
    [InlineData("Mon, 2 Feb 2026 12:00:30 +0200", "2026-02-02T10:00:30")]
    [InlineData("2 Feb 26 12:00 EST", "2026-02-02T17:00:00")]
    [InlineData("Mon, 2 Feb 2026 12:00:00 -0330 (comment)", "2026-02-02T15:30:00")]
    [InlineData("2 Feb 2026", "2026-02-02T00:00:00")]
    [InlineData("2 Feb 2026 12:00:00 +9999", "2026-02-02T12:00:00")]
    [InlineData("2 Feb 2026 12:00:00 nonsense", "2026-02-02T12:00:00")]
    [InlineData("2 Feb 2026 25:00:00 +0000", "2026-02-02T00:00:00")]
    [InlineData("31 Dec 9999 23:59:59 -1200", "9999-12-31T23:59:59")]
    [InlineData("1 Jan 0001 00:00:00 +1200", "0001-01-01T00:00:00")]
    [InlineData("nonsense", "2000-01-01T00:00:00")]
    [InlineData(null, "2000-01-01T00:00:00")]
    public void Is_the_Date_field_or_else_the_internal_date(string? written, string utc) =>
        Assert.Equal(utc, SentTime.Of(new MessageEnvelope { Date = written }, Entry).UtcDateTime.ToString("s", System.Globalization.CultureInfo.InvariantCulture));
}
