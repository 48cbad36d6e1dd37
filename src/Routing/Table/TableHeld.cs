using System.Collections.Immutable;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>Held removals by domain, for people to look at.</summary>
internal static class TableHeld
{
    private const int Named = 5;

    public static ImmutableArray<HeldRemoval> Of(TableState state) =>
        [.. state.HeldDomains.Concat(state.HeldPeople.Keys).Distinct().Select(id => Of(state, id)).OfType<HeldRemoval>().OrderBy(h => h.Domain, StringComparer.Ordinal)];

    private static HeldRemoval? Of(TableState state, EntryId id)
    {
        if (state.Domains.Find(id) is not { } row)
            return null;
        ImmutableHashSet<EntryId> people = state.HeldPeople.GetValueOrDefault(id, []);
        bool isDomain = state.HeldDomains.Contains(id);
        IEnumerable<string> names = people.Take(Named).Select(p => NameOf(state.Entries.Find(p))).OfType<string>();
        return new(row.Domain.Name, row.Domain.Dn, people.Count + (isDomain ? 1 : 0), isDomain, [.. isDomain ? ["the domain itself"] : Array.Empty<string>(), .. names.Order(StringComparer.Ordinal)]);
    }

    private static string? NameOf(Row? row) => row switch
    {
        UserRow user => user.User.Uid,
        GroupRow group => group.Group.Name,
        _ => row?.Dn,
    };
}
