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
    private const int LongestText = 32 * 1024;
    private const int LongestLine = 900;
    private const int EncodedWordOctets = 42;
    private const int Base64Line = 57;

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

    private string OriginalSubject => Line(EncodedWords.Decode(Original.First("Subject") ?? ""));

    public byte[] Compose()
    {
        string text = Filled((IsInternal ? Reply.TextInternal : null) ?? Reply.Text);
        bool isPlain = text.Split("\r\n").All(static line => line.Length <= LongestLine && line.All(static c => c is '\t' or (>= ' ' and <= '~')));
        var message = new StringBuilder();
        message.Append(CultureInfo.InvariantCulture, $"From: <{From}>\r\nTo: <{To}>\r\nSubject: {Encoded(Subject())}\r\nDate: {MailDate.Format(Date)}\r\nMessage-ID: <{Id}@{Host}>\r\n");
        if (MessageId() is { } answered)
            message.Append(CultureInfo.InvariantCulture, $"In-Reply-To: {answered}\r\nReferences: {answered}\r\n");
        message.Append(CultureInfo.InvariantCulture, $"Auto-Submitted: auto-replied{(Echoed is null ? " (vacation)" : "")}\r\nPrecedence: bulk\r\nMIME-Version: 1.0\r\n");
        string answer = "Content-Type: text/plain; charset=utf-8\r\n"
            + (isPlain ? $"Content-Transfer-Encoding: 7bit\r\n\r\n{text}\r\n" : $"Content-Transfer-Encoding: base64\r\n\r\n{InBase64(text + "\r\n")}");
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
        string subject = Reply.Subject is { } own ? Line(Filled(own)) : "Auto: " + OriginalSubject;
        return subject.Length <= LongestSubject ? subject : subject[..LongestSubject];
    }

    /// <summary>Only one that looks like it (RFC 5322 3.6.4).</summary>
    private string? MessageId() =>
        Original.First("Message-ID")?.Trim() is { Length: > 2 and < 250 } id && id[0] == '<' && id[^1] == '>' && id.AsSpan(1, id.Length - 2).IndexOfAnyExceptInRange('!', '~') < 0 ? id : null;

    /// <summary>$SUBJECT and $FROM are filled in, any other $ ends the line; \24 and \5c are a $ and a \ (SCHEMA 3.6).</summary>
    private string Filled(string template)
    {
        var filled = new StringBuilder();
        for (int i = 0; i < template.Length && filled.Length < LongestText; i++)
            if (Is(template, i, "$SUBJECT"))
                (_, i) = (filled.Append(OriginalSubject), i + 7);
            else if (Is(template, i, "$FROM"))
                (_, i) = (filled.Append(To), i + 4);
            else if (template[i] is '$' or '\n')
                filled.Append("\r\n");
            else if (Is(template, i, "\\24"))
                (_, i) = (filled.Append('$'), i + 2);
            else if (Is(template, i, "\\5c"))
                (_, i) = (filled.Append('\\'), i + 2);
            else if (template[i] == '\t' || !char.IsControl(template[i]))
                filled.Append(template[i]);
        return filled.ToString();
    }

    private static bool Is(string text, int at, string what) => string.Compare(text, at, what, 0, what.Length, StringComparison.OrdinalIgnoreCase) == 0;

    private static string Line(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c)).Trim();

    /// <summary>RFC 2047: words of whole characters, one a line.</summary>
    private static string Encoded(string text)
    {
        if (text.All(static c => c is >= ' ' and <= '~') && !text.Contains("=?", StringComparison.Ordinal))
            return text;
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Encoding.UTF8.GetByteCount(word.ToString()) + rune.Utf8SequenceLength > EncodedWordOctets)
            {
                words.Add(word.ToString());
                word.Clear();
            }
            word.Append(rune);
        }
        words.Add(word.ToString());
        return string.Join("\r\n ", words.Select(static w => $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(w))}?="));
    }

    private static string InBase64(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Chunk(Base64Line).Select(static line => Convert.ToBase64String(line) + "\r\n"));
}
