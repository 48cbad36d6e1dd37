using System.Globalization;
using System.Text;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>Tells the site's postmaster once of all mail that a deleted domain had in its queue. Bounded, however much that was.</summary>
internal sealed record Digest(string Domain, long Messages, IReadOnlyList<QueueRow> First)
{
    public const int MaxListed = 100;
    private const int MaxLine = 300;

    public required MailAddress To { get; init; }
    public required string HostName { get; init; }
    public required DateTimeOffset Date { get; init; }

    public byte[] Compose(AcceptanceId id)
    {
        var text = new StringBuilder(4096);
        text.Append(CultureInfo.InvariantCulture, $"From: postmaster@{HostName}\r\nTo: {To}\r\nDate: {MailDate.Format(Date)}\r\nMessage-ID: <{id}@{HostName}>\r\n");
        text.Append(CultureInfo.InvariantCulture, $"Subject: Mail of {Domain} was not sent: {Messages} messages\r\nAuto-Submitted: auto-generated\r\n");
        text.Append("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
        text.Append(CultureInfo.InvariantCulture, $"The domain {Domain} is deleted. {Messages} messages that it had in its queue\r\nwere not sent, and nobody else is told.\r\n\r\n");
        foreach (QueueRow row in First)
            text.Append(Line(row)).Append("\r\n");
        if (Messages > First.Count)
            text.Append(CultureInfo.InvariantCulture, $"... and {Messages - First.Count} more.\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Line(QueueRow row)
    {
        string to = string.Join(", ", row.Message.Recipients.Take(5).Select(static r => r.Final.ToString()));
        string more = row.Message.Recipients.Count > 5 ? $" and {row.Message.Recipients.Count - 5} more" : "";
        string line = $"{row.Arrived:yyyy-MM-dd HH:mm} <{row.Message.Sender}> to {to}{more}";
        return line.Length <= MaxLine ? line : line[..MaxLine];
    }
}
