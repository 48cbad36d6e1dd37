using DirMail.Ldap.Ldif;
using DirMail.Ldap.Tree.Access;
using DirMail.Ldap.Tree.Journal;
using DirMail.Ldap.Tree.Schema;
using Microsoft.Extensions.Logging;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>
/// The one door for writes. A write is checked and made against the newest staged state under a lock, then waits for the journal; writes that wait together
/// share one sync. Only after the sync is the state published, and only then is the write answered. When the journal fails, all staged writes fail and
/// the staged state falls back to the published one.
/// </summary>
internal sealed class TreeWriter(TreeSnapshot start, TreeJournal? journal, Action<TreeSnapshot, IReadOnlyList<TreeChange>> publish, ILogger logger)
{
    private readonly Lock _lock = new();
    private TreeSnapshot _published = start;
    private TreeSnapshot _staged = start;
    private List<Waiting> _waiting = [];
    private Task _committing = Task.CompletedTask;
    private bool _isCommitting;

    public TimeProvider Clock { get; init; } = TimeProvider.System;
    public required DirectorySchema Schema { get; init; }

    public Task<LdapResult> WriteAsync(Requester requester, Func<WriteContext, WriteOutcome> stage)
    {
        lock (_lock)
        {
            DateTimeOffset now = Clock.GetUtcNow();
            string csn = Csn.After(_staged.Csn, now);
            WriteOutcome outcome = stage(new WriteContext(_staged, Schema, new AccessCheck(requester, _staged, Schema), csn, now));
            if (outcome is WriteOutcome.Refused refused)
                return Task.FromResult(refused.Result);
            var staged = (WriteOutcome.Staged)outcome;
            if (staged.Changes.Count == 0)
                return Task.FromResult(LdapResult.Success);
            Waiting waiting = Numbered(staged, csn);
            _staged = waiting.After;
            _waiting.Add(waiting);
            if (!_isCommitting)
            {
                _isCommitting = true;
                _committing = Task.Run(CommitAsync);
            }
            return waiting.Answer.Task;
        }
    }

    /// <summary>When all that was staged before is answered.</summary>
    public async Task FinishAsync()
    {
        Task committing;
        lock (_lock)
            committing = _committing;
        await committing;
    }

    private Waiting Numbered(WriteOutcome.Staged staged, string csn)
    {
        long sequence = _staged.Sequence;
        IReadOnlyList<TreeChange> changes = [.. staged.Changes.Select(c => c with { Sequence = ++sequence, Csn = csn })];
        return new Waiting(staged.After with { Csn = csn, Sequence = sequence }, changes, new JournalUnit(csn, staged.Records));
    }

    private async Task CommitAsync()
    {
        while (true)
        {
            List<Waiting> group;
            lock (_lock)
            {
                group = _waiting;
                _waiting = [];
                if (group.Count == 0)
                {
                    _isCommitting = false;
                    return;
                }
            }
            await CommitAsync(group);
        }
    }

    private async Task CommitAsync(List<Waiting> group)
    {
        try
        {
            if (journal is not null)
                await journal.AppendAsync([.. group.Select(w => w.Unit)]);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            TreeLog.JournalFailed(logger, failure);
            Fail(group);
            return;
        }
        _published = group[^1].After;
        publish(_published, [.. group.SelectMany(w => w.Changes)]);
        foreach (Waiting waiting in group)
            waiting.Answer.SetResult(LdapResult.Success);
        TreeMetrics.Writes.Add(group.Count);
        if (journal is not null)
            await CompactAsync(journal);
    }

    private async Task CompactAsync(TreeJournal full)
    {
        try
        {
            if (full.IsLarge)
                await full.CompactAsync(_published);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The journal still holds everything; the next write tries again.
            TreeLog.CompactionFailed(logger, failure);
        }
    }

    private void Fail(List<Waiting> group)
    {
        lock (_lock)
        {
            group.AddRange(_waiting);
            _waiting = [];
            _staged = _published;
        }
        foreach (Waiting waiting in group)
            waiting.Answer.SetResult(new LdapResult(LdapResultCode.Unavailable, "", "the change could not be written to disk"));
    }

    private sealed record Waiting(TreeSnapshot After, IReadOnlyList<TreeChange> Changes, JournalUnit Unit)
    {
        public TaskCompletionSource<LdapResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>One write as the journal keeps it.</summary>
internal sealed record JournalUnit(string Csn, IReadOnlyList<LdifRecord> Records);
