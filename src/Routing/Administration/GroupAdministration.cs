using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>Makes, changes and removes mail groups, and says who belongs to the groups of administrators and readers.</summary>
public sealed class GroupAdministration(DirectorySettings settings)
{
    private static readonly LdapChange[] NoChange = [];

    private AttributeNames Names => settings.Attributes;
    private GroupMembers Members => new(settings.Attributes);

    public Task<Administered<GroupEntry>> AddAsync(DirectoryLogin login, NewGroup group, CancellationToken cancellationToken) => RunAsync<GroupEntry>(login, async session =>
    {
        if (!MailAddress.TryParse(group.Address, out MailAddress address) || address.IsLiteral)
            return new Refusal($"'{group.Address}' is not a mail address");
        if (group.Members.Count == 0)
            return new Refusal("a group needs a member: give a user or an address with --member");
        Administered<DomainNode> domain = await EntryFinder.DomainAsync(session, address.DomainKey, cancellationToken);
        if (domain.Value is not { } node)
            return new Refusal(domain.Refusal!);
        Administered<LdapEntry> made = await MakeAsync(session, node, group, address, cancellationToken);
        if (made.Value is not { } entry)
            return new Refusal(made.Refusal!);
        return await session.AddAsync(entry.Dn, entry.Attributes, cancellationToken) is { } refusal ? new Refusal(refusal) : GroupEntry.Of(entry, Names);
    }, cancellationToken);

    /// <summary>Mail groups and groups of people alike.</summary>
    public Task<Administered<IReadOnlyList<GroupEntry>>> ListAsync(DirectoryLogin login, string domain, CancellationToken cancellationToken) => RunAsync<IReadOnlyList<GroupEntry>>(login, async session =>
    {
        Administered<DomainNode> found = await EntryFinder.DomainAsync(session, domain, cancellationToken);
        if (found.Value is not { } node)
            return new Refusal(found.Refusal!);
        LdapFilter filter = new LdapFilter.Or([LdapFilter.Is("objectClass", Names.GroupClass), LdapFilter.Is("objectClass", Names.PeopleClass)]);
        Administered<List<LdapEntry>> groups = await session.SearchAsync(node.UserBase, LdapScope.Subtree, filter, cancellationToken);
        return groups.IsDone ? groups.Value.Select(e => GroupEntry.Of(e, Names)).OrderBy(g => g.Name, StringComparer.OrdinalIgnoreCase).ToArray() : new Refusal(groups.Refusal);
    }, cancellationToken);

    public Task<Administered<GroupEntry>> ShowAsync(DirectoryLogin login, string group, CancellationToken cancellationToken) => WithAsync<GroupEntry>(login, group,
        (session, entry) => Task.FromResult<Administered<GroupEntry>>(GroupEntry.Of(entry, Names)), cancellationToken);

    /// <summary>A user of the group's domain becomes a member by name, so that a change of address does not matter; any other address becomes one as it is. Gives how many were new.</summary>
    public Task<Administered<int>> AddMembersAsync(DirectoryLogin login, string group, IReadOnlyList<string> members, CancellationToken cancellationToken) => EachAsync(login, group, members, (entry, member) => member switch
    {
        { Dn: { } dn } => Members.Has(entry, dn) ? NoChange : Members.With(entry, dn),
        _ when !entry.HasClass(Names.GroupClass) => new Refusal($"{member.Address} is no user of this directory, and {entry.Dn} is a group of people"),
        _ => HasAddress(entry, member.Address) ? NoChange : Change(LdapChangeKind.Add, member.Address),
    }, cancellationToken);

    /// <summary>Gives how many were members.</summary>
    public Task<Administered<int>> RemoveMembersAsync(DirectoryLogin login, string group, IReadOnlyList<string> members, CancellationToken cancellationToken) => EachAsync(login, group, members, (entry, member) => member switch
    {
        { Dn: { } dn } when Members.Has(entry, dn) => Members.MayLose(entry, dn) ? Members.Without(entry, dn) : new Refusal($"{dn} is the only member of {entry.Dn}: add another first"),
        _ when HasAddress(entry, member.Address) => Change(LdapChangeKind.Delete, entry.All(Names.MemberAddress).First(a => a.Equals(member.Address, StringComparison.OrdinalIgnoreCase))),
        _ => new Refusal($"{member.Address} is no member of {entry.Dn}"),
    }, cancellationToken);

    /// <summary>Sets inetMailGroupStatus; gives the entry's name.</summary>
    public Task<Administered<string>> SetStatusAsync(DirectoryLogin login, string group, MailStatus status, CancellationToken cancellationToken) => WithAsync<string>(login, group, async (session, entry) =>
    {
        if (!entry.HasClass(Names.GroupClass))
            return new Refusal($"{entry.Dn} is a group of people, not a mail group: it has no state");
        var change = new LdapChange(LdapChangeKind.Replace, new LdapAttribute(Names.GroupStatus, status.ToString().ToLowerInvariant()));
        return await session.ModifyAsync(entry.Dn, [change], cancellationToken) is { } refusal ? new Refusal(refusal) : entry.Dn.Text;
    }, cancellationToken);

    /// <summary>Gives the entry's name.</summary>
    public Task<Administered<string>> RemoveAsync(DirectoryLogin login, string group, CancellationToken cancellationToken) => WithAsync<string>(login, group, async (session, entry) =>
    {
        if (!entry.HasClass(Names.GroupClass))
            return new Refusal($"{entry.Dn} is a group that the access rules ask for: it stays as long as its domain");
        return await session.DeleteAsync(entry.Dn, cancellationToken) is { } refusal ? new Refusal(refusal) : entry.Dn.Text;
    }, cancellationToken);

