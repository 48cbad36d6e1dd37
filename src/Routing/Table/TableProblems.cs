using System.Collections.Immutable;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>Everything the table knows to be wrong: of single entries, between entries, and group members that name nothing. Made when somebody asks.</summary>
internal static class TableProblems
{
    public static ImmutableArray<DirectoryProblem> Of(RoutingTable table) =>
        [.. table.State.Problems.Values.SelectMany(p => p)
            .Concat(table.State.Conflicts.Values.SelectMany(p => p))
            .Concat(table.State.Domains.Items.SelectMany(d => d.WithoutUid.Items).OfType<GroupRow>().SelectMany(g => OfMembers(table, g)))
            .Concat(table.State.Aliases.Where(a => a.Key.Length > 0 && !table.State.Nodes.ContainsKey(a.Key)).SelectMany(a => a.Value.Select(id => OfAlias(table, id, a.Key))))
            .Concat(table.State.Domains.Items.Select(d => OfNumber(table, d)).OfType<DirectoryProblem>())
            .Concat(table.State.Domains.Items.Select(d => DomainRelays.Problem(table, d.Domain)).OfType<DirectoryProblem>())
            .Concat(table.State.NotAdopted.Select(n => NotAdopted(table, n.Key, n.Value)).OfType<DirectoryProblem>())
            .Concat(table.State.Homeless.Items.Where(r => r is UserRow or GroupRow).Select(r => Homeless(table, r)))
            .Concat(table.HeldRemovals.Select(OfHeld))
            .OrderBy(p => p.Dn, StringComparer.Ordinal).ThenBy(p => p.Attribute, StringComparer.Ordinal)];

    private static IEnumerable<DirectoryProblem> OfMembers(RoutingTable table, GroupRow row)
    {
        foreach (string dn in row.Group.MemberDns)
            if (table.State.FindByName(dn) is not { Home: { } home } member || member is PeopleRow)
                yield return new(row.Dn, table.Settings.Attributes.Member, $"'{dn}' is no user or mail group: left out");
            else if (home != row.Home)
                yield return new(row.Dn, table.Settings.Attributes.Member, $"'{dn}' lies in another domain: counts as its mail address");
    }

    private static DirectoryProblem? OfNumber(RoutingTable table, DomainRow row) => row.Domain.MaxUsers is { } most && row.Members.OfType<UserRow>().LongCount() is var users && users > most
        ? new(row.Domain.Dn, table.Settings.Attributes.MaxUsers, $"the domain has {users} users and may have {most}: all of them are served, `dirmail user add` makes no more")
        : null;

    private static DirectoryProblem OfAlias(RoutingTable table, EntryId id, string target)
    {
        string what = table.State.Dns.Find(target) is AliasRow ? "is itself an alias, and one alias is followed" : "is no domain node";
        return new(table.State.Entries.Find(id)!.Dn, table.Settings.Attributes.AliasedName, $"'{target}' {what}: mail for this name is answered 451");
    }

    private static DirectoryProblem OfHeld(HeldRemoval held) => new(held.Dn, "",
        $"the directory no longer has {held.Count} entries of {held.Domain} ({string.Join(", ", held.First)}): held back, mail goes on, logins are refused; `dirmail directory accept --domain {held.Domain}` removes them");

    private static DirectoryProblem? NotAdopted(RoutingTable table, EntryId id, EntryId former) =>
        table.NameOf(id) is { } name && table.State.Entries.Find(id) is { } row
            ? new(row.Dn, "entryUUID", $"took the place of {former}, whose {(row is GroupRow ? "folders are" : "mailbox is")} kept: mail waits until `dirmail account adopt {name}` gives {(row is GroupRow ? "them" : "it")} to this entry, or with --fresh sets {(row is GroupRow ? "them" : "it")} aside")
            : null;

    private static DirectoryProblem Homeless(RoutingTable table, Row row) => new(row.Dn, table.Settings.Attributes.BaseDn, "lies in no domain, or in one that two nodes claim: not in force");
}
