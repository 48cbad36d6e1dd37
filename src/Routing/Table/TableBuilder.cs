using System.Collections.Immutable;
using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing.Entries;

namespace DirMail.Routing.Table;

/// <summary>
/// Works pushed entries into the next table. Used by one task. Entries come in any order: one whose domain is not there yet waits for it.
/// Removals are decided when the batch ends (<see cref="Removals"/>). Costs O(change), and the table before stays as it is.
/// </summary>
internal sealed class TableBuilder
{
    private readonly RoutingTable _before;
    private readonly Draft _draft;
    private readonly AddressClaims _claims;
    private readonly Adoptions _adoptions;
    private readonly EntryChanges _entries;
    private readonly DomainChanges _domains;
    private readonly Removals _removals;
    private readonly Presence _presence;
    private readonly Conversions _conversions;
    private readonly HashSet<EntryId> _pushed = [];
    private readonly HashSet<EntryId> _unreadable = [];
    private readonly HashSet<EntryId> _gone = [];
    private readonly HashSet<EntryId> _mayReplace = [];
    private Newcomers? _newcomers;
    private bool _isFull;

    /// <param name="recent">What the batches before removed; null: removals have no limit.</param>
    public TableBuilder(RoutingTable before, RecentRemovals? recent = null)
    {
        _before = before;
        Started = before.Settings.Clock.GetTimestamp();
        _draft = new(before.State, before.Settings) { TouchedEntries = before.IsLoaded ? [] : null };
        _presence = new(_draft);
        _conversions = new(_draft);
        _claims = new(_draft) { DomainsFirst = !before.IsLoaded };
        _adoptions = new(_draft, before.State);
        _entries = new(_draft, _claims, _adoptions);
        _domains = new(_draft, _entries, _claims);
        _removals = new(_draft, _entries, _domains, recent ?? new(before.Settings.Clock)) { HasLimit = recent is not null };
    }

    /// <summary>Timestamp of the clock when the batch began.</summary>
    public long Started { get; }

    public bool HasChanges => _isFull || _presence.IsComplete || _pushed.Count > 0 || _gone.Count > 0 || Released.Count > 0 || _draft.TouchedDomains.Count > 0 || _draft.TouchedEntries is { Count: > 0 };

    /// <summary>After <see cref="Build"/>: what is not in the table any more.</summary>
    public IReadOnlyList<EntryId> Removed => _removals.Removed;

    /// <summary>After <see cref="Build"/>: whose removal is held back since this batch.</summary>
    public IReadOnlyList<EntryId> Held => _removals.Held;

    /// <summary>What was held and is in the directory after all.</summary>
    public List<EntryId> Released { get; } = [];

    /// <summary>After <see cref="Build"/>: entries that became another thing (a user's lost its class), and are in force as that.</summary>
    public IEnumerable<(EntryId Id, LdapEntry Entry)> Converted => _conversions.Entries;

    /// <summary>What follows is a refresh (RFC 4533 3.3): entries in any order, possibly all of them.</summary>
    /// <param name="isFull">Everything is sent, whether it changed or not; else only what changed since the cookie.</param>
    public void BeginRefresh(bool isFull)
    {
        _presence.Begin();
        _isFull = isFull;
        _domains.DeferHomeless = true;
    }

    /// <summary>What follows is the base of the cache on disk: all of it, each entry once or, changed, again.</summary>
    public void BeginLoad()
    {
        _newcomers = new(_draft, _entries);
        _isFull = true;
        _domains.DeferHomeless = true;
    }

    /// <summary>What follows are changes of the base.</summary>
    public void EndBase()
    {
        _newcomers?.Settle();
        _newcomers = null;
    }

    public void StillPresent(EntryId id)
    {
        _presence.See(id);
        Unhold(id);
    }

    /// <param name="removeUnseen">What was neither pushed nor named as present is gone.</param>
    public void EndRefresh(bool removeUnseen) => EndRefresh(removeUnseen ? [""] : []);

    /// <param name="complete">Below these names (normal forms) what was neither pushed nor named as present is gone.</param>
    public void EndRefresh(IReadOnlyList<string> complete) => _presence.End(complete);

    /// <summary>True when the entry differs from what the table has and takes effect with this batch.</summary>
    public bool Upsert(EntryId id, LdapEntry entry)
    {
        ulong digest = EntryDigest.Of(entry);
        if (DigestOf(id) != digest)
            return Take(EntryReader.Read(id, entry, digest, _draft.Settings), entry);
        bool wasHeld = Note(id);
        // A full refresh sends all entries; otherwise being sent means that something changed.
        if (!_isFull && !wasHeld)
            _unreadable.Add(id);
        return false;
    }

    /// <summary>What an entry says, for <see cref="Put"/>; on any thread.</summary>
    public EntryReading Read(EntryId id, IEntryContent entry) => EntryReader.Read(id, entry, EntryDigest.Of(entry), _before.Settings);

    /// <summary>An entry that was read already, and differs from what the table has.</summary>
    public void Put(EntryReading reading)
    {
        Note(reading.Id);
        if (_newcomers?.TryAdd(reading) != true)
            Apply(reading);
    }

