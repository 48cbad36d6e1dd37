using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing.Entries;

namespace DirMail.Routing.Table;

/// <summary>
/// Works pushed entries into the next table. Used by one task. Entries come in any order: one whose domain is not there yet waits for it.
/// Costs O(change), and the table before stays as it is.
/// </summary>
internal sealed class TableBuilder
{
    private readonly RoutingTable _before;
    private readonly Draft _draft;
    private readonly AddressClaims _claims;
    private readonly EntryChanges _entries;
    private readonly DomainChanges _domains;
    private readonly HashSet<EntryId> _pushed = [];
    private readonly HashSet<EntryId> _unreadable = [];
    private HashSet<EntryId>? _present;

    public TableBuilder(RoutingTable before)
    {
        _before = before;
        _draft = new(before.State, before.Settings);
        _claims = new(_draft) { DomainsFirst = !before.IsLoaded };
        _entries = new(_draft, _claims);
        _domains = new(_draft, _entries, _claims);
    }

    /// <summary>A full reload: what has not been named by <see cref="Upsert"/> or <see cref="StillPresent"/> when the table is built is gone.</summary>
    public void BeginReload()
    {
        _present = [];
        _domains.DeferHomeless = true;
    }

    public void StillPresent(EntryId id) => _present?.Add(id);

    public void Upsert(EntryId id, LdapEntry entry)
    {
        _present?.Add(id);
        ulong digest = EntryDigest.Of(entry);
        if (DigestOf(id) == digest)
        {
            // In a reload everything is sent, whether it changed or not; a push alone means that something did.
            if (_present is null)
                _unreadable.Add(id);
            _pushed.Add(id);
            return;
        }
        _pushed.Add(id);
        Apply(id, entry);
        WorkOffStale();
    }

    /// <summary>Ids that were never here are ignored: the directory also names entries that never matched (SCHEMA 5).</summary>
    public void Delete(EntryId id)
    {
        _present?.Remove(id);
        if (_draft.Domains.Find(id) is not null)
            _domains.Remove(id);
        _entries.Remove(id);
        WorkOffStale();
    }

    /// <summary>The next table, and what it changed. The builder is done.</summary>
    public TableChanged Build(DateTimeOffset asOf)
    {
        bool everything = _present is not null;
        Sweep();
        SettleHomeless();
        WorkOffStale();
        TableState state = _draft.Freeze();
        var table = new RoutingTable(_before.Number + 1, asOf, true, state, _before.Settings);
        _pushed.UnionWith(_draft.TouchedEntries);
        return new(table, _draft.TouchedDomains, _pushed, everything) { PasswordsMaybeChanged = _unreadable };
    }

    private void Apply(EntryId id, LdapEntry entry)
    {
        bool isDomain = entry.HasClass(_draft.Settings.Attributes.DomainClass);
        if (isDomain)
        {
            _entries.Remove(id);
            _domains.Put(DomainReader.Read(id, entry, _draft.Settings));
            return;
        }
        _domains.Remove(id);
        if (EntryReader.Read(id, entry, _draft.Settings) is { } row)
            _entries.Put(row);
        else
            _entries.Remove(id);
    }

    private ulong? DigestOf(EntryId id) => _draft.Entries.Find(id)?.Digest ?? _draft.Domains.Find(id)?.Facts.Digest;

    /// <summary>A virtual address changed hands: all who list it get or lose it. Settling again keeps every claim's place, so one round is enough.</summary>
    private void WorkOffStale()
    {
        EntryId[] stale = [.. _claims.Stale];
        _claims.Stale.Clear();
        foreach (EntryId id in stale)
            if (_draft.Domains.Find(id) is not null)
                _domains.Refresh(id);
            else if (_draft.Entries.Find(id) is UserRow row)
                _entries.Resettle(row);
    }

    private void SettleHomeless()
    {
        if (_domains.DeferHomeless)
            foreach (Row row in _draft.Homeless.Items.ToArray())
                _entries.Resettle(row);
    }

    private void Sweep()
    {
        if (_present is null)
            return;
        EntryId[] gone = [.. _draft.Entries.Items.Select(r => r.Id).Concat(_draft.Domains.Items.Select(d => d.Id)).Where(id => !_present.Contains(id))];
        foreach (EntryId id in gone)
            Delete(id);
    }
}
