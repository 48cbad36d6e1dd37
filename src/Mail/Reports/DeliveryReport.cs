using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace DirMail.Mail.Reports;

/// <summary>
/// A delivery status notification (RFC 3464): first what a person wants to know, then the same for programs, then what the report is about.
/// It must be sent with the null reverse path (RFC 3461 6.1). Composing is pure: the same values give the same octets.
/// </summary>
public sealed record DeliveryReport
{
    /// <summary>The name our server uses for the domain that reports.</summary>
    public required string ReportingMta { get; init; }

    /// <summary>Of the header; a postmaster.</summary>
    public required MailAddress From { get; init; }

    /// <summary>Sender of the message reported about.</summary>
    public required MailAddress To { get; init; }

    /// <summary>Without the angle brackets.</summary>
    public required string MessageId { get; init; }

    public required DateTimeOffset Date { get; init; }

    /// <summary>When the message was accepted.</summary>
    public required DateTimeOffset Arrival { get; init; }

    /// <summary>ENVID, decoded; null when not given.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>At least one.</summary>
    public required ImmutableArray<ReportedRecipient> Recipients { get; init; }

    /// <summary>The message reported about, or its header alone.</summary>
    public required ReadOnlyMemory<byte> Original { get; init; }

    public ReturnContent Returned { get; init; } = ReturnContent.Headers;

    /// <summary>An address is not ASCII: the global forms of RFC 6533 are used, and the report needs SMTPUTF8.</summary>
    public bool NeedsUtf8 => To.NeedsUtf8 || Recipients.Any(static recipient => recipient.Final.NeedsUtf8);

    public byte[] Compose()
    {
        var output = new ArrayBufferWriter<byte>(2048 + Original.Length);
        string boundary = Boundary();
        Put(output, Header(boundary));
        Put(output, $"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\nContent-Description: What happened\r\n\r\n");
        Put(output, ReportText.ForPeople(this));
        Put(output, $"\r\n--{boundary}\r\nContent-Type: message/{(NeedsUtf8 ? "global-delivery-status" : "delivery-status")}\r\nContent-Description: Delivery report\r\n\r\n");
        Put(output, ReportText.ForPrograms(this));
        Put(output, $"\r\n--{boundary}\r\nContent-Type: {OriginalType()}\r\nContent-Transfer-Encoding: 8bit\r\nContent-Description: {(Returned == ReturnContent.Full ? "Your message" : "The header of your message")}\r\n\r\n");
        output.Write(Original.Span);
        Put(output, $"\r\n--{boundary}--\r\n");
        return output.WrittenSpan.ToArray();
    }

    private string Header(string boundary) =>
        $"From: Mail Delivery System <{From}>\r\n" +
        $"To: <{To}>\r\n" +
        $"Subject: {ReportText.Subject(this)}\r\n" +
        $"Date: {MailDate.Format(Date)}\r\n" +
        $"Message-ID: <{MessageId}>\r\n" +
        "Auto-Submitted: auto-replied\r\n" +
        "MIME-Version: 1.0\r\n" +
        $"Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"{boundary}\"\r\n" +
        "Content-Transfer-Encoding: 8bit\r\n\r\n";

    private string OriginalType() => (Returned, NeedsUtf8) switch
    {
        (ReturnContent.Full, false) => "message/rfc822",
        (ReturnContent.Full, true) => "message/global",
        (_, false) => "text/rfc822-headers",
        (_, true) => "message/global-headers",
    };

    /// <summary>Taken from the message id, longer while it occurs in what is returned.</summary>
    private string Boundary()
    {
        string boundary = "=_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(MessageId)).AsSpan(0, 12));
        while (Original.Span.IndexOf(Encoding.ASCII.GetBytes(boundary)) >= 0)
            boundary += "_";
        return boundary;
    }

    private static void Put(ArrayBufferWriter<byte> output, string text)
    {
        Span<byte> span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        output.Advance(Encoding.UTF8.GetBytes(text, span));
    }
}