    /// <summary>Whether the entry shows anything that the table does not have.</summary>
    public bool Differs(EntryId id, LdapEntry entry) => DigestOf(id) != EntryDigest.Of(entry);

    /// <summary>Ids that were never here are ignored: the directory also names entries that never matched (SCHEMA 5).</summary>
    /// <param name="within">Normal form of the name that was searched below: an entry that lies elsewhere by now has only left there.</param>
    public void Delete(EntryId id, string within = "")
    {
        if (within.Length > 0 && (_draft.Entries.Find(id)?.DnKey ?? _draft.Domains.Find(id)?.Facts.DnKey) is { } key && !DnKeys.IsWithin(key, within))
            return;
        _presence.Unsee(id);
        _conversions.Forget(id);
        if (DigestOf(id) is not null)
            _gone.Add(id);
    }

    /// <summary>Held removals take effect: of all, or of one domain.</summary>
    public void AcceptHeld(EntryId? domain)
    {
        _removals.Accept(domain);
        WorkOffStale();
    }

    /// <summary>Removed, at once and without a limit; for loading.</summary>
    public void Drop(EntryId id)
    {
        _newcomers?.Settle();
        Unhold(id);
        _removals.Drop(id);
        WorkOffStale();
    }

    /// <summary>Held, and put back when it had been dropped; for loading.</summary>
    public void Hold(IReadOnlyCollection<EntryId> ids)
    {
        _newcomers?.Settle();
        SettleHomeless();
        _removals.Hold(ids);
    }

    /// <summary>Held no longer, and there.</summary>
    public void Release(IEnumerable<EntryId> ids)
    {
        foreach (EntryId id in ids)
            Unhold(id);
    }

    /// <summary>The next table, and what it changed. The builder is done.</summary>
    public TableChanged Build(DateTimeOffset asOf, long least = 0)
    {
        EndBase();
        _gone.UnionWith(_presence.Unseen);
        SettleHomeless();
        WorkOffStale();
        _removals.RemoveReplacedDomains(_gone);
        SettleHomeless();
        _removals.Settle(_gone, _mayReplace);
        foreach (EntryReading converted in _conversions.Settle())
            Apply(converted);
        SettleHomeless();
        // all entries are in: a base that changes from here on takes in the homeless itself
        _domains.DeferHomeless = false;
        WorkOffStale();
        _adoptions.Review();
        TableState state = _draft.Freeze();
        var table = new RoutingTable(Math.Max(_before.Number + 1, least), asOf, true, state, _before.Settings);
        _pushed.UnionWith(_draft.TouchedEntries ?? []);
        return new(table, _draft.TouchedDomains, _pushed, _isFull)
        {
            PasswordsMaybeChanged = _unreadable,
            VirtualAddressesChanged = !ReferenceEquals(state.VirtualAddresses, _before.State.VirtualAddresses),
        };
    }

    private bool Take(EntryReading reading, LdapEntry entry)
    {
        Note(reading.Id);
        if (_conversions.TryAdd(reading, entry))
        {
            _gone.Add(reading.Id);
            return false;
        }
        Apply(reading);
        return true;
    }

    private void Apply(EntryReading reading)
    {
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

    /// <summary>At start: an account with mail whose entry is gone.</summary>
    public void Seed(FormerAccount account) => _adoptions.Seed(account);

    /// <summary>Domains whose addresses are those of a host name have what DNS said of it last.</summary>
    /// <param name="hostName">Null: of any.</param>
    public void Resolve(string? hostName)
    {
        foreach (DomainFacts facts in _draft.Domains.Items.Select(static row => row.Facts).Where(f => f.Domain is { IsResolvedByName: true, VirtualHostName: { } name } && (hostName ?? name) == name).ToList())
            if (_draft.Settings.HostAddresses!.GetValueOrDefault(facts.Domain.VirtualHostName!, []) is var now && !now.SequenceEqual(facts.Domain.VirtualAddresses))
                _domains.Put(facts with { Domain = facts.Domain with { VirtualAddresses = now } });
        WorkOffStale();
    }

    /// <summary>The user's mailbox is settled: mail for it waits no longer.</summary>
    public void Settled(EntryId user) => _adoptions.Settle(user);

    private void PutRow(EntryId id, Row? row)
    {
        if (row is null)
            _entries.Remove(id);
        else
            _entries.PutNew(row);
        if (row is AliasRow alias)
            _domains.EnterAlias(alias);
    }

    /// <returns>True when its removal was held back until now.</returns>
    private bool Note(EntryId id)
    {
        _presence.See(id);
        _gone.Remove(id);
        _conversions.Forget(id);
        // after a full refresh everything counts as touched
        if (!_isFull)
            _pushed.Add(id);
        if (_draft.HeldPeople.Count > 0)
            _mayReplace.Add(id);
        return Unhold(id);
    }

    private bool Unhold(EntryId id)
    {
        if (!_draft.HoldsAny || (!_draft.Release(id) && !(_draft.Entries.Find(id) is { } row && _draft.Release(id, row.Home))))
            return false;
        Released.Add(id);
        return true;
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
}
