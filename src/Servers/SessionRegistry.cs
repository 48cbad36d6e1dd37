using System.Collections.Concurrent;
using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Servers;

/// <summary>
/// Knows every session that is logged in. When a new table changes a session's domain or user so that the login would be refused now (state, service, moved,
/// gone, or a push that changed nothing readable: a new password looks so), the session is told to end, within 100 ms, unasked; where the client's name decides that nobody has asked for yet,
/// as soon as it is known, or cannot be.
/// </summary>
public sealed class SessionRegistry
{
    /// <summary>Look-ups of clients' names at once, when a new table asks for those of many open sessions.</summary>
    private const int LookUps = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly LiveTable _live;
    private readonly SemaphoreSlim _lookUps = new(LookUps);
    private readonly ConcurrentDictionary<EntryId, ConcurrentDictionary<Session, bool>> _byUser = new();
    private readonly ConcurrentDictionary<EntryId, ConcurrentDictionary<Session, bool>> _byDomain = new();
    private int _count;

    public SessionRegistry(LiveTable live)
    {
        _live = live;
        live.Changed += OnChanged;
    }

    public int Count => Volatile.Read(ref _count);

    /// <summary>Dispose when the session ends. <paramref name="end"/> is called at most once, from another thread, and must not block.</summary>
    public IDisposable Add(LoggedIn session, Action end) => TryAdd(session, int.MaxValue, end)!;

    /// <summary>Null: the user has that many sessions of the service already from the client's network.</summary>
    public IDisposable? TryAdd(LoggedIn session, int most, Action end)
    {
        var entry = new Session(this, session, end);
        if (!TryPut(_byUser, session.User, entry, most))
            return null;
        TryPut(_byDomain, session.Domain, entry, int.MaxValue);
        Interlocked.Increment(ref _count);
        // the table may have changed between the login's decision and now
        entry.EndIfRefused(_live.Current);
        return entry;
    }

    /// <summary>Looks only at sessions of what was touched.</summary>
    private void OnChanged(TableChanged change)
    {
        if (change.Everything)
            EndRefused(_byUser.Values, change.Table);
        else
            EndRefused(Of(_byDomain, change.Domains).Concat(Of(_byUser, change.Users)), change.Table);
        foreach (ConcurrentDictionary<Session, bool> sessions in Of(_byUser, change.PasswordsMaybeChanged))
            foreach (Session session in sessions.Keys)
                session.End();
    }

    private static void EndRefused(IEnumerable<ConcurrentDictionary<Session, bool>> groups, RoutingTable table)
    {
        foreach (ConcurrentDictionary<Session, bool> sessions in groups)
            foreach (Session session in sessions.Keys)
                session.EndIfRefused(table);
    }

    private static IEnumerable<ConcurrentDictionary<Session, bool>> Of(ConcurrentDictionary<EntryId, ConcurrentDictionary<Session, bool>> index, IEnumerable<EntryId> ids)
    {
        foreach (EntryId id in ids)
            if (index.TryGetValue(id, out ConcurrentDictionary<Session, bool>? sessions))
                yield return sessions;
    }

    // A group emptied by its last session is taken away under its lock, so that no newcomer is put into one that nobody finds.
    private static bool TryPut(ConcurrentDictionary<EntryId, ConcurrentDictionary<Session, bool>> index, EntryId id, Session session, int most)
    {
        while (true)
        {
            ConcurrentDictionary<Session, bool> sessions = index.GetOrAdd(id, static _ => new());
            lock (sessions)
            {
                if (!index.TryGetValue(id, out ConcurrentDictionary<Session, bool>? current) || current != sessions)
                    continue;
                if (most < int.MaxValue && sessions.Count(other => other.Key.IsBeside(session)) >= most)
                    return false;
                sessions[session] = true;
                return true;
            }
        }
    }

    private static void Take(ConcurrentDictionary<EntryId, ConcurrentDictionary<Session, bool>> index, EntryId id, Session session)
    {
        if (!index.TryGetValue(id, out ConcurrentDictionary<Session, bool>? sessions))
            return;
        lock (sessions)
        {
            sessions.TryRemove(session, out _);
            if (sessions.IsEmpty)
                index.TryRemove(new(id, sessions));
        }
    }

    private sealed class Session(SessionRegistry registry, LoggedIn login, Action end) : IDisposable
    {
        private int _isOver;

        private LoggedIn Login => login;

        public bool IsBeside(Session other) => login.Service == other.Login.Service && ClientNetwork.Of(login.Client.Address).Equals(ClientNetwork.Of(other.Login.Client.Address));

        public void EndIfRefused(RoutingTable table)
        {
            AccessReply? refusal = Refusal(table);
            if (refusal == Responses.ClientNameUntold)
                _ = EndUnlessNamedAsync();
            else if (refusal is not null)
                End();
        }

        private AccessReply? Refusal(RoutingTable table) =>
            AccessRules.Check(table, login.User, login.Domain, new(login.Service, login.IsProtected, login.Client.Address) { Name = login.Client.Known });

        /// <summary>A rule asks for the client's name, which no rule had asked for before.</summary>
        private async Task EndUnlessNamedAsync()
        {
            if (await registry._lookUps.WaitAsync(Patience))
            {
                await login.Client.GetAsync();
                registry._lookUps.Release();
            }
            if (Refusal(registry._live.Current) is not null)
                End();
        }

        public void End()
        {
            if (Interlocked.Exchange(ref _isOver, 1) != 0)
                return;
            Metrics.SessionEnded(login.Service);
            end();
        }

        public void Dispose()
        {
            Interlocked.Exchange(ref _isOver, 1);
            Take(registry._byUser, login.User, this);
            Take(registry._byDomain, login.Domain, this);
            Interlocked.Decrement(ref registry._count);
        }
    }
}

public sealed record LoggedIn(EntryId User, EntryId Domain, MailService Service, bool IsProtected, ReverseName Client);
