using DirMail.Mail;
using DirMail.Store.Contents;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>What a job sees of the transaction it runs in, and what the group will have to tell when it is on disk. One per group, on the writer's thread.</summary>
internal sealed class WriteScope(Connection database, DateTimeOffset now, Func<long> nextId)
{
    private readonly List<(MailboxId Mailbox, ModSeq ModSeq)> _changed = [];
    private readonly List<long> _freed = [];
    private readonly List<long> _renditionsGone = [];
    private long _contents, _octets;
    private int _renditionsAdded;
    private readonly List<(QueueRow Row, MessageContent? Content)> _added = [];
    private readonly Dictionary<LaneKey, DateTimeOffset> _due = [];

    public Connection Database => database;

    public DateTimeOffset Now => now;

    /// <summary>What the directory calls the owner of an account; null when it is not known.</summary>
    public Func<EntryId, OwnerName?> NameOf { get; init; } = static _ => null;

    /// <summary>What a new account begins with; null: nothing.</summary>
    public Func<EntryId, FirstMail?> FirstMailOf { get; init; } = static _ => null;

    /// <summary>Octets of queued messages kept for their first attempt.</summary>
    public required AtHand AtHand { get; init; }

    /// <summary>Changes of mailboxes in order, each with the MODSEQ that it gave.</summary>
    public IReadOnlyList<(MailboxId Mailbox, ModSeq ModSeq)> Changed => _changed;

    /// <summary>Each mailbox whose watchers are to be told after the commit, with its MODSEQ then.</summary>
    public IEnumerable<(MailboxId Mailbox, ModSeq ModSeq)> LatestChanges =>
        _changed.Count == 1 ? _changed : _changed.GroupBy(static change => change.Mailbox).Select(static changes => (changes.Key, changes.Max(static change => change.ModSeq)));

    /// <summary>Contents whose rows are gone and whose files may go.</summary>
    public IReadOnlyList<long> Freed => _freed;

    public int RenditionsAdded => _renditionsAdded;

    /// <summary>Their rows are gone.</summary>
    public IReadOnlyList<long> RenditionsGone => _renditionsGone;

    /// <summary>Rows that the queue has got, with their octets where they are at hand.</summary>
    public IReadOnlyList<(QueueRow Row, MessageContent? Content)> Added => _added;

    /// <summary>Queues with rows that are due at another time now, and the earliest of those times.</summary>
    public IReadOnlyDictionary<LaneKey, DateTimeOffset> Due => _due;

    public long OctetsAdded => _octets;

    public long NextId() => nextId();

    /// <param name="modSeq">What the change gave; <see cref="MailboxWatch.Gone"/> when it takes the mailbox away.</param>
    public void MailboxChanged(MailboxId mailbox, ModSeq modSeq) => _changed.Add((mailbox, modSeq));

    public void RowAdded(QueueRow row, MessageContent? content) => _added.Add((row, content));

    /// <summary>Rows of that queue are due from then on.</summary>
    public void RowsDue(LaneKey lane, DateTimeOffset from) => _due[lane] = _due.TryGetValue(lane, out DateTimeOffset other) && other < from ? other : from;

    /// <summary>Waiting rows are changed otherwise than by an attempt, maybe some that this group adds: all are read again before they are attempted.</summary>
    public void RowsChanging()
    {
        AtHand.Clear();
        for (int i = 0; i < _added.Count; i++)
            _added[i] = (_added[i].Row, null);
    }

    public void RenditionAdded() => _renditionsAdded++;

    public void RenditionRemoved(long rendition) => _renditionsGone.Add(rendition);

    public void ContentAdded(long octets)
    {
        _contents++;
        _octets += octets;
    }

    public void ContentRemoved(long content, long octets, bool hasFile)
    {
        _contents--;
        _octets -= octets;
        if (hasFile)
            _freed.Add(content);
    }

    /// <summary>Runs one job so that it fails alone: when it throws, the transaction and these notes are as they were before it.</summary>
    public void RunInSavepoint(WriteJob job)
    {
        (int changed, int freed, int gone, int renditions, int rows, long contents, long octets) = (_changed.Count, _freed.Count, _renditionsGone.Count, _renditionsAdded, _added.Count, _contents, _octets);
        Do("SAVEPOINT job");
        try
        {
            job.Run(this);
            Do("RELEASE job");
        }
        catch (Exception e) when (IsOfOneJob(e))
        {
            Do("ROLLBACK TO job");
            Do("RELEASE job");
            _changed.RemoveRange(changed, _changed.Count - changed);
            _freed.RemoveRange(freed, _freed.Count - freed);
            _renditionsGone.RemoveRange(gone, _renditionsGone.Count - gone);
            _added.RemoveRange(rows, _added.Count - rows);
            (_renditionsAdded, _contents, _octets) = (renditions, contents, octets);
            throw new JobFault(e);
        }
    }

    /// <summary>Whether the transaction is still sound and one job alone is at fault.</summary>
    public bool IsOfOneJob(Exception fault) => fault is not StoreFaultException { IsOfOneJob: false } && database.InTransaction;

    /// <summary>Writes the totals once for the whole group, then the transaction.</summary>
    public void Commit()
    {
        AddTo("contents", _contents);
        AddTo("octets", _octets);
        Do("COMMIT");
        foreach ((QueueRow row, MessageContent? content) in _added)
            if (content is not null && row.Message.NextAttempt <= now)
                AtHand.Add(row.Id, content);
    }

    public void Do(string sql)
    {
        using Statement statement = database.Use(sql);
        statement.Run();
    }

    private void AddTo(string counter, long amount)
    {
        if (amount == 0)
            return;
        using Statement add = database.Use("UPDATE counter SET value = value + ? WHERE name = ?").Bind(amount).Bind(counter);
        add.Run();
    }
}

/// <summary>Says that one job failed and has been undone, and the rest of the group goes on.</summary>
internal sealed class JobFault(Exception cause) : Exception(cause.Message, cause)
{
    public Exception Cause { get; } = cause;
}
