using System.Globalization;
using System.Text;
using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>The first message of a new account (mailDomainWelcomeMessage). Its header is written here, out of a subject and a sender; nothing else of the directory's text becomes one.</summary>
internal static class WelcomeMessage
{
    /// <summary>The login name that works on every address of ours; nothing, as long as there is no page for users.</summary>
    private const string Id = "[ID]", Url = "[URL]";

    /// <summary>Null: there is none for that entry. Nobody is welcomed where mail is kept elsewhere, in a box that only others read, or in one that may yet be another's.</summary>
    public static FirstMail? Of(TransferServices services, EntryId entry)
    {
        RoutingTable table = services.Live.Current;
        if (table.FindUser(entry) is not { RelayHost: null, Settings.IsForSharing: false } user || table.FindDomain(user.Domain) is not { } domain || domain.WelcomeFor(user) is not { } welcome
            || table.IsElsewhere(domain) || table.NotAdopted.ContainsKey(entry))
            return null;
        byte[] octets = Encoding.ASCII.GetBytes(Compose(welcome, user, domain, $"{AcceptanceId.Next(services.Clock)}@{table.IdentityOf(domain).HostName}", services.Clock.GetUtcNow()));
        return new(octets, Encoding.ASCII.GetBytes(Trace.ReturnPath(null)), Local.Quota(user, domain));
    }

    private static string Compose(Welcome welcome, MailUser user, VirtualDomain domain, string id, DateTimeOffset date)
    {
        string login = DirectoryText.Line($"{user.Uid}@{domain.Name}");
        MailAddress? to = user.Addresses is [var first, ..] ? first : MailAddress.TryParse(login, out MailAddress own) ? own : null;
        var message = new StringBuilder();
        message.Append(CultureInfo.InvariantCulture, $"From: {Name(welcome.SenderName)}<{(welcome.Sender is { } sender ? Text(sender) : "postmaster@" + domain.Name)}>\r\n");
        message.Append(to is { } address ? $"To: <{Text(address)}>\r\n" : "To: undisclosed-recipients:;\r\n");
        message.Append(CultureInfo.InvariantCulture, $"Subject: {EncodedWords.Encode(welcome.Subject.Replace(Id, login, StringComparison.OrdinalIgnoreCase).Replace(Url, "", StringComparison.OrdinalIgnoreCase))}\r\n");
        message.Append(CultureInfo.InvariantCulture, $"Date: {MailDate.Format(date)}\r\nMessage-ID: <{id}>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
        return message.Append(TextBody.Compose(DirectoryText.Filled(welcome.Text, (Id, login), (Url, "")))).ToString();
    }

    private static string Text(MailAddress address) => $"{address.LocalPart}@{address.DomainKey}";

    /// <summary>A display name (RFC 5322 3.4), with the blank behind it; "": none.</summary>
    private static string Name(string name)
    {
        string encoded = EncodedWords.Encode(name);
        return name.Length == 0 ? "" : encoded == name ? $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\" " : encoded + "\r\n ";
    }
}
