using System.Net;
using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Servers.Smtp;

/// <summary>Clients that may relay without a login (setting relay.trusted), and for whom they send.</summary>
internal static class TrustedNetwork
{
    /// <summary>On the local socket, and on the port for other servers: submission asks everybody to log in (RFC 6409 4.3), LMTP relays for nobody.</summary>
    public static bool Includes(SmtpServices services, IPAddress client) =>
        services.Role == SmtpRole.Local || (services.Role == SmtpRole.Relay && services.Settings.Trusted.Any(network => network.Contains(client)));

    /// <summary>
    /// The domain that the mail is sent for and leaves as: the sender's, when it is hosted here, in force, and may use smtp from there. Null: the host
    /// (DESIGN, Identity of what leaves).
    /// </summary>
    public static EntryId? DomainOf(RoutingTable table, MailAddress? sender, ServiceUse use) =>
        sender is { } address && table.FindDomain(address.DomainKey) is { Status.Status: MailStatus.Active or MailStatus.Overquota } domain && domain.Services.Allows(use)
            ? domain.Id : null;
}
