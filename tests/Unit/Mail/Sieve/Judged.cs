using System.Text;
using DirMail.Mail;
using DirMail.Mail.Sieve;

namespace DirMail.Unit.Mail.Sieve;

/// <summary>What scripts make of a message, as a line of text: "keep", "fileinto A [\Seen]", "redirect x@y", "reject why", "discard", in that order with blanks and commas between.</summary>
internal static class Judged
{
    public const string Message = """
        From: "Anna, the first" <Anna.Berg+work@XYZ.test>
        To: alice@bcd.com, Team: bob@cde.com, carol@[192.0.2.1];
        Cc: undisclosed-recipients:;
        Subject: =?utf-8?Q?B=C3=BCcher?= und  *Sterne*
        X-Spam-Score: 7
        X-Empty:
        List-Id: <news.lists.test>
        Received: one
        Received: two

        The body.

        """;

    public static string By(string script, string message = Message, string? from = "anna+bounce@xyz.test", string to = "alice+lists@bcd.com") => By([script], message, from, to);

    public static string By(IReadOnlyList<string> values, string message = Message, string? from = "anna+bounce@xyz.test", string to = "alice+lists@bcd.com")
    {
        SieveScript? script = SieveScript.Compile(values, out SieveFault? fault);
        Assert.True(fault is null, fault?.ToString());
        byte[] octets = Encoding.UTF8.GetBytes(message.ReplaceLineEndings("\r\n"));
        return Text(script!.Run(new SieveMessage(octets, octets.Length, from is null ? null : MailAddress.Parse(from)), MailAddress.Parse(to)));
    }

    public static string Fault(params string[] values)
    {
        Assert.Null(SieveScript.Compile(values, out SieveFault? fault));
        return fault!.ToString();
    }

    public static string Text(SieveResult result)
    {
        List<string> actions = [.. result.Filings.Select(static filing => (filing.Mailbox is null ? "keep" : $"fileinto {filing.Mailbox}") + (filing.Flags.IsEmpty ? "" : $" [{string.Join(' ', filing.Flags)}]"))];
        actions.AddRange(result.Redirects.Select(static address => $"redirect {address}"));
        if (result.Vacation is { } vacation)
            actions.Add($"vacation {vacation.Days} {vacation.Subject ?? "-"} {vacation.Text}");
        if (result.Rejection is { } reason)
            actions.Add($"reject {reason}");
        if (result.Fault is { } fault)
            actions.Add($"fault: {fault}");
        return actions.Count == 0 ? "discard" : string.Join(", ", actions);
    }
}
