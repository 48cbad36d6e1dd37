using System.Text;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree.Access;

/// <summary>The rights of one requester in one state of the tree. Group memberships are looked up once; make a new one for each operation.</summary>
internal sealed class AccessCheck(Requester requester, TreeSnapshot snapshot, DirectorySchema schema)
{
    public const string Entry = "entry";
    public const string Children = "children";

    private readonly Dictionary<string, bool> _memberships = new(StringComparer.Ordinal);
    private (TreeEntry? Entry, AccessPlace Place) _last;

    public Requester Requester => requester;

    /// <summary>On an attribute of an entry. <paramref name="value"/>: the one at stake; null for the attribute as such.</summary>
    public bool May(AccessRight right, TreeEntry entry, AttributeType type, byte[]? value = null) => (Rights(entry, type, type.Name, value) & right) == right;

    /// <summary>Whether rights on this type depend on the value, so that each value must be asked for.</summary>
    public bool DependsOnValue(AttributeType type) => !requester.IsProgram && AccessRules.About(type, type.Name, schema).Any(r => r.Values is not null);

    /// <summary>On an entry itself (<see cref="Entry"/>) or on adding and taking away below it (<see cref="Children"/>).</summary>
    public bool May(AccessRight right, TreeEntry entry, string pseudoAttribute) => (Rights(entry, null, pseudoAttribute, null) & right) == right;

    /// <summary>The name that tells a refused client no more than it may know: noSuchObject when it may not learn that the entry exists.</summary>
    public LdapResult Refusal(TreeEntry entry) => May(AccessRight.Disclose, entry, Entry)
        ? new LdapResult(LdapResultCode.InsufficientAccessRights, "", "no access by the access rules")
        : new LdapResult(LdapResultCode.NoSuchObject);

    private AccessRight Rights(TreeEntry entry, AttributeType? type, string attribute, byte[]? value)
    {
        if (requester.IsProgram)
            return AccessRight.WriteLevel;
        AccessPlace place = PlaceOf(entry);
        foreach (AccessRule rule in AccessRules.About(type, attribute, schema))
            if (place.Is(rule.Target) && Fits(rule, entry, value))
                return Granted(rule, place, entry);
        return AccessRight.None;
    }

    private AccessPlace PlaceOf(TreeEntry entry)
    {
        if (!ReferenceEquals(_last.Entry, entry))
            _last = (entry, AccessPlace.Of(entry.Dn.Normal, snapshot.RootOf(entry.Dn.Normal) ?? entry.Dn.Normal));
        return _last.Place;
    }

    private bool Fits(AccessRule rule, TreeEntry entry, byte[]? value)
    {
        if (rule.Values is not null && (value is null || !rule.Values.Contains(Encoding.UTF8.GetString(value), StringComparer.OrdinalIgnoreCase)))
            return false;
        return rule.Filter is null || FilterMatch.Test(rule.Filter, entry, schema) == true;
    }

    private AccessRight Granted(AccessRule rule, AccessPlace place, TreeEntry entry)
    {
        foreach (Grant grant in rule.Grants)
            if (Is(grant.By, place, entry))
                return grant.Rights;
        return AccessRight.None;
    }

    private bool Is(By by, AccessPlace place, TreeEntry entry) => by switch
    {
        By.Anonymous => requester.Name is null,
        _ when requester.Name is null => false,
        By.SiteAdministrators => IsMember($"cn=site administrators,ou=services,{place.Root}"),
        By.SitePostmasters => IsMember($"cn=site postmasters,ou=services,{place.Root}"),
        By.MailServer => requester.Name.Normal == $"uid=dirmail,ou=services,{place.Root}",
        By.DomainAdministrators => place.Domain is not null && IsMember($"cn=domain administrators,ou=groups,{place.Domain}"),
        By.DomainReaders => place.Domain is not null && IsMember($"cn=domain readers,ou=groups,{place.Domain}"),
        By.DomainMembers => place.Domain is not null && requester.Name.Normal.EndsWith(place.Domain, StringComparison.Ordinal)
            && (requester.Name.Normal.Length == place.Domain.Length || requester.Name.Normal[^(place.Domain.Length + 1)] == ','),
        By.Self => requester.Name.Normal == entry.Dn.Normal,
        _ => false,
    };

    private bool IsMember(string group)
    {
        if (_memberships.TryGetValue(group, out bool known))
            return known;
        bool member = snapshot.Entry(group) is { } entry && schema.Class("groupOfUniqueNames") is { } needed && entry.IsOf(needed, schema)
            && entry.Find("uniqueMember")?.Has(Encoding.UTF8.GetBytes(requester.Name!.Normal)) == true;
        return _memberships[group] = member;
    }
}
