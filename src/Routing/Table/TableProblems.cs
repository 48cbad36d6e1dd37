using System.Collections.Immutable;

namespace DirMail.Routing.Table;

/// <summary>Everything the table knows to be wrong: of single entries, between entries, and group members that name nothing. Made when somebody asks.</summary>
internal static class TableProblems
{
    public static ImmutableArray<DirectoryProblem> Of(RoutingTable table) =>
        [.. table.State.Problems.Values.SelectMany(p => p)
            .Concat(table.State.Conflicts.Values.SelectMany(p => p))
            .Concat(table.State.Domains.Items.SelectMany(d => d.WithoutUid.Items).OfType<GroupRow>().SelectMany(g => OfMembers(table, g)))
            .Concat(table.State.Homeless.Items.Where(r => r is UserRow or GroupRow).Select(r => Homeless(table, r)))
            .OrderBy(p => p.Dn, StringComparer.Ordinal).ThenBy(p => p.Attribute, StringComparer.Ordinal)];

    private static IEnumerable<DirectoryProblem> OfMembers(RoutingTable table, GroupRow row)
    {
        foreach (string dn in row.Group.MemberDns)
            if (table.State.FindByName(dn) is not { Home: { } home } member || member is PeopleRow)
                yield return new(row.Dn, table.Settings.Attributes.Member, $"'{dn}' is no user or mail group: left out");
            else if (home != row.Home)
                yield return new(row.Dn, table.Settings.Attributes.Member, $"'{dn}' lies in another domain: counts as its mail address");
    }

    private static DirectoryProblem Homeless(RoutingTable table, Row row) => new(row.Dn, table.Settings.Attributes.BaseDn, "lies in no domain, or in one that two nodes claim: not in force");
}