    /// <summary>As given; with a name in the directory, when it is one of a user or a group.</summary>
    private sealed record Member(string Address, Dn? Dn);

    private async Task<Administered<int>> EachAsync(DirectoryLogin login, string group, IReadOnlyList<string> members, Func<LdapEntry, Member, Administered<LdapChange[]>> changesFor, CancellationToken cancellationToken)
    {
        int changed = 0;
        foreach (string given in members)
        {
            // read anew for each: the last change is in it
            Administered<int> one = await WithAsync<int>(login, group, async (session, entry) =>
            {
                Administered<Member> member = await MemberAsync(session, given, entry.Dn, cancellationToken);
                Administered<LdapChange[]> changes = member.Value is { } found ? changesFor(entry, found) : new Refusal(member.Refusal!);
                if (!changes.IsDone)
                    return new Refusal(changes.Refusal);
                return changes.Value.Length > 0 && await session.ModifyAsync(entry.Dn, changes.Value, cancellationToken) is { } refusal ? new Refusal(refusal) : Math.Sign(changes.Value.Length);
            }, cancellationToken);
            if (!one.IsDone)
                return new Refusal(changed == 0 ? one.Refusal : $"{one.Refusal}; {changed} before it are done");
            changed += one.Value;
        }
        return changed;
    }

    private async Task<Administered<LdapEntry>> MakeAsync(DirectorySession session, DomainNode domain, NewGroup group, MailAddress address, CancellationToken cancellationToken)
    {
        Dn dn = domain.UserBase.Child("ou", "Groups").Child(Names.Name, group.Name ?? address.LocalKey);
        string[] all = [$"{address.LocalKey}@{address.DomainKey}", .. group.AlsoAddresses];
        foreach (string text in all)
            if (!MailAddress.TryParse(text, out MailAddress one))
                return new Refusal($"'{text}' is not a mail address");
            else if (await Claims.OfMailAsync(session, domain, one, dn, cancellationToken) is { } taken)
                return new Refusal(taken);
        var members = new List<Member>();
        foreach (string given in group.Members)
        {
            Administered<Member> member = await MemberAsync(session, given, dn, cancellationToken);
            if (!member.IsDone)
                return new Refusal(member.Refusal);
            members.Add(member.Value);
        }
        return new LdapEntry(dn, [.. Attributes(dn, all, members).Where(a => a.Values.Count > 0)]);
    }

    private IEnumerable<LdapAttribute> Attributes(Dn dn, string[] addresses, List<Member> members) =>
    [
        new LdapAttribute("objectClass", "groupOfUniqueNames", Names.GroupClass, "inetLocalMailRecipient"),
        new LdapAttribute(Names.Name, dn.FirstRdn.Value),
        new LdapAttribute(Names.Mail, addresses[0]),
        new LdapAttribute(Names.AlternateAddress, addresses[1..]),
        new LdapAttribute(Names.GroupStatus, "active"),
        new LdapAttribute(Names.DeliveryOption, "members"),
        new LdapAttribute(Names.Member, [.. members.Select(m => m.Dn).OfType<Dn>().DefaultIfEmpty(dn).Select(d => d.Text).Distinct()]),
        new LdapAttribute(Names.MemberAddress, [.. members.Where(m => m.Dn is null).Select(m => m.Address).Distinct()]),
    ];

    /// <summary>An entry of another domain counts as its mail address (SCHEMA 4.6), so it is written as one.</summary>
    private static async Task<Administered<Member>> MemberAsync(DirectorySession session, string given, Dn group, CancellationToken cancellationToken)
    {
        if (given.Contains('=') && Dn.TryParse(given, out Dn? dn))
            return new Member(given, dn);
        if (!MailAddress.TryParse(given, out MailAddress address))
            return new Refusal($"'{given}' is no member: give a user (uid@domain), a mail address, or a directory name");
        if (address.IsLiteral || (await EntryFinder.DomainAsync(session, address.DomainKey, cancellationToken)).Value is not { } domain || !group.IsWithin(domain.UserBase))
            return new Member(given, null);
        LdapEntry? entry = (await EntryFinder.UserAsync(session, given, cancellationToken)).Value ?? (await EntryFinder.GroupAsync(session, given, cancellationToken)).Value;
        return new Member(given, entry?.Dn);
    }

    private bool HasAddress(LdapEntry group, string address) => group.All(Names.MemberAddress).Contains(address, StringComparer.OrdinalIgnoreCase);

    private LdapChange[] Change(LdapChangeKind kind, string address) => [new(kind, new LdapAttribute(Names.MemberAddress, address))];

    private Task<Administered<T>> WithAsync<T>(DirectoryLogin login, string group, Func<DirectorySession, LdapEntry, Task<Administered<T>>> work, CancellationToken cancellationToken) => RunAsync<T>(login, async session =>
    {
        Administered<LdapEntry> found = await EntryFinder.GroupAsync(session, group, cancellationToken);
        return found.Value is { } entry ? await work(session, entry) : new Refusal(found.Refusal!);
    }, cancellationToken);

    private Task<Administered<T>> RunAsync<T>(DirectoryLogin login, Func<DirectorySession, Task<Administered<T>>> work, CancellationToken cancellationToken) =>
        DirectorySession.RunAsync(settings, login, work, cancellationToken);
}
