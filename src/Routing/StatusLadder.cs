using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>
/// The order of the status attributes (SCHEMA 3.3, 4.6): inetDomainStatus, mailDomainStatus, then the entry's own; the first that is not active decides.
/// Missing is active; a value that is not in the attribute's list is inactive, and told.
/// </summary>
internal static class StatusLadder
{
    /// <summary>Values of the inet… attributes.</summary>
    public static readonly MailStatus[] Plain = [MailStatus.Active, MailStatus.Inactive, MailStatus.Deleted];

    /// <summary>Values of mailDomainStatus and mailUserStatus.</summary>
    public static readonly MailStatus[] Mail = Enum.GetValues<MailStatus>();

    public static readonly MailStatus[] Group = [.. Mail.Where(s => s != MailStatus.Overquota)];

    /// <summary>One rung: what that attribute says.</summary>
    public static StatusDecision Read(string attribute, string? value, MailStatus[] allowed, out bool isUnknown)
    {
        isUnknown = false;
        if (value is null)
            return default;
        string word = value.Trim();
        foreach (MailStatus status in allowed)
            if (word.Equals(status.ToString(), StringComparison.OrdinalIgnoreCase))
                return status == MailStatus.Active ? default : new(status, attribute, value);
        isUnknown = true;
        return new(MailStatus.Inactive, attribute, value);
    }

    public static StatusDecision First(StatusDecision upper, StatusDecision lower) => upper.Status != MailStatus.Active ? upper : lower;

    /// <summary>What mail for it is answered; null: taken (active, or hold, which waits here).</summary>
    public static Reply? Refusal(MailStatus status, bool ofDomain) => status switch
    {
        MailStatus.Active or MailStatus.Hold => null,
        MailStatus.Disabled => Responses.Disabled,
        MailStatus.Deleted or MailStatus.Removed => ofDomain ? Responses.DomainDeleted : Responses.RecipientDeleted,
        MailStatus.Overquota => Responses.Overquota,
        _ => Responses.Inactive,
    };

    /// <summary>What a login is answered after the right password; null: allowed. Over quota may log in, so that the user can delete.</summary>
    public static AccessReply? LoginRefusal(MailStatus status) => status switch
    {
        MailStatus.Active or MailStatus.Overquota => null,
        MailStatus.Deleted or MailStatus.Removed => Responses.AccountDeleted,
        _ => Responses.AccountNotActive,
    };
}
