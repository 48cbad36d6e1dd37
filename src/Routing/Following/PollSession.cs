using DirMail.Ldap;
using DirMail.Mail;

namespace DirMail.Routing.Following;

/// <summary>
/// Follows a directory without content synchronisation over one connection. It is asked for what changed since a time of its own clock, a little early, for a timestamp is older than
/// the moment in which the change is seen; what was seen before is known by its version. A sweep over the ids finds what is gone, what moved with an entry above it, and what came late
/// (by replication, or while the clock went back). Publishes on the caller's task.
/// </summary>
internal sealed class PollSession : IFollowing
{
    // A change is stamped in whole seconds when it begins, and seen when it is committed.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(5);

    // No version is known after a restart, so what replication brought late meanwhile shows only by looking further back.
    private static readonly TimeSpan RestartOverlap = TimeSpan.FromMinutes(10);

    // A sweep reads every id: it may take a tenth of the time at most.
    private const int SweepShare = 10;

    // The place to resume from is kept on disk: not at every poll.
    private static readonly TimeSpan CookieStep = TimeSpan.FromMinutes(1);

    private readonly PollSearches _searches;
    private readonly DirectorySettings _settings;
    private readonly PollState _state;
    private readonly TableWriter _tables;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _stop;
    private DateTimeOffset _upTo;

    public PollSession(PollSearches searches, DirectorySettings settings, PollState state, TableWriter tables, CancellationToken stop)
    {
        (_searches, _settings, _state, _tables, _stop) = (searches, settings, state, tables, stop);
        _clock = tables.Clock;
        _state.Drop();
    }

    public async Task<bool> RefreshAsync()
    {
        if (PollCookie.Read(_tables.Cookie) is { } upTo)
            await ResumeAsync(upTo);
        else
            await LoadAsync();
        return true;
    }

    public async Task<bool> PersistAsync()
    {
        while (true)
        {
            await Task.Delay(_settings.PollInterval, _clock, _stop);
            using TableBatch batch = await _tables.BeginAsync(_stop);
            if (_clock.GetTimestamp() >= _state.NextSweep)
            {
                await SweepAsync(batch, _upTo - Overlap);
                foreach (EntryId gone in _state.Unswept())
                    batch.Delete(gone);
            }
            await PollAsync(batch, _upTo - Overlap);
            if (batch.HasChanges || PollCookie.Read(_tables.Cookie) is not { } kept || _upTo - kept >= CookieStep)
                PutInForce(batch);
            else
                _state.Keep();
        }
    }

    public ValueTask DisposeAsync() => default;

    private async Task LoadAsync()
    {
        _state.Forget();
        long start = _clock.GetTimestamp();
        using TableBatch batch = await _tables.BeginAsync(_stop);
        batch.BeginRefresh(isFull: true);
        await foreach (LdapEntry entry in _searches.AllAsync(_stop))
            Take(batch, entry);
        batch.EndRefresh([""]);
        // with nothing read no time is known, and the next poll asks for all
        _upTo = _state.Clock.At(start) ?? DateTimeOffset.UnixEpoch;
        PutInForce(batch);
        PlanSweep(start);
    }

    private async Task ResumeAsync(DateTimeOffset upTo)
    {
        _upTo = upTo;
        DateTimeOffset from = upTo - (_state.IsEmpty ? RestartOverlap : Overlap);
        using TableBatch batch = await _tables.BeginAsync(_stop);
        batch.BeginRefresh(isFull: false);
        await SweepAsync(batch, from);
        _state.Unswept();
        await PollAsync(batch, from);
        batch.EndRefresh([""]);
        PutInForce(batch);
    }

    /// <summary>What changed since then, whatever it is: it is in the answer or, when it changes after the question, in the next one's.</summary>
    private async Task PollAsync(TableBatch batch, DateTimeOffset from)
    {
        long start = _clock.GetTimestamp();
        await foreach (LdapEntry entry in _searches.SinceAsync(from, _stop))
            Take(batch, entry);
        if (_state.Clock.At(start) is { } reached && reached > _upTo)
            _upTo = reached;
    }

    /// <summary>By all ids. What a poll from that time on brings is left to the poll.</summary>
    private async Task SweepAsync(TableBatch batch, DateTimeOffset from)
    {
        long start = _clock.GetTimestamp();
        var late = new List<Dn>();
        DateTimeOffset? modified = null;
        _state.BeginSweep();
        await foreach (LdapEntry entry in _searches.StampsAsync(_stop))
        {
            EntryStamp stamp = EntryStamp.Of(entry);
            batch.StillPresent(stamp.Id);
            _state.Swept(stamp.Id);
            if (stamp.Modified >= from || _state.Knows(stamp))
                continue;
            DateTimeOffset? before = _state.ModifiedOf(stamp.Id);
            if (before is null && _tables.Holds(stamp.Id))
            {
                _state.Learn(stamp);
                continue;
            }
            late.Add(entry.Dn);
            if (before is not null && before != stamp.Modified && !(modified > stamp.Modified))
                modified = stamp.Modified;
        }
        foreach (Dn dn in late)
            if (await _searches.FindAsync(dn, _stop) is { } entry)
                Take(batch, entry);
        if (modified is { } time)
            GoBackTo(time);
        PlanSweep(start);
    }

    /// <summary>An entry as it is now. A second look at the same version says nothing new, except what the same second brought after the first look.</summary>
    private void Take(TableBatch batch, LdapEntry entry)
    {
        EntryStamp stamp = EntryStamp.Of(entry);
        LdapEntry content = EntryStamp.Content(entry);
        if (_state.Knows(stamp))
            batch.SeeAgain(stamp.Id, content);
        else
            batch.Upsert(stamp.Id, content);
        _state.Learn(stamp);
    }

    /// <summary>What is modified now bears older times than was thought: polls look back as far, until a newer time is seen.</summary>
    private void GoBackTo(DateTimeOffset modified)
    {
        _state.Clock.SetTo(modified);
        _upTo = modified;
    }

    private void PutInForce(TableBatch batch)
    {
        batch.Publish(PollCookie.Write(_upTo));
        _state.Keep();
    }

    private void PlanSweep(long start)
    {
        TimeSpan took = _clock.GetElapsedTime(start);
        TimeSpan pause = took * SweepShare > _settings.SweepInterval ? took * SweepShare : _settings.SweepInterval;
        _state.NextSweep = _clock.GetTimestamp() + (long)(pause.TotalSeconds * _clock.TimestampFrequency);
    }
}
