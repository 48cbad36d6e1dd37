using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing.Entries;

/// <summary>A node of the Schema 1 tree that stands for another domain node (inetDomainAlias, or a domain without inetDomainBaseDN that names another object).</summary>
internal static class AliasReader
{
    /// <summary>Null when the entry is no alias, or not in the Schema 1 tree.</summary>
    public static AliasRow? Read(EntryId id, IEntryContent entry, ulong digest, TableSettings settings)
    {
        AttributeNames names = settings.Attributes;
        bool isAlias = entry.HasClass(names.AliasClass) || (entry.HasClass(names.DomainClass) && entry.IndexOf(names.AliasedName) >= 0);
        if (!isAlias || entry.IndexOf(names.BaseDn) >= 0 || DcPath.Name(entry.Dn, settings) is not { } name)
            return null;
        var values = new EntryValues(entry, settings.Shared.Domains);
        string target = values.Dns(names.AliasedName) is [var one] ? one : "";
        if (target.Length == 0)
            values.Problem(names.AliasedName, $"names no one domain node: mail for {name} is answered 451");
        var row = new AliasRow(id, new EntryName.Own(entry.Dn), name, target) { Digest = digest };
        return values.Problems.IsEmpty ? row : row with { Declared = row.All with { Problems = values.Problems } };
    }
}
