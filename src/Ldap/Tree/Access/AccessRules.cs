using System.Collections.Concurrent;
using DirMail.Ldap.Tree.Schema;
using static DirMail.Ldap.Tree.Access.AccessRight;
using static DirMail.Ldap.Tree.Access.By;

namespace DirMail.Ldap.Tree.Access;

/// <summary>
/// The access rules of the embedded directory: <c>ldif/acl.ldif</c> rule by rule, with the same numbers. Rights on attributes are checked on add too
/// (olcAddContentAcl). Whoever changes one of the two files changes the other; the same checks run against both.
/// </summary>
internal static class AccessRules
{
    private static readonly string[] s_platformOwned =
    [
        "associatedDomain", "inetCanonicalDomainName", "inetDomainBaseDN", "inetDomainSearchFilter", "inetDomainStatus", "mailDomainStatus", "inetUserStatus",
        "mailDomainAdministrator", "mailDomainAllowedServiceAccess", "mailDomainDiskQuota", "mailDomainMsgQuota", "mailDomainMsgMaxBlocks", "mailRoutingHosts",
        "mailRoutingSmartHost", "preferredMailHost", "domOrgMaxUsers", "mailDomainVirtualAddress", "mailDomainVirtualHostName", "mailUserVirtualAddress",
        "mailProgramDeliveryInfo", "mailDeliveryFileURL", "mailMessageStore", "mailAdminRole",
    ];

    private static readonly string[] s_ownSettings =
    [
        "mailAutoReplyMode", "mailAutoReplySubject", "mailAutoReplyText", "mailAutoReplyTextInternal", "mailAutoReplyTimeOut", "vacationStartDate", "vacationEndDate",
        "mailForwardingAddress", "mailSieveRuleSource", "preferredLanguage",
    ];

    private static readonly string[] s_addressBook = ["entry", "objectClass", "cn", "sn", "givenName", "displayName", "mail", "uid", "ou", "o"];

    private static readonly LdapFilter s_activeOrInactive = new LdapFilter.Or(
        [LdapFilter.Is("mailDomainStatus", "active"), LdapFilter.Is("mailDomainStatus", "inactive"), new LdapFilter.Not(new LdapFilter.Present("mailDomainStatus"))]);

    private static readonly ConcurrentDictionary<string, AccessRule[]> s_byAttribute = new(StringComparer.Ordinal);

    /// <summary>The rules that name an attribute type or, when <paramref name="type"/> is null, a pseudo attribute; in order.</summary>
    public static AccessRule[] About(AttributeType? type, string attribute, DirectorySchema schema) =>
        s_byAttribute.TryGetValue(attribute, out AccessRule[]? known) ? known
            : s_byAttribute.GetOrAdd(attribute, [.. All.Where(rule => Names(rule, type, attribute, schema))]);

    private static bool Names(AccessRule rule, AttributeType? type, string attribute, DirectorySchema schema) =>
        rule.Attributes is null || rule.Attributes.Any(name => type is null ? name == attribute : schema.Attribute(name) is { } named && type.IsA(named));

    public static IReadOnlyList<AccessRule> All { get; } =
    [
        // passwords inside a hosted domain: nobody reads them; the owner and the domain's administrators set them
        new(0, Target.InDomain, new(SiteAdministrators, Write), new(DomainAdministrators, Write), new(Self, Auth | Write), new(Anonymous, AuthLevel))
        {
            Attributes = ["userPassword"],
        },

        // passwords elsewhere (service accounts)
        new(1, Target.Everything, new(SiteAdministrators, Write), new(Self, Auth | Write), new(Anonymous, AuthLevel))
        {
            Attributes = ["userPassword"],
        },

        // a domain's administrators switch their own mail service between active and inactive: rule 2 keeps the other values for the platform ...
        new(2, Target.DomainNode, new(SiteAdministrators, WriteLevel), new(DomainAdministrators, ReadLevel), new(DomainReaders, ReadLevel),
            new(SitePostmasters, ReadLevel), new(MailServer, ReadLevel))
        {
            Attributes = ["mailDomainStatus"], Values = ["disabled", "deleted", "hold", "overquota", "removed"],
        },

        // ... and rule 3 lets them write only while it is one of the two
        new(3, Target.DomainNode, new(SiteAdministrators, WriteLevel), new(DomainAdministrators, WriteLevel), new(DomainReaders, ReadLevel),
            new(SitePostmasters, ReadLevel), new(MailServer, ReadLevel))
        {
            Attributes = ["mailDomainStatus"], Filter = s_activeOrInactive,
        },

        // what only the platform may set: names, addresses, status, limits and services of a domain, virtual addresses
        new(4, Target.InDomain, new(SiteAdministrators, WriteLevel), new(DomainAdministrators, ReadLevel), new(DomainReaders, ReadLevel),
            new(SitePostmasters, ReadLevel), new(MailServer, ReadLevel), new(Self, ReadLevel))
        {
            Attributes = s_platformOwned,
        },

        // what a user sets for himself
        new(5, Target.InPeople, new(SiteAdministrators, WriteLevel), new(DomainAdministrators, WriteLevel), new(Self, WriteLevel), new(DomainReaders, ReadLevel),
            new(SitePostmasters, ReadLevel), new(MailServer, ReadLevel))
        {
            Attributes = s_ownSettings, Filter = LdapFilter.Is("objectClass", "inetMailUser"),
        },

        // address book: users of a domain see each other's names and addresses
        new(6, Target.InDomain, new(SiteAdministrators, WriteLevel), new(DomainAdministrators, WriteLevel), new(DomainMembers, ReadLevel),
            new(SitePostmasters, ReadLevel), new(MailServer, ReadLevel))
        {
            Attributes = s_addressBook,
        },

        // everything else inside a hosted domain
        new(7, Target.InDomain, new(SiteAdministrators, WriteLevel), new(DomainAdministrators, WriteLevel), new(DomainReaders, ReadLevel),
            new(SitePostmasters, ReadLevel), new(MailServer, ReadLevel), new(Self, ReadLevel)),

        // the root and the service entries
        new(8, Target.Everything, new(SiteAdministrators, WriteLevel), new(SitePostmasters, ReadLevel), new(MailServer, ReadLevel)),
    ];
}
