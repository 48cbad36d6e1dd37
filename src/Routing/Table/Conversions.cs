using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing.Entries;

namespace DirMail.Routing.Table;

/// <summary>Domains, users and mail groups that are now something else: what they were is gone, which may be held back, and only then they are what they became.</summary>
internal sealed class Conversions(Draft draft)
{
    private readonly Dictionary<EntryId, (LdapEntry Entry, EntryReading Reading)> _converted = [];

    public IEnumerable<(EntryId Id, LdapEntry Entry)> Entries => _converted.Select(c => (c.Key, c.Value.Entry));

    public void Forget(EntryId id) => _converted.Remove(id);

    /// <returns>False: it is none.</returns>
    public bool TryAdd(EntryReading reading, LdapEntry entry)
    {
        if (!IsConversion(reading))
            return false;
        _converted[reading.Id] = (entry, reading);
        return true;
    }

    /// <summary>When removals are settled: those that are not held. A held one stays what it was.</summary>
    public IReadOnlyCollection<EntryReading> Settle()
    {
        foreach (EntryId id in _converted.Keys.Where(id => draft.Entries.Find(id) is not null || draft.Domains.Find(id) is not null).ToList())
            _converted.Remove(id);
        return [.. _converted.Values.Select(static c => c.Reading)];
    }

    private bool IsConversion(EntryReading reading) =>
        draft.Domains.Find(reading.Id) is not null ? reading.Domain is null
        : draft.Entries.Find(reading.Id) switch
        {
            UserRow => reading.Row is not UserRow,
            GroupRow => reading.Row is not GroupRow,
            _ => false,
        };
}
