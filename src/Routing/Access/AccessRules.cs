using System.Collections.Immutable;
using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing;

/// <summary>Whether an account may be used now: asked at login after the password, and again for open sessions whenever a new table touches them. Pure.</summary>
public static class AccessRules
{
    /// <summary>Null when access would be allowed now; <see cref="Responses.ClientNameUntold"/> when the client's name decides, and is not known or was not asked for.</summary>
    /// <param name="domainId">Where the user was when the session began: one who moved since must log in anew.</param>
    public static AccessReply? Check(RoutingTable table, EntryId userId, EntryId domainId, ServiceUse use) => Check(table, userId, domainId, use, null);

    /// <summary>As <see cref="Check(RoutingTable, EntryId, EntryId, ServiceUse)"/>, with the reasons recorded by the same code.</summary>
    public static (AccessReply? Refusal, ImmutableArray<Reason> Reasons) Explain(RoutingTable table, MailUser user, ServiceUse use)
    {
        var reasons = new ReasonLog();
        return (Check(table, user.Id, user.Domain, use, reasons), reasons.ToImmutable());
    }

    private static AccessReply? Check(RoutingTable table, EntryId userId, EntryId domainId, ServiceUse use, ReasonLog? reasons)
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
        ServiceAnswer answer = Decide(domain.Services, domain.Dn, names.DomainServices, use, reasons);
        if (answer != ServiceAnswer.Refused && Decide(user.Services, user.Dn, names.UserServices, use, reasons) is var own and not ServiceAnswer.Allowed)
            answer = own;
        return answer switch
        {
            ServiceAnswer.Allowed => null,
            ServiceAnswer.Untold => Responses.ClientNameUntold,
            _ => Responses.ServiceNotAllowed,
        };
    }

    /// <summary>The rule of the domain and the user's own must both allow it (SCHEMA 3.4).</summary>
    private static ServiceAnswer Decide(ServiceRules rules, string dn, string attribute, ServiceUse use, ReasonLog? reasons)
    {
        ServiceAnswer answer = rules.Decide(use, out ServiceRule? rule);
        if (reasons is not null)
        {
            string why = rule is null ? ": no rule matches" : "";
            string client = rules.Decide(use with { Name = ClientName.NotAsked }, out _) == ServiceAnswer.Untold ? $" (the client {use.Name})" : "";
            reasons.Add(dn, attribute, rule?.Text ?? (rules == ServiceRules.AllowAll ? "" : rules.ToString()), answer switch { ServiceAnswer.Allowed => "allowed", ServiceAnswer.Untold => "refused for now", _ => "refused" } + why + client);
        }
        return answer;
    }
}
