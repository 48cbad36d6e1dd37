using DirMail.Ldap;

namespace DirMail.Routing.Following;

/// <summary>Which entries are followed: by class, never by state, as an entry that stopped matching would look deleted (SCHEMA 1).</summary>
internal static class FollowedEntries
{
    public static LdapFilter Filter(DirectorySettings settings) => new LdapFilter.Or([.. Classes(settings).Select(c => LdapFilter.Is("objectClass", c))]);

    /// <summary>Entries that have others below them and say nothing themselves.</summary>
    private static readonly string[] PlaceClasses = ["organizationalUnit", "organization", "domain", "dcObject"];

    /// <summary>With the places that they lie at (<see cref="Places"/>).</summary>
    public static LdapFilter FilterWithPlaces(DirectorySettings settings) => new LdapFilter.Or([.. Classes(settings).Concat(PlaceClasses).Select(c => LdapFilter.Is("objectClass", c))]);

    public static bool IsOnlyPlace(LdapEntry entry, IReadOnlyList<string> followed)
    {
        for (int i = 0; i < followed.Count; i++)
            if (entry.HasClass(followed[i]))
                return false;
        return true;
    }

    public static IReadOnlyList<string> Classes(DirectorySettings settings)
    {
        AttributeNames names = settings.Attributes;
        string[] aliases = settings.Schema1Suffix.Length > 0 ? [names.AliasClass] : [];
        return [names.DomainClass, names.UserClass, names.GroupClass, names.PeopleClass, .. aliases];
    }

    /// <summary>The names below which they lie: the base and, where it lies elsewhere, the root of the Schema 1 tree; none of them below another.</summary>
    /// <exception cref="LdapException">A setting is no name.</exception>
    public static IReadOnlyList<Dn> Roots(DirectorySettings settings)
    {
        Dn root = Name(settings.BaseDn);
        if (settings.Schema1Suffix.Length == 0 || Name(settings.Schema1Suffix) is var suffix && suffix.IsWithin(root))
            return [root];
        return root.IsWithin(suffix) ? [suffix] : [root, suffix];
    }

    private static Dn Name(string text) => Dn.TryParse(text, out Dn? name) ? name! : throw new LdapException($"'{text}' is no distinguished name");
}
