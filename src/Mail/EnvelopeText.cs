using System.Globalization;
using System.Text;

namespace DirMail.Mail;

/// <summary>
/// A queued message as text that a person can read and edit: envelope lines, a boundary line, then the message octet for octet.
/// <code>
/// sender: &lt;alice@bcd.com&gt;
/// recipient: &lt;x1@xyz.test&gt; notify=success,failure orcpt=rfc822;x1@xyz.test
/// envelope-id: QQ314159
/// return: headers
/// body: 8bitmime
/// utf8: yes
/// require-tls: yes
/// not-before: 2026-12-24T18:00:00Z
/// deliver-by: 2026-12-25T06:00:00Z return trace
/// priority: 3
/// ----- message -----
/// </code>
/// Only sender and recipients must be there; envelope-id and orcpt are xtext (RFC 3461 4). Empty lines and those beginning with "#" are passed over.
/// </summary>
public static class EnvelopeText
{
    public const string BoundaryLine = "----- message -----";

    /// <summary>The boundary of older tools, accepted when reading.</summary>
    public const string ControlBoundary = "\u0001\u0001";

    /// <summary>UTC; parts of a second only where there are any.</summary>
    internal const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    private const int MaxLineOctets = 4096;

    /// <summary>With the boundary line; the message's octets follow directly.</summary>
    public static byte[] Write(Envelope envelope)
    {
        var text = new StringBuilder();
        text.Append("sender: ").Append(Path(envelope.Sender)).Append('\n');
        foreach (EnvelopeRecipient recipient in envelope.Recipients)
            text.Append("recipient: ").Append(Path(recipient.Given)).Append(Wishes(recipient)).Append('\n');
        if (envelope.EnvelopeId is { } id)
            text.Append("envelope-id: ").Append(XText.Encode(id)).Append('\n');
        if (envelope.Return is { } content)
            text.Append("return: ").Append(content == ReturnContent.Full ? "full" : "headers").Append('\n');
        if (envelope.Body != BodyType.SevenBit)
            text.Append("body: ").Append(envelope.Body.ToString().ToLowerInvariant()).Append('\n');
        if (envelope.Utf8)
            text.Append("utf8: yes\n");
        Append(text, envelope.Wishes);
        return Encoding.UTF8.GetBytes(text.Append(BoundaryLine).Append('\n').ToString());
    }

    /// <param name="octets">From the start; the message itself need not be there in full.</param>
    public static EnvelopeTextResult Read(ReadOnlySpan<byte> octets)
    {
        var reader = new EnvelopeTextReader();
        for (int start = 0, number = 1; start < octets.Length; number++)
        {
            int length = octets[start..].IndexOf((byte)'\n');
            int next = length < 0 ? octets.Length : start + length + 1;
            if (next - start > MaxLineOctets)
                return new EnvelopeTextResult.Unreadable(number, $"longer than {MaxLineOctets} octets");
            string line = HeaderText.Decode(octets[start..next]).TrimEnd('\r', '\n');
            start = next;
            if (line is BoundaryLine or ControlBoundary)
                return reader.Complete(number, start);
            if (reader.Take(line.Trim()) is { } problem)
                return new EnvelopeTextResult.Unreadable(number, problem);
        }
        return new EnvelopeTextResult.Unreadable(octets.Count((byte)'\n') + 1, $"the boundary line '{BoundaryLine}' (or two CTRL/A) is missing");
    }

    private static void Append(StringBuilder text, DeliveryWishes wishes)
    {
        if (wishes.RequireTls)
            text.Append("require-tls: yes\n");
        if (wishes.NotBefore is { } start)
            text.Append("not-before: ").Append(Time(start)).Append('\n');
        if (wishes.By is { } by)
            text.Append("deliver-by: ").Append(Time(by.Deadline)).Append(by.IsReturned ? " return" : " notify").Append(by.IsTraced ? " trace\n" : "\n");
        if (wishes.Priority is { } priority)
            text.Append(CultureInfo.InvariantCulture, $"priority: {priority}\n");
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static string Path(MailAddress? address) => $"<{address}>";

    private static string Wishes(EnvelopeRecipient recipient)
    {
        string notify = recipient.Notify == Notify.Default ? "" : " notify=" + recipient.Notify.ToString().ToLowerInvariant().Replace(" ", "", StringComparison.Ordinal);
        return recipient.OriginalRecipient is { } original ? $"{notify} orcpt={XText.Encode(original)}" : notify;
    }
}

/// <summary>What reading the text form of an envelope gave.</summary>
public abstract record EnvelopeTextResult
{
    private EnvelopeTextResult() { }

    /// <param name="MessageStart">Octets before the message.</param>
    public sealed record Read(Envelope Envelope, int MessageStart) : EnvelopeTextResult;

    /// <param name="Line">From 1.</param>
    public sealed record Unreadable(int Line, string Reason) : EnvelopeTextResult;
}
