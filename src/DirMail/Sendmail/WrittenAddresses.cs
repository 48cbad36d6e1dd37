using DirMail.Mail;
using DirMail.Mail.Mime;

namespace DirMail.Sendmail;

/// <summary>Addresses as people write them in a header or after a command, in the form that SMTP takes. Octets are Latin-1 characters or real ones: they pass as they are.</summary>
internal static class WrittenAddresses
{
    /// <summary>Without names, comments and groups; a local part that needs quotes has them.</summary>
    public static IEnumerable<string> In(string field) => AddressList.Parse(field).Where(static address => address.Host is not null && !string.IsNullOrEmpty(address.Mailbox)).Select(Path);

    /// <summary>Of one argument: several with commas between them. Those without brackets, and those with control characters, are taken to the letter: what is wrong with them shall show.</summary>
    public static IEnumerable<string> InWord(string word) => word.Contains('<') && !word.Any(char.IsControl) ? In(word) : word.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Path(HeaderAddress address)
    {
        string local = address.Mailbox!, domain = address.Host!.Length == 0 ? "" : "@" + address.Host;
        bool needsQuotes = domain.Length > 0 && !MailAddress.TryParse(local + "@x", out _);
        return (needsQuotes ? "\"" + local.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"" : local) + domain;
    }
}
