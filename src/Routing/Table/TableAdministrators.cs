using System.Collections.Immutable;

namespace DirMail.Routing.Table;

/// <summary>Who may act on a domain (SCHEMA 4.4, mailDomainAdministrator): the one place that decides it.</summary>
internal static class TableAdministrators
{
    public static bool Includes(TableState state, MailUser user, VirtualDomain domain)
    {
        if (state.Domains.Find(domain.Id) is not { IsIgnored: false } row || state.Entries.Find(user.Id) is not UserRow { DnKey: var dnKey })
            return false;
        ImmutableArray<string> named = row.Facts.Administrators;
        if (named.IsEmpty)
            named = ["cn=domain administrators,ou=groups," + row.Facts.DnKey];
        return named.Any(dn => dn == dnKey || (state.FindByName(dn) is PeopleRow people && people.Members.Contains(dnKey)));
    }
}
