using System.Net;
using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Servers;

/// <summary>
/// Knows every session that is logged in. When a new table changes a session's domain or user so that the login would be refused now (state, service, moved,
/// gone, or a push that changed nothing readable: a new password looks so), the session is told to end, within 100 ms, unasked.
/// </summary>
public sealed class SessionRegistry
{
    public SessionRegistry(LiveTable live) => throw new NotImplementedException();

    /// <summary>Dispose when the session ends. <paramref name="end"/> is called at most once, from another thread, and must not block.</summary>
    public IDisposable Add(LoggedIn session, Action end) => throw new NotImplementedException();

    public int Count => throw new NotImplementedException();
}

public sealed record LoggedIn(EntryId User, EntryId Domain, MailService Service, bool IsProtected, IPAddress Client);
