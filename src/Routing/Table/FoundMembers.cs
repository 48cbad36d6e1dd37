using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// Whom searches find in a domain. Looked for once in each state of the domain: what was found stays with that state of it, so a message to a group costs no search.
/// </summary>
internal static class FoundMembers
{
    private static readonly ConditionalWeakTable<DomainRow, ConcurrentDictionary<MemberSearch, ImmutableArray<Row>>> s_found = [];

    /// <summary>Users and mail groups, by name. Empty when there is no such domain.</summary>
    public static ImmutableArray<Row> Of(TableState state, EntryId domain, MemberSearch search, AttributeNames names) =>
        state.Domains.Find(domain) is { } row ? s_found.GetOrCreateValue(row).GetOrAdd(search, Find, (row, names)) : [];

    private static ImmutableArray<Row> Find(MemberSearch search, (DomainRow Domain, AttributeNames Names) of)
    {
        var filter = new MemberFilter(of.Names);
        return [.. of.Domain.Members.Where(member => member is UserRow or GroupRow && search.Covers(member.DnKey) && filter.Matches(search.Filter, member)).OrderBy(static m => m.DnKey, StringComparer.Ordinal)];
    }
}
