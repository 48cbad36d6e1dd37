using System.Collections.Immutable;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>Asks the posting rules of groups in one domain about one sender, over one snapshot.</summary>
internal sealed class Posting(TableState state, VirtualDomain domain, AttributeNames names, MailAddress? sender, bool isAuthenticated)
{
    private readonly Row? _self = sender is { } address ? Entry(state, domain, address) : null;

    /// <summary>The attribute that forbids it, and its value; null: may post.</summary>
    public (string Attribute, string Value)? Refusal(PostingRules rules)
    {
        if (rules.Unmet is { } unmet)
            return (unmet, "");
        if (rules.NeedsLogin && !isAuthenticated)
            return (names.BroadcasterPolicy, "a login is needed");
        if (rules.Disallowed.FirstOrDefault(Includes) is { } forbidden)
            return (names.DisallowedBroadcaster, forbidden.ToString());
        if (rules.DisallowedDomains.FirstOrDefault(IsFrom) is { } away)
            return (names.DisallowedDomain, away);
        if (rules.Moderators.Any(Includes))
            return null;
        bool? broadcaster = rules.Allowed?.Any(Includes), origin = rules.AllowedDomains?.Any(IsFrom);
        if (rules.AnyAllows && (broadcaster == true || origin == true))
            return null;
        return broadcaster == false ? (names.AllowedBroadcaster, "none of them") : origin == false ? (names.AllowedDomain, "none of them") : null;
    }

    /// <summary>First addresses of those it names.</summary>
    public ImmutableArray<MailAddress> AddressesOf(ImmutableArray<Posters> posters) =>
        [.. posters.SelectMany(p => p.Search is { } search ? Found(search).Where(static row => !row.Addresses.IsEmpty).Select(static row => row.Addresses[0]) : [p.Address!.Value])];

    private bool IsFrom(string pattern) => sender is { } from && Glob.Fits(from.DomainKey, pattern);

    private bool Includes(Posters posters) => sender is not null && Includes(posters, []);

    private bool Includes(Posters posters, HashSet<EntryId> visited) =>
        posters.Search is { } search ? Found(search).Any(row => Includes(row, visited)) : Includes(posters.Address!.Value, visited);

    private bool Includes(MailAddress address, HashSet<EntryId> visited) =>
        address.Key == sender!.Value.Key || (Entry(state, domain, address) is { } row && Includes(row, visited));

    /// <summary>The entry itself, or, of a group, one of its members. An entry of another domain counts as its addresses.</summary>
    private bool Includes(Row row, HashSet<EntryId> visited)
    {
        if (row.Id == _self?.Id)
            return true;
        if (row.Home != domain.Id)
            return row.Addresses.Any(address => address.Key == sender!.Value.Key);
        if (!visited.Add(row.Id))
            return false;
        return row switch
        {
            GroupRow { Group: var group } => group.MemberDns.Any(dn => IsNamed(dn, visited)) || group.MemberAddresses.Any(address => Includes(address, visited))
                || group.MemberSearches.Any(search => Found(search).Any(member => Includes(member, visited))),
            PeopleRow people => people.Members.Any(dn => IsNamed(dn, visited)),
            _ => false,
        };
    }

    private bool IsNamed(string dn, HashSet<EntryId> visited) => state.FindByName(dn) is { } member && Includes(member, visited);

    /// <summary>A name alone may also be that of a group of people without mail.</summary>
    private ImmutableArray<Row> Found(MemberSearch search) => search.IsName
        ? state.FindByName(search.BaseKey) is { } named && named.Home == domain.Id ? [named] : []
        : FoundMembers.Of(state, domain.Id, search, names);

    private static Row? Entry(TableState state, VirtualDomain domain, MailAddress address) =>
        domain.Names.Contains(address.DomainKey) ? state.Domains.Find(domain.Id)?.Addresses.Find(address.LocalKey)?.Sole : null;
}
