namespace DirMail.Ldap.Tree.Access;

/// <summary>Which entries a rule is about.</summary>
internal enum Target
{
    /// <summary>A domain node (o=NAME right below the root) and everything under it.</summary>
    InDomain,
    DomainNode,

    /// <summary>Below ou=People of a domain.</summary>
    InPeople,
    Everything,
}

/// <summary>Whom a grant is for. Groups are groupOfUniqueNames entries, their members taken by exact name.</summary>
internal enum By
{
    SiteAdministrators,
    SitePostmasters,
    MailServer,

    /// <summary>Of the domain that contains the target entry; so the two next.</summary>
    DomainAdministrators,
    DomainReaders,
    DomainMembers,
    Self,
    Anonymous,
}

internal sealed record Grant(By By, AccessRight Rights);

/// <summary>One rule: the first whose target, attributes, value and filter all fit decides, and in it the first grant that fits; none means no access.</summary>
internal sealed record AccessRule(int Number, Target Target, params Grant[] Grants)
{
    /// <summary>Attribute names, or the pseudo attributes "entry" and "children"; null: all.</summary>
    public IReadOnlyList<string>? Attributes { get; init; }

    /// <summary>Fits only when a value is at stake and is one of these.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>Fits only entries that this filter matches, in the state before the change.</summary>
    public LdapFilter? Filter { get; init; }
}
