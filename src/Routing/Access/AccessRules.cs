using System.Net;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>Whether an account may be used now: asked at login after the password, and again for open sessions whenever a new table touches them. Pure.</summary>
public static class AccessRules
{
    /// <summary>Null when access would be allowed now.</summary>
    /// <param name="domainId">Where the user was when the session began: one who moved since must log in anew.</param>
    public static AccessReply? Check(RoutingTable table, EntryId userId, EntryId domainId, MailService service, bool isProtected, IPAddress client)
    {
        if (table.FindDomain(domainId) is not { } domain || table.FindUser(userId) is not { } user || user.Domain != domainId)
            return Responses.AccountDeleted;
        if (table.NotAdopted.ContainsKey(userId))
            return Responses.AccountNotAdopted;
        return Check(user, domain, service, isProtected, client);
    }

    /// <summary>Domain state, user state, service: the rule of the domain and the user's own must both allow it (SCHEMA 3.4).</summary>
    internal static AccessReply? Check(MailUser user, VirtualDomain domain, MailService service, bool isProtected, IPAddress client)
    {
        if (StatusLadder.LoginRefusal(StatusLadder.First(domain.Status, user.Status).Status) is { } refusal)
            return refusal;
        return domain.Services.Allows(service, isProtected, client) && user.Services.Allows(service, isProtected, client) ? null : Responses.ServiceNotAllowed;
    }
}
