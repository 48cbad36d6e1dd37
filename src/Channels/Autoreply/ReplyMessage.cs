using System.Globalization;
using System.Text;
using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Routing;

namespace DirMail.Channels.Autoreply;

/// <summary>The answer's octets (RFC 3834 3.1). Composing is pure: the same values give the same octets. Texts of the entry and of the message answered become no fields.</summary>
internal sealed record ReplyMessage
{
    private const int LongestSubject = 200;

    public required MailAddress From { get; init; }
    public required MailAddress To { get; init; }
    public required AutoReply Reply { get; init; }

    /// <summary>The sender is of the same domain.</summary>
    public required bool IsInternal { get; init; }

    /// <summary>Header of the message answered.</summary>
    public required HeaderBlock Original { get; init; }

    /// <summary>Comes back with the answer; null: nothing does.</summary>
    public EchoedMessage? Echoed { get; init; }

    public required string Host { get; init; }
    public required DateTimeOffset Date { get; init; }
    public required AcceptanceId Id { get; init; }

    private string OriginalSubject => DirectoryText.Line(EncodedWords.Decode(Original.First("Subject") ?? ""));

    public byte[] Compose()
    {
        string text = Filled((IsInternal ? Reply.TextInternal : null) ?? Reply.Text);
        var message = new StringBuilder();
        message.Append(CultureInfo.InvariantCulture, $"From: <{From}>\r\nTo: <{To}>\r\nSubject: {EncodedWords.Encode(Subject())}\r\nDate: {MailDate.Format(Date)}\r\nMessage-ID: <{Id}@{Host}>\r\n");
        if (MessageId() is { } answered)
            message.Append(CultureInfo.InvariantCulture, $"In-Reply-To: {answered}\r\nReferences: {answered}\r\n");
        message.Append(CultureInfo.InvariantCulture, $"Auto-Submitted: auto-replied{(Echoed is null ? " (vacation)" : "")}\r\nPrecedence: bulk\r\nMIME-Version: 1.0\r\n");
        string answer = TextBody.Compose(text);
        return Echoed is { } echoed ? WithEcho(message, text.Length == 0 ? "" : answer, echoed) : Encoding.UTF8.GetBytes(message.Append(answer).ToString());
    }

    private byte[] WithEcho(StringBuilder message, string answer, EchoedMessage echoed)
    {
        string encoding = Ascii.IsValid(echoed.Octets) ? "7bit" : "8bit", boundary = $"=_{Id}";
        while (echoed.Octets.IndexOf(Encoding.ASCII.GetBytes(boundary)) >= 0 || answer.Contains(boundary, StringComparison.Ordinal))
            boundary += "_";
        message.Append(CultureInfo.InvariantCulture, $"Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n");
        if (answer.Length > 0)
            message.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\n{answer}\r\n");
        message.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\nContent-Type: {echoed.Type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n");
        return [.. Encoding.UTF8.GetBytes(message.ToString()), .. echoed.Octets, .. Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n")];
    }

    private string Subject()
    {
        string subject = Reply.Subject is { } own ? DirectoryText.Line(Filled(own)) : "Auto: " + OriginalSubject;
        return subject.Length <= LongestSubject ? subject : subject[..LongestSubject];
    }

    /// <summary>Only one that looks like it (RFC 5322 3.6.4).</summary>
    private string? MessageId() =>
        Original.First("Message-ID")?.Trim() is { Length: > 2 and < 250 } id && id[0] == '<' && id[^1] == '>' && id.AsSpan(1, id.Length - 2).IndexOfAnyExceptInRange('!', '~') < 0 ? id : null;

    private string Filled(string template) => DirectoryText.Filled(template, ("$SUBJECT", OriginalSubject), ("$FROM", To.ToString()));
}
