using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// Turns membership round: which groups is a user in? Found by looking at the groups of the domain, once in each state of the domain. A member is whom <see cref="Expansion"/> would send the group's mail to
/// inside the domain, whatever the way; and who says so himself by aclGroupAddr, to whom no mail of the group goes.
/// </summary>
internal static class UserCircles
{
    private static readonly ConditionalWeakTable<DomainRow, ConcurrentDictionary<EntryId, Circles>> s_found = [];

    public static Circles Of(RoutingTable table, MailUser user) =>
        table.State.Domains.Find(user.Domain) is { IsIgnored: false } domain && table.State.Entries.Find(user.Id) is UserRow row
            ? s_found.GetOrCreateValue(domain).GetOrAdd(user.Id, static (_, of) => Find(of.table, of.domain, of.row), (table, domain, row))
            : Circles.None;

    private static Circles Find(RoutingTable table, DomainRow domain, UserRow user)
    {
        var filter = new MemberFilter(table.Settings.Attributes);
        List<GroupRow> others = [.. domain.WithoutUid.Items.OfType<GroupRow>().Where(static group => group.Group.Status.Status == MailStatus.Active)];
        List<GroupRow> all = [.. others];
        HashSet<EntryId> groups = [];
        List<Row> reached = [user];
        while (reached.Count > 0)
        {
            List<Row> members = reached;
            reached = [.. others.Where(group => members.Exists(member => IsIn(domain, group.Group, member, filter)))];
            others.RemoveAll(group => groups.Contains(group.Id) || reached.Contains(group));
            groups.UnionWith(reached.Select(static group => group.Id));
        }
        bool isAdministrator = TableAdministrators.Includes(table.State, user.User, domain.Domain);
        IEnumerable<Row> managed = isAdministrator
            ? all.Concat<Row>(domain.Members.OfType<UserRow>().Where(static other => other.User.Settings.IsForSharing))
            : all.Where(group => group.Group.OwnerDns.Any(dn => IsNamed(table.State, dn, user, groups)));
        return new(groups.ToFrozenSet(), managed.Select(static row => row.Id).ToFrozenSet());
    }

    private static bool IsIn(DomainRow domain, MailGroup group, Row member, MemberFilter filter) =>
        group.MemberDns.Contains(member.DnKey)
        || group.MemberAddresses.Any(address => IsOf(domain, address, member.Id))
        || member is UserRow { User.Settings.AccessGroups: { IsEmpty: false } named } && named.Any(address => IsOf(domain, address, group.Id))
        || group.MemberSearches.Any(search => search.Covers(member.DnKey) && filter.Matches(search.Filter, member));

    private static bool IsOf(DomainRow domain, MailAddress address, EntryId entry) => domain.Domain.Names.Contains(address.DomainKey) && domain.Addresses.Find(address.LocalKey)?.Sole?.Id == entry;

    private static bool IsNamed(TableState state, string dn, UserRow user, HashSet<EntryId> groups) =>
        dn == user.DnKey || state.FindByName(dn) switch
        {
            PeopleRow people => people.Members.Contains(user.DnKey),
            GroupRow group => groups.Contains(group.Id),
            _ => false,
        };
}
