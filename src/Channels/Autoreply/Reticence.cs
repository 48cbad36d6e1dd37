using DirMail.Mail;
using DirMail.Mail.Mime;

namespace DirMail.Channels.Autoreply;

/// <summary>What a personal responder keeps silent about (RFC 3834 2): automatic mail, lists, bulk, and mail in which its user is not named.</summary>
internal static class Reticence
{
    private static readonly string[] OfLists = ["List-Id", "List-Post", "List-Help", "List-Unsubscribe", "List-Subscribe", "List-Owner", "List-Archive"];
    private static readonly string[] Robots = ["postmaster", "mailer-daemon", "mailerdaemon", "listserv", "majordomo", "noreply", "no-reply", "donotreply", "bounce", "bounces", "root", "daemon"];

    /// <summary>Why it is not answered; null: it may be.</summary>
    public static string? Against(MailAddress sender, HeaderBlock fields)
    {
        if (IsRobot(sender.LocalPart.ToLowerInvariant()))
            return "its sender is a program";
        if (fields.First("Auto-Submitted") is { } submitted && !Word(submitted).Equals("no", StringComparison.OrdinalIgnoreCase))
            return "it was itself sent automatically";
        if (fields.First("Precedence") is { } precedence && Word(precedence).ToLowerInvariant() is "bulk" or "list" or "junk")
            return "it is bulk mail";
        return OfLists.Any(name => fields.First(name) is not null) ? "it comes from a list" : null;
    }

    public static bool IsNamed(HeaderBlock fields, Func<MailAddress, bool> isUsers) =>
        fields.Fields.Where(static f => f.Name.ToLowerInvariant() is "to" or "cc" or "bcc" or "resent-to" or "resent-cc" or "resent-bcc")
            .SelectMany(static f => AddressList.Parse(f.Value))
            .Any(a => a.Host is not null && MailAddress.TryParse($"{a.Mailbox}@{a.Host}", out MailAddress address) && isUsers(address));

    private static bool IsRobot(string local) =>
        Robots.Contains(local) || local.StartsWith("owner-", StringComparison.Ordinal) || local.EndsWith("-owner", StringComparison.Ordinal) || local.EndsWith("-request", StringComparison.Ordinal)
        || local.EndsWith("-bounces", StringComparison.Ordinal) || local.StartsWith("bounce-", StringComparison.Ordinal) || local.Contains("-bounces+", StringComparison.Ordinal);

    /// <summary>The value without parameters and comments.</summary>
    private static string Word(string value) => value.Split(';', '(')[0].Trim();
}
