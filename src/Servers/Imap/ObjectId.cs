using System.Globalization;
using DirMail.Mail;

namespace DirMail.Servers.Imap;

/// <summary>Ids that outlive names and UIDs (RFC 8474): a mailbox's survives RENAME, a message's COPY and MOVE.</summary>
internal static class ObjectId
{
    public static string Of(MailboxId mailbox) => string.Create(CultureInfo.InvariantCulture, $"F{mailbox.Value}");

    public static string Of(RenditionId message) => string.Create(CultureInfo.InvariantCulture, $"M{message.Value}");
}
