using System.Collections.Frozen;
using System.Reflection;

namespace DirMail.Routing;

/// <summary>
/// The directory's names for what we read, in one place, so that a foreign schema (say sunPreferredDomain for the canonical name) needs no new code (SCHEMA 3.1).
/// </summary>
public sealed record AttributeNames
{
    public string DomainClass { get; init; } = "inetDomain";
    public string AliasClass { get; init; } = "inetDomainAlias";
    public string UserClass { get; init; } = "inetMailUser";
    public string GroupClass { get; init; } = "inetMailGroup";

    /// <summary>Groups that are no mail groups: administrators.</summary>
    public string PeopleClass { get; init; } = "groupOfUniqueNames";

    public string DomainNames { get; init; } = "associatedDomain";
    public string CanonicalName { get; init; } = "inetCanonicalDomainName";
    public string AliasedName { get; init; } = "aliasedObjectName";
    public string UidSeparator { get; init; } = "domainUidSeparator";
    public string SearchFilter { get; init; } = "inetDomainSearchFilter";
    public string MaxUsers { get; init; } = "domOrgMaxUsers";
    public string BaseDn { get; init; } = "inetDomainBaseDN";
    public string InetDomainStatus { get; init; } = "inetDomainStatus";
    public string MailDomainStatus { get; init; } = "mailDomainStatus";
    public string DomainServices { get; init; } = "mailDomainAllowedServiceAccess";
    public string DomainVirtualAddress { get; init; } = "mailDomainVirtualAddress";
    public string VirtualHostName { get; init; } = "mailDomainVirtualHostName";
    public string Postmaster { get; init; } = "mailDomainPostmaster";
    public string Administrator { get; init; } = "mailDomainAdministrator";
    public string CatchAll { get; init; } = "mailDomainCatchallAddress";
    public string ReportAddress { get; init; } = "mailDomainReportAddress";
    public string WelcomeMessage { get; init; } = "mailDomainWelcomeMessage";
    public string RoutingHosts { get; init; } = "mailRoutingHosts";
    public string SmartHost { get; init; } = "mailRoutingSmartHost";
    public string DomainMaxBlocks { get; init; } = "mailDomainMsgMaxBlocks";

    public string DomainScript { get; init; } = "mailDomainSieveRuleSource";

    public string DomainQuota { get; init; } = "mailDomainDiskQuota";
    public string DomainMessageQuota { get; init; } = "mailDomainMsgQuota";

    public string Uid { get; init; } = "uid";
    public string Name { get; init; } = "cn";
    public string Language { get; init; } = "preferredLanguage";
    public string InetUserStatus { get; init; } = "inetUserStatus";
    public string MailUserStatus { get; init; } = "mailUserStatus";
    public string UserServices { get; init; } = "mailAllowedServiceAccess";
    public string UserVirtualAddress { get; init; } = "mailUserVirtualAddress";
    public string Mail { get; init; } = "mail";
    public string AlternateAddress { get; init; } = "mailAlternateAddress";

    /// <summary>The other name of <see cref="AlternateAddress"/> (SCHEMA 3.8); a server sends one of them.</summary>
    public string LocalAddress { get; init; } = "mailLocalAddress";

    public string EquivalentAddress { get; init; } = "mailEquivalentAddress";
    public string MailHost { get; init; } = "mailHost";
    public string RoutingAddress { get; init; } = "mailRoutingAddress";
    public string DeliveryOption { get; init; } = "mailDeliveryOption";
    public string ForwardingAddress { get; init; } = "mailForwardingAddress";
    public string DeferProcessing { get; init; } = "mailDeferProcessing";
    public string AutoReplyMode { get; init; } = "mailAutoReplyMode";
    public string AutoReplySubject { get; init; } = "mailAutoReplySubject";
    public string AutoReplyText { get; init; } = "mailAutoReplyText";
    public string AutoReplyTextInternal { get; init; } = "mailAutoReplyTextInternal";
    public string AutoReplyTimeOut { get; init; } = "mailAutoReplyTimeOut";
    public string Script { get; init; } = "mailSieveRuleSource";
    public string VacationStart { get; init; } = "vacationStartDate";
    public string VacationEnd { get; init; } = "vacationEndDate";
    public string Quota { get; init; } = "mailQuota";
    public string MessageQuota { get; init; } = "mailMsgQuota";
    public string MaxBlocks { get; init; } = "mailMsgMaxBlocks";
    public string MessageStore { get; init; } = "mailMessageStore";
    public string AccessGroup { get; init; } = "aclGroupAddr";

