using DirMail.Ldap;
using DirMail.Ldap.Client;

namespace DirMail.Routing.Table;

/// <summary>A search of entries within a group's own domain, as its LDAP URL or DN says; one that the table can answer.</summary>
/// <param name="Text">As the group's entry has it.</param>
/// <param name="BaseKey">Normal form of the name searched below.</param>
internal sealed record MemberSearch(string Text, string BaseKey, LdapScope Scope, LdapFilter Filter)
{
    /// <summary>It asks for one entry by its name and for nothing else.</summary>
    public bool IsName => Scope == LdapScope.Base && Filter is LdapFilter.Present { Attribute: var attribute } && attribute.Equals("objectClass", StringComparison.OrdinalIgnoreCase);

    public bool Covers(string dnKey) => Scope switch
    {
        LdapScope.Base => dnKey == BaseKey,
        LdapScope.OneLevel => DnKeys.Above(dnKey) == BaseKey,
        _ => DnKeys.IsWithin(dnKey, BaseKey),
    };
}
