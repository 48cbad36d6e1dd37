using System.Text;

namespace DirMail.Mail.Reports;

/// <summary>The two texts of a delivery report. What others said (diagnostics, ORCPT, ENVID) is made one safe line first.</summary>
internal static class ReportText
{
    private const int MaxDiagnostic = 2000, Width = 76;

    public static string Subject(DeliveryReport report) => Worst(report) switch
    {
        ReportAction.Failed => "Your message could not be delivered",
        ReportAction.Delayed => "Your message is delayed",
        ReportAction.Relayed => "Your message was passed on",
        ReportAction.Expanded => "Your message was sent on to several",
        _ => "Your message was delivered",
    };

    public static string ForPeople(DeliveryReport report)
    {
        var text = new StringBuilder();
        text.Append("This is the mail system at ").Append(report.ReportingMta).Append(".\r\n");
        Section(text, report, ReportAction.Failed, "Your message could not be delivered to the following recipients,\r\nand it will not be tried again:");
        Section(text, report, ReportAction.Delayed, "Your message has not been delivered to the following recipients yet.\r\nYou need not send it again, it is still being tried:");
        Section(text, report, ReportAction.Delivered, "Your message was delivered to:");
        Section(text, report, ReportAction.Relayed, "Your message was passed on to servers that report no success,\r\nso this is the last you hear of it unless it fails:");
        Section(text, report, ReportAction.Expanded, "Your message was sent on to all that these stand for; you hear of those\r\nwho cannot be reached:");
        text.Append("\r\nIt had arrived here on ").Append(MailDate.Format(report.Arrival)).Append(".\r\n");
        text.Append(report.Returned == ReturnContent.Full ? "The message follows.\r\n" : "The header of the message follows.\r\n");
        return text.ToString();
    }

    /// <summary>The fields of RFC 3464 2: once for the message, then a group for each recipient.</summary>
    public static string ForPrograms(DeliveryReport report)
    {
        var text = new StringBuilder();
        Field(text, "Reporting-MTA", "dns; " + report.ReportingMta, report.NeedsUtf8);
        if (report.EnvelopeId is { } id)
            Field(text, "Original-Envelope-Id", id, report.NeedsUtf8);
        Field(text, "Arrival-Date", MailDate.Format(report.Arrival), false);
        foreach (ReportedRecipient recipient in report.Recipients)
            AppendGroup(text, recipient, report.NeedsUtf8);
        return text.ToString();
    }

    private static void AppendGroup(StringBuilder text, ReportedRecipient recipient, bool utf8)
    {
        text.Append("\r\n");
        if (recipient.Original is { } original)
            Field(text, "Original-Recipient", original.Replace(";", "; ", StringComparison.Ordinal), utf8);
        Field(text, "Final-Recipient", (recipient.Final.NeedsUtf8 ? "utf-8; " : "rfc822; ") + recipient.Final, utf8);
        Field(text, "Action", recipient.Action.ToString().ToLowerInvariant(), false);
        Field(text, "Status", recipient.Status.ToString(), false);
        if (recipient.Remote is { } remote)
        {
            Field(text, "Remote-MTA", "dns; " + remote.Server, utf8);
            Field(text, "Diagnostic-Code", "smtp; " + remote.Text, utf8);
        }
        else if (recipient.Diagnostic.Length > 0)
        {
            Field(text, "Diagnostic-Code", "x-dirmail; " + recipient.Diagnostic, utf8);
        }
        if (recipient.LastAttempt is { } last)
            Field(text, "Last-Attempt-Date", MailDate.Format(last), false);
        if (recipient.RetryUntil is { } until)
            Field(text, "Will-Retry-Until", MailDate.Format(until), false);
    }

    private static void Section(StringBuilder text, DeliveryReport report, ReportAction action, string opening)
    {
        ReportedRecipient[] recipients = [.. report.Recipients.Where(recipient => recipient.Action == action)];
        if (recipients.Length == 0)
            return;
        text.Append("\r\n").Append(opening).Append("\r\n\r\n");
        foreach (ReportedRecipient recipient in recipients)
        {
            text.Append("  <").Append(recipient.Final.ToString()).Append(">\r\n");
            if (recipient.Diagnostic.Length > 0)
                Wrapped(text, OneLine(recipient.Diagnostic), "    ");
            if (recipient.RetryUntil is { } until)
                text.Append("    It will be given up on ").Append(MailDate.Format(until)).Append(".\r\n");
        }
    }

    private static ReportAction Worst(DeliveryReport report) => report.Recipients.Min(static recipient => recipient.Action);

    private static void Field(StringBuilder text, string name, string value, bool utf8)
    {
        string line = OneLine(value);
        if (!utf8 && !Ascii.IsValid(line))
            line = new string([.. line.Select(static c => char.IsAscii(c) ? c : '?')]);
        var folded = new StringBuilder();
        Wrapped(folded, name + ": " + line, " ");
        // the first line of a field stands at the margin
        text.Append(folded, 1, folded.Length - 1);
    }

    /// <summary>Lines of at most <see cref="Width"/> characters, broken at blanks where there are some; a field's folded lines begin with <paramref name="indent"/>.</summary>
    private static void Wrapped(StringBuilder text, string line, string indent)
    {
        while (line.Length > 0)
        {
            int end = line.Length;
            if (end > Width)
            {
                int blank = line.LastIndexOf(' ', Width, Width - 1);
                end = blank > 0 ? blank : Math.Min(line.Length, 4 * Width);
            }
            text.Append(indent).Append(line, 0, end).Append("\r\n");
            line = line[end..].TrimStart();
        }
    }

    private static string OneLine(string text)
    {
        string cut = text.Length > MaxDiagnostic ? text[..MaxDiagnostic] + " ..." : text;
        return string.Join(' ', string.Concat(cut.Select(static c => char.IsControl(c) ? ' ' : c)).Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
