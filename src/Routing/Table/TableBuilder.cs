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
    private HashSet<EntryId>? _seen;
    private bool _isFull;
    private bool _removesUnseen;

    public TableBuilder(RoutingTable before)
    {
        _before = before;
        Started = before.Settings.Clock.GetTimestamp();
        _draft = new(before.State, before.Settings) { TouchedEntries = before.IsLoaded ? [] : null };
        _claims = new(_draft) { DomainsFirst = !before.IsLoaded };
        _entries = new(_draft, _claims);
        _domains = new(_draft, _entries, _claims);
    }

    /// <summary>Timestamp of the clock when the batch began.</summary>
    public long Started { get; }

    public bool HasChanges => _pushed.Count > 0 || _draft.TouchedDomains.Count > 0 || _draft.TouchedEntries is { Count: > 0 };

    /// <summary>What follows is a refresh (RFC 4533 3.3): entries in any order, possibly all of them.</summary>
    /// <param name="isFull">Everything is sent, whether it changed or not; else only what changed since the cookie.</param>
    public void BeginRefresh(bool isFull)
    {
        // where nothing was, nothing can be gone
        _seen = _before.State.Entries.Count + _before.State.Domains.Count == 0 ? null : [];
        _isFull = isFull;
        _domains.DeferHomeless = true;
    }

    public void StillPresent(EntryId id) => _seen?.Add(id);

    /// <param name="removeUnseen">What was neither pushed nor named as present is gone.</param>
    public void EndRefresh(bool removeUnseen) => _removesUnseen = removeUnseen;

    public void Upsert(EntryId id, LdapEntry entry)
    {
        ulong digest = EntryDigest.Of(entry);
        if (DigestOf(id) != digest)
        {
            Put(EntryReader.Read(id, entry, digest, _draft.Settings));
            return;
        }
        Note(id);
        // A full refresh sends all entries; otherwise being sent means that something changed.
        if (!_isFull)
            _unreadable.Add(id);
    }

    /// <summary>What an entry says, for <see cref="Put"/>; on any thread.</summary>
    public EntryReading Read(EntryId id, LdapEntry entry) => EntryReader.Read(id, entry, EntryDigest.Of(entry), _before.Settings);

    /// <summary>An entry that was read already, and differs from what the table has.</summary>
    public void Put(EntryReading reading)
    {
        Note(reading.Id);
        _domains.LeaveAlias(reading.Id);
        if (reading.Domain is { } facts)
        {
            _entries.Remove(reading.Id);
            _domains.Put(facts);
        }
        else
        {
            _domains.Remove(reading.Id);
            PutRow(reading.Id, reading.Row);
        }
        WorkOffStale();
    }

    /// <summary>As <see cref="Upsert"/>, but nobody said that something changed: an entry that shows nothing new is no sign of a new password.</summary>
    public void SeeAgain(EntryId id, LdapEntry entry)
    {
        if (DigestOf(id) != EntryDigest.Of(entry))
            Upsert(id, entry);
        else
            StillPresent(id);
    }

    /// <summary>Ids that were never here are ignored: the directory also names entries that never matched (SCHEMA 5).</summary>
    public void Delete(EntryId id)
    {
        _seen?.Remove(id);
        if (_draft.Domains.Find(id) is not null)
            _domains.Remove(id);
        _domains.LeaveAlias(id);
        _entries.Remove(id);
        WorkOffStale();
    }

    /// <summary>The next table, and what it changed. The builder is done.</summary>
    public TableChanged Build(DateTimeOffset asOf)
    {
        Sweep();
        SettleHomeless();
        WorkOffStale();
        TableState state = _draft.Freeze();
        var table = new RoutingTable(_before.Number + 1, asOf, true, state, _before.Settings);
        _pushed.UnionWith(_draft.TouchedEntries ?? []);
        return new(table, _draft.TouchedDomains, _pushed, _isFull)
        {
            PasswordsMaybeChanged = _unreadable,
            VirtualAddressesChanged = !ReferenceEquals(state.VirtualAddresses, _before.State.VirtualAddresses),
        };
    }

    private void PutRow(EntryId id, Row? row)
    {
        if (row is null)
            _entries.Remove(id);
        else
            _entries.Put(row);
        if (row is AliasRow alias)
            _domains.EnterAlias(alias);
    }

    private void Note(EntryId id)
    {
        _seen?.Add(id);
        // after a full refresh everything counts as touched
        if (!_isFull)
            _pushed.Add(id);
    }

    private ulong? DigestOf(EntryId id) => _draft.Entries.Find(id)?.Digest ?? _draft.Domains.Find(id)?.Facts.Digest;

    /// <summary>A virtual address changed hands: all who list it get or lose it. Settling again keeps every claim's place, so one round is enough.</summary>
    private void WorkOffStale()
    {
        _domains.WorkOffBases();
        if (_claims.Stale.Count == 0)
            return;
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
        if (_seen is null || !_removesUnseen)
            return;
        EntryId[] gone = [.. _draft.Entries.Items.Select(r => r.Id).Concat(_draft.Domains.Items.Select(d => d.Id)).Where(id => !_seen.Contains(id))];
        foreach (EntryId id in gone)
            Delete(id);
    }
}