    public string GroupStatus { get; init; } = "inetMailGroupStatus";
    public string Member { get; init; } = "uniqueMember";
    public string GroupOwner { get; init; } = "owner";
    public string MemberAddress { get; init; } = "mgrpRFC822MailMember";
    public string MemberUrl { get; init; } = "mgrpDeliverTo";
    public string ErrorsTo { get; init; } = "mgrpErrorsTo";
    public string GroupMaxSize { get; init; } = "mgrpMsgMaxSize";

    public string AllowedBroadcaster { get; init; } = "mgrpAllowedBroadcaster";
    public string DisallowedBroadcaster { get; init; } = "mgrpDisallowedBroadcaster";
    public string AllowedDomain { get; init; } = "mgrpAllowedDomain";
    public string DisallowedDomain { get; init; } = "mgrpDisallowedDomain";
    public string BroadcasterPolicy { get; init; } = "mgrpBroadcasterPolicy";
    public string Moderator { get; init; } = "mgrpModerator";
    public string RejectAction { get; init; } = "mgrpMsgRejectAction";
    public string RejectText { get; init; } = "mgrpMsgRejectText";
    public string AddHeader { get; init; } = "mgrpAddHeader";
    public string RemoveHeader { get; init; } = "mgrpRemoveHeader";

    /// <summary>What the filter of a group's LDAP URL may ask for besides uid and addresses: values that many entries share, so that keeping them costs nothing an entry.</summary>
    public FrozenSet<string> Searchable { get; init; } = FrozenSet.ToFrozenSet(
    [
        "objectClass", "ou", "o", "l", "st", "c", "departmentNumber", "employeeType", "businessCategory", "preferredLanguage", "dataSource", "mailHost", "mailMessageStore",
        "mailDeliveryOption", "inetUserStatus", "mailUserStatus", "inetMailGroupStatus", "adminRole", "mailAdminRole",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>Without effect in this version, and why: each is listed as a problem, but for values that ask for what is so anyway.</summary>
    public IReadOnlyList<(string Attribute, string Reason, string[] SoAnyway)> NotInForce { get; init; } =
    [
        ("mailAdminRole", "who administers mail is said by mailDomainAdministrator, or by the groups of administrators", []),
        ("mailProgramDeliveryInfo", "mail is handed to no program", []),
        ("mailDeliveryFileURL", "mail is appended to no file", []),
        ("mgrpNoDuplicateChecks", "each member gets one message, however many ways lead there", ["false", "no"]),
        ("mgmanJoinability", "nobody subscribes by mail", ["none"]),
        ("mgmanIntroText", "nobody subscribes by mail", []),
        ("mgmanMemberVisibility", "members are shown to nobody but who may read the entry in the directory", ["none"]),
    ];

    /// <summary>The names that may be mapped (setting <c>directory.attributes</c>): those of the standard schema.</summary>
    public static IReadOnlyCollection<string> Standard { get; } = [.. Mapped().Select(p => (string)p.GetValue(new AttributeNames())!)];

    /// <summary>With the directory's own name in place of a standard one; null when that is none of <see cref="Standard"/>.</summary>
    public AttributeNames? Renamed(string standard, string theirs)
    {
        PropertyInfo? property = Mapped().FirstOrDefault(p => standard.Equals((string)p.GetValue(Defaults)!, StringComparison.OrdinalIgnoreCase));
        if (property is null)
            return null;
        AttributeNames renamed = this with { };
        property.SetValue(renamed, theirs);
        return renamed;
    }

    /// <summary>Every attribute that is read or searched, by the directory's name.</summary>
    internal IEnumerable<string> All => Mapped().Select(p => (string)p.GetValue(this)!).Concat(Searchable).Concat(NotInForce.Select(n => n.Attribute));

    private static readonly AttributeNames Defaults = new();

    private static IEnumerable<PropertyInfo> Mapped() => typeof(AttributeNames).GetProperties().Where(p => p.PropertyType == typeof(string));
}
