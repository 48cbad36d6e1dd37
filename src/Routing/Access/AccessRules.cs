using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing;

/// <summary>Whether an account may be used now: asked at login after the password, and again for open sessions whenever a new table touches them. Pure.</summary>
public static class AccessRules
{
    /// <summary>Null when access would be allowed now.</summary>
    /// <param name="domainId">Where the user was when the session began: one who moved since must log in anew.</param>
    public static AccessReply? Check(RoutingTable table, EntryId userId, EntryId domainId, MailService service, bool isProtected, IPAddress client) =>
        Check(table, userId, domainId, new Access.ServiceUse(service, isProtected, client), null);

    /// <summary>As <see cref="Check(RoutingTable, EntryId, EntryId, MailService, bool, IPAddress)"/>, with the reasons recorded by the same code.</summary>
    public static (AccessReply? Refusal, ImmutableArray<Reason> Reasons) Explain(RoutingTable table, MailUser user, MailService service, bool isProtected, IPAddress client)
    {
        var reasons = new ReasonLog();
        return (Check(table, user.Id, user.Domain, new(service, isProtected, client), reasons), reasons.ToImmutable());
    }

    private static AccessReply? Check(RoutingTable table, EntryId userId, EntryId domainId, Access.ServiceUse use, ReasonLog? reasons)
    {
        if (table.FindDomain(domainId) is not { } domain || table.FindUser(userId) is not { } user || user.Domain != domainId)
            return Responses.AccountDeleted;
        if (table.NotAdopted.TryGetValue(userId, out EntryId former))
        {
            reasons?.Add(user.Dn, "entryUUID", $"{userId}, before {former}", Responses.AccountNotAdopted.Text);
            return Responses.AccountNotAdopted;
        }
        StatusDecision status = StatusLadder.First(domain.Status, user.Status);
        if (StatusLadder.LoginRefusal(status.Status) is { } refusal)
        {
            reasons?.Add(domain.Status.Status != MailStatus.Active ? domain.Dn : user.Dn, status.Attribute ?? "", status.Value ?? "", refusal.Text);
            return refusal;
        }
        AttributeNames names = table.Settings.Attributes;
        return Allows(domain.Services, domain.Dn, names.DomainServices, use, reasons) && Allows(user.Services, user.Dn, names.UserServices, use, reasons) ? null : Responses.ServiceNotAllowed;
    }

    /// <summary>The rule of the domain and the user's own must both allow it (SCHEMA 3.4).</summary>
    private static bool Allows(ServiceRules rules, string dn, string attribute, Access.ServiceUse use, ReasonLog? reasons)
    {
        bool allows = rules.Decide(use.Service, use.IsProtected, use.Client, out ServiceRule? rule);
        reasons?.Add(dn, attribute, rule?.Text ?? "", (allows ? "allowed" : "refused") + (rule is null ? ": no rule matches" : ""));
        return allows;
    }
}
